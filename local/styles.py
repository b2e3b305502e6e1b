"""The patients' style sheet: ``python -m local.styles`` joins it anew from its parts.

A slow telephone waits for every sheet before it paints, and for what it reads of it. So patients
get one sheet instead of four, without the rules of Bootstrap that no page outside the clinic's
uses. Which classes those pages use is looked up in their templates and the code that writes them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SHEETS = PROJECT / "static" / "css"
BOOTSTRAP = PROJECT / "static" / "vendor" / "bootstrap"
# Each made sheet, and the Bootstrap it begins with.
MADE = {"patient.css": "bootstrap.min.css", "patient.rtl.css": "bootstrap.rtl.min.css"}
OURS = ("isotrack.css", "pages.css", "portal.css")
# Whatever may write a class into a page that is not the clinic's; of code, only its lines with one.
WRITERS = (
    "templates/*.html",
    "templates/[!cdm]*/**/*.html",
    "templates/components/**/*.html",
    "templates/mfa/**/*.html",
    "look/**/*.py",
    "portal/**/*.py",
    "people/*.py",
    "isotrack/*.py",
    "static/js/*.js",
)
# What crispy-bootstrap5 writes around the fields of the sign-in's forms.
CRISPY = frozenset(
    {"mb-3", "form-control", "form-select", "form-label", "form-text", "form-check"}
    | {"form-check-input", "form-check-label", "is-invalid", "invalid-feedback"}
    | {"alert", "alert-danger", "m-0", "text-danger", "asteriskField", "requiredField"}
)
_WORD = re.compile(r"[\w-]+")
_CLASS = re.compile(r"\.((?:[\w-]|\\.)+)")
_NOT = re.compile(r":not\([^)]*\)")
_BREAK = re.compile(r"\s*\n\s*")
_COMMENT = re.compile(r"/\*(?!!).*?\*/\s*", re.DOTALL)


def used_words() -> frozenset[str]:
    """Every word that may be a class on one of those pages; rather one too many."""
    return CRISPY | frozenset(
        word
        for pattern in WRITERS
        for path in PROJECT.glob(pattern)
        for line in path.read_text().splitlines()
        if path.suffix != ".py" or "class" in line
        for word in _WORD.findall(line)
    )


def joined(bootstrap: str, words: frozenset[str]) -> str:
    """The whole sheet, beginning with what is kept of this Bootstrap."""
    vendor = (BOOTSTRAP / bootstrap).read_text().removeprefix('@charset "UTF-8";')
    ours = (_BREAK.sub(" ", _COMMENT.sub("", (SHEETS / name).read_text())) for name in OURS)
    parts = ("".join(_kept(sheet, words)) for sheet in (vendor, *ours))
    return '@charset "UTF-8";\n' + "\n".join(parts) + "\n"


def _kept(css: str, words: frozenset[str]) -> Iterator[str]:
    """The rules of which at least one selector names only classes that are used."""
    for prelude, body in _rules(css):
        note, _, head = prelude.rpartition("*/")
        if head.startswith(("@keyframes", "@-webkit-keyframes")):
            if head.split()[-1] in words:
                yield f"{head}{{{body}}}"
        elif head.startswith("@"):
            inner = "".join(_kept(body, words))
            if inner:
                yield f"{head}{{{inner}}}"
        elif names := [name for name in _selectors(head) if _is_used(name, words)]:
            yield f"{note}*/" if note else ""
            yield f"{','.join(names)}{{{body}}}"


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """What stands before each outermost pair of braces, and what within."""
    at = 0
    while (opened := css.find("{", at)) >= 0:
        depth, end = 1, opened + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[at:opened].strip(), css[opened + 1 : end - 1]
        at = end


def _selectors(head: str) -> list[str]:
    """The selectors of a rule; a comma within brackets parts nothing."""
    return re.split(r",(?![^(\[]*[)\]])", head)


def _is_used(selector: str, words: frozenset[str]) -> bool:
    wanted = _NOT.sub("", selector)
    names = (name.replace("\\", "") for name in _CLASS.findall(wanted))
    # A state such as ``is-due`` is put together in templates.
    return all(name in words or name.startswith("is-") for name in names)


def main() -> int:
    """Write both sheets."""
    words = used_words()
    for name, bootstrap in MADE.items():
        (SHEETS / name).write_text(joined(bootstrap, words))
    return 0


if __name__ == "__main__":
    sys.exit(main())

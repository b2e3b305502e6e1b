"""Texts to translate: ``python -m local.translations`` brings the catalogues up to date.

Finds what the patient's pages say, keeps what is translated already, and compiles. It needs none of
gettext's programs, so that a test can do the same on any machine.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parent.parent
LOCALES = PROJECT / "locale"
# English is what the code says; each of these has a folder of its own.
LANGUAGES = ("es",)
# What people outside may see. Staff's pages are English.
PYTHON = ("portal/**/*.py", "look/**/*.py", "monitoring/*.py", "people/*.py")
TEMPLATES = (
    "templates/*.html",
    "templates/account/*.html",
    "templates/components/**/*.html",
    "templates/portal/**/*.html",
)
KEYWORDS: Mapping[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def found() -> Catalog:
    """Every text that is marked for translation, with the files it stands in."""
    catalog = Catalog()
    for path, source in _sources():
        name = path.relative_to(PROJECT).as_posix()
        for _, text, _, context in extract("python", io.BytesIO(source), keywords=KEYWORDS):
            catalog.add(text, locations=[(name, 0)], context=context)
    return catalog


def _sources() -> Iterator[tuple[Path, bytes]]:
    for pattern in PYTHON:
        for path in sorted(PROJECT.glob(pattern)):
            yield path, path.read_bytes()
    for pattern in TEMPLATES:
        for path in sorted(PROJECT.glob(pattern)):
            calls = templatize(path.read_text("utf-8"), origin=path.name)
            # Within brackets the places of the words in the page mean nothing to Python.
            yield path, f"({calls})".encode()


def kept(language: str) -> Catalog:
    """What is translated so far; an empty catalogue for a new language."""
    path = po(language)
    if not path.exists():
        return Catalog(locale=language, project="IsoTrack", copyright_holder="IsoTrack")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def po(language: str) -> Path:
    """The file that people edit."""
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def mo(language: str) -> Path:
    """The file that the product reads."""
    return po(language).with_suffix(".mo")


def compiled(catalog: Catalog) -> bytes:
    """A catalogue as the product reads it."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def untranslated(catalog: Catalog, wanted: Catalog) -> list[Message]:
    """Texts of ``wanted`` that the catalogue does not say in its language."""
    said = {(each.context, _key(each)): each for each in catalog if each.id}
    return [
        each
        for each in wanted
        if each.id and not _is_complete(said.get((each.context, _key(each))))
    ]


def _key(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple | list) else message.id)


def _is_complete(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    said = message.string
    return bool(said) and (not isinstance(said, tuple | list) or all(said))


def update(language: str) -> int:
    """Bring one language's files up to date; how many texts wait for a translator."""
    wanted, catalog = found(), kept(language)
    made = catalog.creation_date
    catalog.update(wanted, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    # The day of a run is no change.
    catalog.creation_date = made
    catalog.msgid_bugs_address = ""
    po(language).parent.mkdir(parents=True, exist_ok=True)
    with po(language).open("wb") as file:
        write_po(file, catalog, width=100, sort_output=True, include_lineno=False)
    mo(language).write_bytes(compiled(catalog))
    return len(untranslated(catalog, wanted))


def main() -> int:
    """Update every language; 0 also where texts are still to be translated, which is said."""
    for language in LANGUAGES:
        waiting = update(language)
        sys.stdout.write(f"{language}: {waiting} texts to translate in {po(language).name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

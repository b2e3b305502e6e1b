"""``python -m local.pseudo``: a made-up language for looking at pages, on a developer's machine.

Every text that is marked for translation comes back accented, 40 % longer and set from the right.
What is still plain was never marked; what does not fit is too narrow; what leans the wrong way has
a left or a right in its style. `make run` offers it beside the other languages once it is written,
and it is never in the product: the settings look for it with DEBUG alone. Messages have no texts in
it, so it is for pages only.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog

from local.translations import PROJECT, compiled, found

CODE = "xb"
FOLDER = PROJECT / "var" / "pseudo-locale"
LONGER = 0.4
# The accent by which a text is known again; one that no name in the demo has.
MARK = "ǂ"
_ACCENTS = str.maketrans("aeiouyncAEIOUNC", "åéîøüýñçÅÉÎØÜÑÇ")
# What a text is filled with, and what the page reads as markup: left as it is.
_KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w*\}|&\w+;|<[^>]+>)")


def pseudo(text: str) -> str:
    """A text accented and longer, its placeholders untouched, its outer spaces kept."""
    plain = text.strip()
    if not plain:
        return text
    parts = _KEPT.split(plain)
    said = "".join(
        part if number % 2 else part.translate(_ACCENTS) for number, part in enumerate(parts)
    )
    more = "·" * max(1, round(len(plain) * LONGER) - 2)
    # Longer by words, because pages break lines between them.
    more = " ".join(more[at : at + 6] for at in range(0, len(more), 6))
    return text.replace(plain, f"{MARK}{said} {more}")


def catalogue() -> Catalog:
    """Every text that is marked, in the made-up language; its plural forms are those of English."""
    made = Catalog(locale="en")
    for message in found():
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        said = tuple(pseudo(str(each)) for each in ids)
        string = said if len(ids) > 1 else said[0]
        made.add(message.id, string=string, context=message.context)
    return made


def write(folder: Path = FOLDER) -> Path:
    """Write the catalogue where Django finds it; returns the folder for ``LOCALE_PATHS``."""
    place = folder / CODE / "LC_MESSAGES"
    place.mkdir(parents=True, exist_ok=True)
    (place / "django.mo").write_bytes(compiled(catalogue()))
    return folder


if __name__ == "__main__":
    sys.stdout.write(f"{write()}: choose “{CODE}” at the foot of a page of `make run`\n")

"""One plain spelling for words that laboratories write in many ways."""

from __future__ import annotations

import re
import unicodedata

GREEK = str.maketrans(
    {"β": "beta ", "ß": "beta ", "γ": "gamma ", "Β": "beta ", "Γ": "gamma ", "ı": "i"}
)


def fold(text: str) -> str:
    """Lower case, no accents, single spaces instead of punctuation: `γ-GT` is `gamma gt`.

    The sharp s counts as beta when it stands where German keyboards put it for want of Greek
    (`ß-hCG`); inside a word it is written out.
    """
    spaced = re.sub(r"(?<=[^\W\d_])ß(?=[^\W\d_])", "ss", text).translate(GREEK)
    bare = "".join(
        char for char in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(char)
    )
    return " ".join(re.findall(r"[a-z0-9]+", bare.lower()))

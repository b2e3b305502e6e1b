"""How many years of school somebody needs to read a text with ease.

English: the Flesch-Kincaid grade. Spanish: Crawford's formula for plain texts, which also gives
years of school. Syllables are counted by the vowels one hears. A library that does this brings a
pronouncing dictionary under a licence that is not ours, 70 MB and a second of every start; so this
is counted here, and the tests hold it against that library for every text that is shipped.
"""

from __future__ import annotations

import re
import unicodedata

# The highest grade a text for patients may have.
HIGHEST = 6.0
# Of a few words no formula says anything.
FEWEST_WORDS = 6
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")  # noqa: RUF001 - both apostrophes
_SENTENCE = re.compile(r"[.!?…]+(?:\s|$)|\n+")
_VOWELS = re.compile(r"[aeiouy]+")
# Two vowels that are heard as two, and endings that are not heard.
_APART = re.compile(r"i[aou](?!us)|[aeiou]ing|eo(?!us)|ua|uo|iu|[aeo]y[aeiou]")
_TOGETHER = re.compile(r"[cstg]i(?:o|a|ou)|qua|quo|gua")
_SILENT = re.compile(r"(?:[^aeiouy]e|[^td]ed|[^aeiouyscxzgh]es)$")
_HEARD = re.compile(r"[^aeiouyl]le[sd]?$")
_SPANISH = re.compile(r"[aeoáéíóúü]|(?<![aeoáéíóúüiu])[iuy](?![aeoáéíóú])")


def grade(text: str, *, language: str) -> float | None:
    """The grade with one decimal, at least 0; None for a text of fewer than ``FEWEST_WORDS``.

    Args:
        text: plain text; a line's end ends a sentence.
        language: ``es`` is read by Crawford's formula, anything else as English.
    """
    words = _WORD.findall(text)
    if len(words) < FEWEST_WORDS:
        return None
    sentences = len([part for part in _SENTENCE.split(text) if _WORD.search(part)])
    if language == "es":
        heard = sum(_spanish(word) for word in words)
        per_hundred = 100 / len(words)
        years = -0.205 * sentences * per_hundred + 0.049 * heard * per_hundred - 3.407
    else:
        heard = sum(_english(word) for word in words)
        years = 0.39 * len(words) / sentences + 11.8 * heard / len(words) - 15.59
    return round(max(years, 0.0), 1)


def hardest(text: str, *, language: str, most: int = 3) -> tuple[str, ...]:
    """The sentences that alone are above ``HIGHEST``, hardest first."""
    parts = [part.strip() for part in re.split(r"(?<=[.!?…])\s+|\n+", text)]
    graded = [(grade(part, language=language) or 0.0, part) for part in parts]
    hard = sorted((each for each in graded if each[0] > HIGHEST), reverse=True)
    return tuple(part for _grade, part in hard[:most])


def _english(word: str) -> int:
    plain = _bare(word)
    count = len(_VOWELS.findall(plain)) + len(_APART.findall(plain)) - len(_TOGETHER.findall(plain))
    if _SILENT.search(plain) and not _HEARD.search(plain):
        count -= 1
    return max(count, 1)


def _spanish(word: str) -> int:
    return max(len(_SPANISH.findall(unicodedata.normalize("NFC", word.lower()))), 1)


def _bare(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.lower())
    return "".join(character for character in plain if character.isalpha())

"""What a clinic's own code map says about a laboratory's local codes (case B4). Pure.

A code that nobody can be sure of waits with the reason `UNMAPPED`. Once staff have said what it is,
the map makes it known. A number in LOINC's shape under another code system, or one that LOINC's
check digit denies, waits for the same word. A map can never overrule LOINC, words that are
understood, or a contradiction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from monitoring.intake.spelling import fold
from protocol.vocabulary import Analyte

UNMAPPED = "the code is not in the code map"


@dataclass(frozen=True, slots=True, order=True)
class LocalCode:
    """What one sender calls a test: make it with `of`, which takes the texts as they were stored.

    The words belong to it: a laboratory that gives its code 4711 to another test one day asks the
    clinic again instead of filing creatinine as ALT.
    """

    sender: str
    code: str
    system: str
    words: str

    @classmethod
    def of(cls, *, sender: str, code: str, system: str = "", text: str = "") -> LocalCode:
        """The key for a result's sender, code, code system and words, in any letter case.

        The lengths are those of the record, so that a stored result gives the same key as its
        message.
        """
        return cls(
            sender.strip()[:200],
            code.strip()[:60],
            system.strip()[:120].lower(),
            fold(text[:200]),
        )


# An analyte, or None for a code of which staff have said that it is not monitored.
CodeMap = Mapping[LocalCode, Analyte | None]
EMPTY: CodeMap = MappingProxyType({})

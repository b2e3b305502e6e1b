"""Was the patient fasting? Words and codes by which laboratories say so (LAB-9)."""

from __future__ import annotations

from monitoring.intake.catalogue import FASTING_STATUS, LOINC, Resolved
from monitoring.intake.spelling import fold

YES = {
    "y", "yes", "f", "fasting", "fasted", "fasting yes", "patient fasting", "ja", "nuchtern",
    "oui", "a jeun", "si", "en ayunas", "ayunas", "la33 6", "true", "nuchtern ja", "fasting y",
}  # fmt: skip
NO = {
    "n", "no", "nf", "non fasting", "not fasting", "nonfasting", "fasting no", "nein",
    "nicht nuchtern", "non", "non a jeun", "pas a jeun", "sin ayunas", "no en ayunas", "la32 8",
    "false", "random", "nuchtern nein", "fasting n", "patient not fasting",
}  # fmt: skip
QUESTIONS = {"fasting", "fasting status", "fasting status reported", "nuchtern", "a jeun", "ayunas"}


def fasting_said(*texts: str) -> bool | None:
    """True or False where any one of the texts says it outright, None for anything else.

    Texts that contradict each other say nothing.
    """
    folded = {fold(text) for text in texts}
    yes, no = bool(folded & YES), bool(folded & NO)
    return None if yes == no else yes


def asks_for_fasting(meaning: Resolved) -> bool:
    """Whether a result is the answer to "was the patient fasting?" and not a measurement."""
    if meaning.system == LOINC:
        return meaning.code == FASTING_STATUS
    return not meaning.analyte and fold(meaning.text or meaning.code) in QUESTIONS

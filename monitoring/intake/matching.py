"""Whose result is this? An identifier and the birth date must both agree, or a person decides.

Cases B1 and B2 of the field study: an empty identifier never matches anybody, and a name never
matches at all. What is not matched goes to the queue with its reason and, at most, suggestions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date

from monitoring.intake.report import PatientHints


@dataclass(frozen=True, slots=True)
class Candidate:
    """A patient of the clinic who might be meant; `key` is whatever the caller finds them by."""

    key: Hashable
    identifiers: tuple[str, ...]
    born: date | None


@dataclass(frozen=True, slots=True)
class Matched:
    """Exactly one patient carries both the identifier and the birth date."""

    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Nobody, or more than one. Suggestions share an identifier with the message, nothing less."""

    why: str
    suggestions: tuple[Candidate, ...] = ()
    ambiguous: bool = False


def match(hints: PatientHints, candidates: Iterable[Candidate]) -> Matched | Unmatched:
    """Find the patient of a message among `candidates`; fail closed.

    The caller may pass every patient of the clinic, or only those who share an identifier.
    """
    sent = {text for each in hints.identifiers if (text := each.value.strip())}
    if not sent:
        return Unmatched("the message carries no patient identifier")
    hits = tuple(
        {
            candidate.key: candidate
            for candidate in candidates
            if any(identifier.strip() in sent for identifier in candidate.identifiers)
        }.values()
    )
    if not hits:
        return Unmatched("no patient of this clinic has the identifier")
    if len(hits) > 1:
        return Unmatched("the identifiers fit more than one patient", hits, ambiguous=True)
    (only,) = hits
    if hints.born is None:
        return Unmatched("the message carries no birth date to confirm the identifier", hits)
    if only.born is None:
        return Unmatched("the record has no birth date to confirm the identifier", hits)
    if only.born != hints.born:
        return Unmatched("the identifier is known, but the birth date differs", hits)
    return Matched(only)

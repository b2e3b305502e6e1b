"""What a guardian may see on a day: the law of the place, the clinic's choice, the patient's word.

Pure: no clock, no database. Pregnancy, contraception and mood are in no area, so nothing here can
open them; what each area holds is built by ``monitoring.queries.guardian`` from an allow-list.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import models

from protocol.calendar import age_on

ADULT = 18
# Below this age the medicine is not given (US-04, UK-19), so nobody decides alone before it.
YOUNGEST_ALONE = 12


class Area(models.TextChoices):
    """What of a record a clinic may let a guardian see. There are no others."""

    DATES = "dates", "Dates of blood tests, and how long the capsules last"
    DOSE = "dose", "The daily dose"
    SUPPLY = "supply", "Whether capsules wait at the pharmacy"
    RESULTS = "results", "Results of liver and blood-fat tests"


class Relation(models.TextChoices):
    """What the guardian is to the patient."""

    MOTHER = "mother", "Mother"
    FATHER = "father", "Father"
    GUARDIAN = "guardian", "Legal guardian"
    OTHER = "other", "Other"


class Decider(StrEnum):
    """Whose word it takes on a day."""

    CLINIC = "clinic"
    PATIENT = "patient"
    NOBODY = "nobody"  # of age, or guardians do not exist in this clinic


@dataclass(frozen=True, slots=True)
class Rule:
    """A clinic's rule; the default is that there are no guardians."""

    allowed: bool = False
    alone_from: int = YOUNGEST_ALONE
    areas: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One guardianship as it stands on record; ``until_on`` is its last day."""

    from_on: date
    until_on: date | None
    areas: frozenset[str]
    agreed: bool
    ended: bool


def decider(born: date, *, today: date, rule: Rule) -> Decider:
    """Who decides whether a guardian sees anything."""
    age = age_on(born, today)
    if not rule.allowed or age >= ADULT:
        return Decider.NOBODY
    return Decider.PATIENT if age >= rule.alone_from else Decider.CLINIC


def may_see(born: date, grant: Grant, *, today: date, rule: Rule) -> frozenset[Area]:
    """The areas that are open on a day in the clinic (GEN-7); none where anything is missing."""
    if grant.ended or today < grant.from_on:
        return frozenset()
    if grant.until_on is not None and today > grant.until_on:
        return frozenset()
    who = decider(born, today=today, rule=rule)
    if who is Decider.NOBODY or (who is Decider.PATIENT and not grant.agreed):
        return frozenset()
    return _known(grant.areas & rule.areas)


def _known(names: Collection[str]) -> frozenset[Area]:
    return frozenset(area for area in Area if area.value in names)

"""Who the copied patients are: each one has a name, a birth date, numbers and addresses of its own.

Everything is made up, and follows from the seed and the patient's number alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from monitoring.demo.roster import invented_for, phone
from people.models import Patient

_ADULT = 18
# Longer than the longest history, and beyond what a plan looks ahead.
_BEFORE, _AFTER = timedelta(days=900), timedelta(days=90)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One copied patient. ``tokens`` are the numbers given out by registries, old to new."""

    given: str
    family: str
    born: date
    mrn: str
    email: str
    phone: str
    tokens: Mapping[str, str]
    uuids: tuple[str, ...]


def newcomer(
    like: Patient, *, number: int, tokens: tuple[str, ...], uuids: int, today: date, seed: int
) -> Newcomer:
    """The patient with this number, treated as ``like`` was.

    Args:
        like: whose treatment it is; sex, and the side of 18 years on which each day of the
            treatment lies, are the same.
        tokens: registry numbers of that treatment, to be replaced by others of the same shape.
        uuids: how many identifiers are needed.
    """
    rng = Random(f"{seed}/copy/{number}")  # noqa: S311 - make-believe, not secrecy
    name = invented_for(like.sex, rng)
    return Newcomer(
        given=name.given,
        family=name.family,
        born=_born(like.born, today, rng),
        mrn=f"{like.mrn.partition('-')[0]}-{10_000 + number}",
        email=f"patient.{number:04}@example.org",
        phone=phone(like.clinic.country, number),
        tokens={token: _another(token, rng) for token in tokens},
        uuids=_identifiers(uuids, rng),
    )


def _another(token: str, rng: Random) -> str:
    return _DIGITS.sub(lambda found: "".join(rng.choices("0123456789", k=len(found[0]))), token)


def _identifiers(count: int, rng: Random) -> tuple[str, ...]:
    """Random UUIDs in their usual spelling."""
    digits = rng.randbytes(16 * count).hex()
    return tuple(
        f"{digits[at : at + 8]}-{digits[at + 8 : at + 12]}-4{digits[at + 13 : at + 16]}"
        f"-a{digits[at + 17 : at + 20]}-{digits[at + 20 : at + 32]}"
        for at in range(0, 32 * count, 32)
    )


def _born(like: date, today: date, rng: Random) -> date:
    """Another birth date for which every age that a rule asks about has the same answer."""
    adult_on = _years_after(like, _ADULT)
    if adult_on <= today - _BEFORE:
        return like - timedelta(days=rng.randrange(0, 1_500))
    if adult_on > today + _AFTER:
        youngest = (adult_on - today - _AFTER).days
        return like - timedelta(days=rng.randrange(0, max(1, min(youngest, 300))))
    return like


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)

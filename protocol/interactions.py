"""Which medicines matter beside isotretinoin, and for how long (CI-05 to CI-13)."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from protocol.facts import Medication
from protocol.steps import BadTable
from protocol.vocabulary import Level, Reason

_TABLE = Path(__file__).parent / "tables" / "interactions.toml"
_KEYS = frozenset(
    {"rule", "reason", "us", "elsewhere", "days_after", "with_hormonal_contraception", "names"}
)
_US = "us-ipledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """A group of medicines with one warning."""

    group: str
    rule: str
    reason: Reason
    us: Level
    elsewhere: Level
    days_after: int
    with_hormonal_contraception: bool

    def level(self, programme: str) -> Level:
        """How hard it stops a prescription under a programme."""
        return self.us if programme == _US else self.elsewhere


def _load() -> dict[str, Interaction]:
    document: dict[str, dict[str, Any]] = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    by_name: dict[str, Interaction] = {}
    for group, body in document.items():
        unknown = set(body) - _KEYS
        if unknown:
            raise BadTable(f"interactions.{group}: unknown key {sorted(unknown)[0]!r}")
        interaction = Interaction(
            group=group,
            rule=body["rule"],
            reason=Reason(body["reason"]),
            us=Level[body["us"].upper()],
            elsewhere=Level[body["elsewhere"].upper()],
            days_after=body.get("days_after", 0),
            with_hormonal_contraception=body.get("with_hormonal_contraception", False),
        )
        for name in body["names"]:
            if name in by_name:
                raise BadTable(f"interactions.{group}: {name!r} is in two groups")
            by_name[name] = interaction
    return by_name


_BY_NAME = _load()


def generic_name(name: str) -> str:
    """A medicine's name as the table writes it: lower case, words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.strip().lower().replace("'", "")).strip("-")


def interaction_of(name: str) -> Interaction | None:
    """The group a medicine belongs to, None for one that the rule book does not name."""
    return _BY_NAME.get(generic_name(name))


def is_tetracycline(name: str) -> bool:
    """One of the tetracyclines (CI-05)."""
    found = interaction_of(name)
    return found is not None and found.group == "tetracycline"


def recently_taken(medication: Medication, *, on: date) -> bool:
    """Taken on the day, or stopped so recently that it still counts (CI-05: seven days; GEN-6).

    The day a medicine was stopped is its last day.
    """
    if medication.on > on:
        return False
    if medication.stopped is None:
        return True
    found = interaction_of(medication.name)
    days = found.days_after if found is not None else 0
    return (on - medication.stopped).days <= days


def clears_on(medication: Medication, *, on: date) -> date:
    """First day on which the medicine no longer counts, were it stopped on ``on`` if it is not."""
    found = interaction_of(medication.name)
    days = found.days_after if found is not None else 0
    return (medication.stopped or on) + timedelta(days=days + 1)


def active(
    medications: tuple[Medication, ...], *, on: date
) -> Iterator[tuple[Medication, Interaction]]:
    """Every medicine on record that the rule book names and that counts on the day.

    Of several records of one medicine the newest counts: it may say that it was stopped.
    """
    newest: dict[str, Medication] = {}
    for medication in medications:
        if medication.on > on:
            continue
        name = generic_name(medication.name)
        if name not in newest or medication.on >= newest[name].on:
            newest[name] = medication
    for medication in newest.values():
        found = interaction_of(medication.name)
        if found is not None and recently_taken(medication, on=on):
            yield medication, found

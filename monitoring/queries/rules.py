"""The rules in force in a clinic: editions with their days, and what the clinic has chosen."""

from dataclasses import dataclass
from datetime import date, datetime

from monitoring.models import ClinicPolicyVersion, EditionActivation
from monitoring.policies import policies_for
from people.queries import Place
from protocol import programmes
from protocol.policy import ClinicPolicy


@dataclass(frozen=True, slots=True)
class EditionRow:
    """One edition of a programme as the clinic has it."""

    id: str
    programme: str
    title: str
    effective_from: date
    effective_to: date | None
    status: str
    hash: str
    in_force: bool
    first: bool
    moved: bool
    based_on: tuple[str, ...]
    unconfirmed: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of the rules: what, from when, why, by whom."""

    what: str
    effective_from: date
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rules:
    """The whole page."""

    editions: tuple[EditionRow, ...]
    policy: ClinicPolicy
    changes: tuple[ChangeRow, ...]


def rules_of(place: Place, *, on: date) -> Rules:
    """Every programme's editions, the clinic's settings, and what was changed when."""
    policy = policies_for([place.clinic_id], on=on)[place.clinic_id]
    moved = set(policy.go_live) | ({"US-2026"} if policy.us_2026_effective_from else set())
    rows = [
        EditionRow(
            id=edition.id,
            programme=edition.programme,
            title=edition.title,
            effective_from=edition.effective_from,
            effective_to=edition.effective_to,
            status=edition.status,
            hash=edition.hash,
            in_force=edition.covers(on),
            first=number == 0,
            moved=edition.id in moved,
            based_on=edition.based_on,
            # Whoever sets the day, the same day again included, has confirmed it.
            unconfirmed="" if edition.id in moved else edition.unconfirmed,
        )
        for programme in programmes.programme_names()
        for number, edition in enumerate(programmes.editions_of(programme, policy=policy))
    ]
    return Rules(editions=tuple(rows), policy=policy, changes=_changes(place))


def _changes(place: Place) -> tuple[ChangeRow, ...]:
    moves = EditionActivation.objects.filter(clinic_id=place.clinic_id)
    versions = ClinicPolicyVersion.objects.filter(clinic_id=place.clinic_id)
    rows = [
        ChangeRow(
            f"First day of {row.edition}",
            row.effective_from,
            row.reason,
            str(row.recorded_by or ""),
            row.recorded_at,
        )
        for row in moves.select_related("recorded_by")
    ] + [
        ChangeRow(
            "Settings",
            row.effective_from,
            row.reason,
            str(row.recorded_by or ""),
            row.recorded_at,
        )
        for row in versions.select_related("recorded_by")
    ]
    return tuple(sorted(rows, key=lambda row: row.at, reverse=True))[:25]

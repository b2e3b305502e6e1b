"""Reads about guardians: who one is, whom they may see what of, and who may see a patient."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from people.guardianship import Area, Decider, Grant, Relation, Rule, decider, may_see
from people.models import Clinic, Guardian, GuardianRule, Guardianship, Patient, User
from protocol.calendar import date_in


@dataclass(frozen=True, slots=True)
class Sight:
    """One patient whom a guardian may see today, and what of; never empty."""

    patient: Patient
    areas: frozenset[Area]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianRow:
    """One guardianship of a patient as staff and the patient see it.

    ``areas``: as granted. ``open``: what is shown today, which may be less or nothing.
    """

    public_id: uuid.UUID
    name: str
    email: str
    relation: Relation
    from_on: date
    until_on: date | None
    areas: tuple[Area, ...]
    open: frozenset[Area]
    agreed: bool
    signed_in: bool


@dataclass(frozen=True, slots=True)
class Guardians:
    """Everybody who is on record for a patient now, and whose word counts today."""

    decider: Decider
    rule: Rule
    rows: tuple[GuardianRow, ...]


def rule_of(clinic: Clinic) -> Rule:
    """The clinic's rule; none means that there are no guardians."""
    row = GuardianRule.objects.filter(clinic=clinic).first()
    if row is None:
        return Rule()
    return Rule(row.allowed, row.alone_from, frozenset(row.areas))


def guardian_of(user: User) -> Guardian | None:
    """The guardian who signs in as this user."""
    return Guardian.objects.select_related("clinic").filter(user=user).first()


def sights_of(guardian: Guardian, *, now: datetime) -> tuple[Sight, ...]:
    """The patients of whom the guardian may see something today, youngest last."""
    rule = rule_of(guardian.clinic)
    rows = (
        Guardianship.objects.filter(guardian=guardian, ended_at__isnull=True)
        .filter(patient__clinic_id=guardian.clinic_id)
        .select_related("patient__clinic")
        .order_by("patient__born", "pk")
    )
    seen = [Sight(row.patient, _open_today(row, rule, now=now)) for row in rows]
    return tuple(sight for sight in seen if sight.areas)


def guardians_of(patient: Patient, *, now: datetime) -> Guardians:
    """Who is on record for the patient, whatever it comes to today."""
    rule = rule_of(patient.clinic)
    rows = (
        Guardianship.objects.filter(patient=patient, ended_at__isnull=True)
        .select_related("guardian__user", "patient__clinic")
        .order_by("created_at", "pk")
    )
    return Guardians(
        decider(patient.born, today=_today(patient, now=now), rule=rule),
        rule,
        tuple(_row(row, rule, now=now) for row in rows),
    )


def is_of_a_guardian(patient: Patient, email: str) -> bool:
    """Whether an e-mail address is one that a guardian of the patient signs in with."""
    return Guardianship.objects.filter(
        patient=patient, ended_at__isnull=True, guardian__user__email=email
    ).exists()


def _row(row: Guardianship, rule: Rule, *, now: datetime) -> GuardianRow:
    return GuardianRow(
        public_id=row.public_id,
        name=row.guardian.name,
        email=row.guardian.user.email,
        relation=Relation(row.relation),
        from_on=row.from_on,
        until_on=row.until_on,
        areas=tuple(area for area in Area if area.value in row.areas),
        open=_open_today(row, rule, now=now),
        agreed=row.agreed_at is not None,
        signed_in=row.guardian.user.last_login is not None,
    )


def _open_today(row: Guardianship, rule: Rule, *, now: datetime) -> frozenset[Area]:
    grant = Grant(
        from_on=row.from_on,
        until_on=row.until_on,
        areas=frozenset(row.areas),
        agreed=row.agreed_at is not None,
        ended=row.ended_at is not None,
    )
    return may_see(row.patient.born, grant, today=_today(row.patient, now=now), rule=rule)


def _today(patient: Patient, *, now: datetime) -> date:
    return date_in(now, patient.clinic.timezone)

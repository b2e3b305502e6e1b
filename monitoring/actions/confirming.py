"""Results that were held because they looked wrong: what a person says about them (LAB-6, B11).

A value is never changed. Confirming lets it count as sent; another unit makes a new row that
supersedes the old one and names who said so; what is set aside stays on record and counts nowhere.
"""

import re
from datetime import date, datetime

from audit import trail
from audit.kinds import Kind
from courses.models import Course
from monitoring.actions import rereading
from monitoring.models import Observation, Specimen
from people.models import User
from protocol.calendar import date_in
from protocol.plausibility import limit_fits, plausible
from protocol.units import measures, units_of
from protocol.vocabulary import Analyte, TestResult

_DATE_DOUBTS = (
    "no collection date was sent",
    "the collection date cannot be read as a day",
    "the collection date lies in the future",
)


class AlreadySettled(Exception):
    """Somebody else has dealt with it meanwhile."""


class NotConfirmable(Exception):
    """Confirming as sent would settle nothing; ``why`` says what is missing."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotThisUnit(Exception):
    """The value, its range or its analyte does not go with the unit; ``why`` says which."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotThatDay(Exception):
    """A collection date lies in the future or before the patient's birth."""


def why_not_confirmable(row: Observation) -> str:
    """What is missing before a held result can count as it was sent; empty if nothing is."""
    if not row.analyte:
        return "it is not known which test this is"
    if row.specimen.collected_on is None or has_date_doubt(row.held):
        return "the collection date must be set first"
    if row.value is not None and not measures(Analyte(row.analyte), row.unit):
        return "the value has no unit in which this test is read"
    if row.value is None and row.value_text not in frozenset(TestResult):
        return "the value cannot be read as a number"
    if row.uln is not None and not limit_fits(Analyte(row.analyte), row.uln, row.unit):
        return "the laboratory's range is not in this unit"
    return ""


def has_date_doubt(held: str) -> bool:
    """Whether a result waits for a collection date."""
    return any(doubt in held for doubt in _DATE_DOUBTS)


@trail.action
def confirm(
    observation: Observation, *, by: User, now: datetime, course: Course | None = None
) -> Observation:
    """A member of staff confirms a value or unit that looked impossible (LAB-6).

    ``course`` is not needed: every course of the patient is read again.

    Raises:
        AlreadySettled: it is not waiting any more.
        NotConfirmable: something is missing that confirming cannot supply.
    """
    row = _waiting(observation)
    if why := why_not_confirmable(row):
        raise NotConfirmable(why)
    row.confirmed_at, row.confirmed_by = now, by
    row.save(update_fields=["confirmed_at", "confirmed_by"])
    _record(Kind.RESULT_CONFIRMED, row, by=by, now=now)
    rereading.read_again(row.specimen.patient, [row], by=by, now=now)
    return row


@trail.action
def set_unit(observation: Observation, *, unit: str, by: User, now: datetime) -> Observation:
    """The value is right, the unit is not: a new row with the unit supersedes the held one.

    Raises:
        AlreadySettled: it is not waiting any more.
        NotThisUnit: value, analyte or the laboratory's range does not go with the unit.
        NotConfirmable: there is no number, no test, or no day.
    """
    row = _waiting(observation)
    if not row.analyte or row.value is None:
        raise NotConfirmable(why_not_confirmable(row))
    analyte = Analyte(row.analyte)
    if unit not in units_of(analyte):
        raise NotThisUnit("this test is not read in that unit")
    if plausible(analyte, row.value, unit):
        raise NotThisUnit("the value is not possible in that unit either")
    if row.uln is not None and not limit_fits(analyte, row.uln, unit):
        raise NotThisUnit("the laboratory's range is not in that unit")
    if row.specimen.collected_on is None or has_date_doubt(row.held):
        raise NotConfirmable("the collection date must be set first")
    old = Observation.objects.get(pk=row.pk)
    old.current = False
    old.save(update_fields=["current"])
    row.pk, row.public_id = None, Observation._meta.get_field("public_id").get_default()
    row._state.adding = True
    row.supersedes, row.current, row.unit = old, True, unit
    row.held, row.received_at = "", now
    row.unit_set_at = row.confirmed_at = now
    row.unit_set_by = row.confirmed_by = by
    row.save()
    _record(Kind.RESULT_UNIT_SET, row, by=by, now=now, unit=unit, before=old.unit)
    rereading.read_again(row.specimen.patient, [row], by=by, now=now)
    return row


@trail.action
def set_day(specimen: Specimen, *, collected_on: date, by: User, now: datetime) -> Specimen:
    """The day on which a sample was drawn, where none or an impossible one was sent.

    Doubts of its results other than the day remain.

    Raises:
        AlreadySettled: no result of the sample waits for a day.
        NotThatDay: in the future, or before the patient's birth.
    """
    locked = (
        Specimen.objects.select_for_update(of=("self",))
        .select_related("patient", "patient__clinic")
        .get(pk=specimen.pk)
    )
    today = date_in(now, locked.patient.clinic.timezone)
    if not locked.patient.born <= collected_on <= today:
        raise NotThatDay
    rows = list(
        locked.observations.select_for_update().filter(current=True, confirmed_at__isnull=True)
    )
    waiting = [row for row in rows if has_date_doubt(row.held)]
    if not waiting:
        raise AlreadySettled
    before = locked.collected_on
    locked.collected_on, locked.dated_at, locked.dated_by = collected_on, now, by
    locked.save(update_fields=["collected_on", "dated_at", "dated_by"])
    for row in waiting:
        row.held = _without_date_doubt(row.held)
        row.save(update_fields=["held"])
        row.specimen = locked
    trail.record(
        Kind.RESULT_DATED,
        by=by,
        subject=f"specimen:{locked.public_id}",
        now=now,
        clinic=locked.patient.clinic.slug,
        patient=locked.patient.public_id,
        day=collected_on.isoformat(),
        before=before.isoformat() if before else "",
    )
    free = [row for row in waiting if not row.held]
    rereading.read_again(locked.patient, free, by=by, now=now)
    return locked


@trail.action
def set_aside(observation: Observation, *, why: str, by: User, now: datetime) -> Observation:
    """A held result is not usable: it stays on record with the reason and counts nowhere.

    Raises:
        AlreadySettled: it is not waiting any more.
    """
    row = _waiting(observation)
    row.current = False
    row.set_aside_at, row.set_aside_by, row.set_aside_reason = now, by, why[:300]
    row.save(update_fields=["current", "set_aside_at", "set_aside_by", "set_aside_reason"])
    _record(Kind.RESULT_SET_ASIDE, row, by=by, now=now)
    rereading.read_again(row.specimen.patient, [], by=by, now=now)
    return row


def _waiting(observation: Observation) -> Observation:
    row = (
        Observation.objects.select_for_update(of=("self",))
        .select_related("specimen__patient__clinic")
        .get(pk=observation.pk)
    )
    if not row.current or row.confirmed_at is not None or not row.held:
        raise AlreadySettled
    return row


def _without_date_doubt(held: str) -> str:
    doubts = [each for each in re.split(r"; ", held) if each not in _DATE_DOUBTS]
    return "; ".join(doubts)


def _record(kind: Kind, row: Observation, *, by: User, now: datetime, **detail: object) -> None:
    trail.record(
        kind,
        by=by,
        subject=f"observation:{row.public_id}",
        now=now,
        clinic=row.specimen.patient.clinic.slug,
        patient=row.specimen.patient.public_id,
        **detail,
    )

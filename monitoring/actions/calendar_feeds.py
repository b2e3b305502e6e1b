"""A patient's calendar address: given, renewed, given up. Its text is shown only once."""

import secrets
from datetime import datetime, timedelta

from audit import trail
from audit.kinds import Kind
from monitoring.models import CalendarFeed
from people.actions.subject import record
from people.encryption import blind_index
from people.models import Patient

_PLACE = "monitoring.calendarfeed.token"
_BYTES = 24
_NOTED_EVERY = timedelta(hours=1)


def hash_of(token: str) -> str:
    """The keyed hash by which an address is found."""
    return blind_index(token, place=_PLACE)


@trail.action
def give(patient: Patient, *, now: datetime) -> str:
    """A new secret for the address; the one before, if there was one, ends at once.

    Returns:
        the secret, which nothing can tell again.
    """
    token = secrets.token_urlsafe(_BYTES)
    CalendarFeed.objects.update_or_create(
        patient=patient,
        defaults={"token_hash": hash_of(token), "created_at": now, "read_at": None},
    )
    _say(Kind.CALENDAR_GIVEN, patient, now=now)
    return token


@trail.action
def give_up(patient: Patient, *, now: datetime) -> bool:
    """End the address; calendars that know it get nothing any more. False if there was none."""
    gone, _ = CalendarFeed.objects.filter(patient=patient).delete()
    if not gone:
        trail.unchanged()
        return False
    _say(Kind.CALENDAR_REVOKED, patient, now=now)
    return True


@trail.action
def ask(token: str, *, now: datetime) -> Patient | None:
    """Whose calendar stands behind an address; None for one that is wrong, ended or locked.

    The look is logged, once an hour and calendar: calendars ask by themselves, many times a day.
    """
    trail.unchanged()
    row = (
        CalendarFeed.objects.select_related("patient__clinic")
        .filter(token_hash=hash_of(token), patient__locked_at__isnull=True)
        .first()
    )
    if row is None:
        return None
    patient = row.patient
    if row.read_at is None or row.read_at <= now - _NOTED_EVERY:
        CalendarFeed.objects.filter(pk=row.pk).update(read_at=now)
        trail.saw(
            patient,
            page="portal:calendar-file",
            now=now,
            patient=patient.public_id,
            clinic=patient.clinic.slug,
        )
    return patient


def _say(kind: Kind, patient: Patient, *, now: datetime) -> None:
    record(
        kind,
        patient,
        by=patient,
        now=now,
    )

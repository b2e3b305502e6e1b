"""What a patient may expect of whoever writes to them: not at night, not daily, not in heaps.

Asked at the moment of sending, under a lock on the patient, so that two workers that hold two
messages for one person do not both find that nothing was sent today (REM-12, REM-13).
"""

from datetime import datetime, time, timedelta

from django.db import connection
from django.db.models import QuerySet

from messaging.models import (
    ClinicLimits,
    Delivery,
    Message,
    PatientHours,
    PurposeOptOut,
    Urgency,
)
from messaging.models.wishes import DAY_BEGINS, DAY_ENDS, MOST_A_MONTH
from messaging.purposes import Purpose, UnknownPurpose, joining, named
from messaging.quiet_hours import NoZone, local_day, next_open, zone_of
from messaging.verdicts import End, Verdict, wait
from people.models import Patient

A_MONTH = timedelta(days=30)
_LOCKS = 0x15070


_SAFE_STATES = (
    Message.State.PLANNED,
    Message.State.CLAIMED,
    Message.State.ACCEPTED,
    Message.State.DELIVERED,
)
# An attempt that may have reached the person, or will.
_TOLD = (Delivery.Outcome.ATTEMPTING, Delivery.Outcome.ACCEPTED, Delivery.Outcome.UNKNOWN)


def one_at_a_time(patient: Patient) -> None:
    """Hold what others decide about the same patient until this transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCKS, patient.pk])


def as_a_person_wishes(message: Message, purpose: Purpose, *, now: datetime) -> Verdict | None:
    """Locked accounts, wishes, newer messages, night and limits; ``None`` if nothing hinders."""
    patient = message.patient
    if patient is None or message.urgency == Urgency.ESCALATION:
        return None
    if patient.locked_at is not None:
        return End(Message.State.SUPPRESSED, Message.Why.LOCKED)
    if PurposeOptOut.objects.filter(patient=patient, purpose=purpose.name).exists():
        return End(Message.State.SUPPRESSED, Message.Why.OPTED_OUT_OF_THIS)
    if message.read_at is not None:
        return End(Message.State.WITHDRAWN, Message.Why.READ_IN_INBOX)
    if _newer_one_goes(message, now=now):
        return End(Message.State.SUPERSEDED, Message.Why.NEWER)
    try:
        zone = zone_of(patient.zone, patient.clinic.timezone)
    except NoZone:
        return End(Message.State.FAILED, Message.Why.NO_ZONE)
    limits = ClinicLimits.objects.filter(clinic_id=message.clinic_id).first()
    begins, ends = _hours(patient, limits)
    morning = next_open(now, zone, opens=begins, closes=ends)
    if purpose.quiet_hours and morning > now:
        return wait(message, morning, Message.Why.QUIET_HOURS)
    today, tomorrow = local_day(now, zone)
    next_morning = next_open(tomorrow, zone, opens=begins, closes=ends)
    return _not_again_today(message, purpose, today=today, next_morning=next_morning) or (
        _not_one_too_many(message, purpose, limits, now=now)
    )


def stands_for_several(message: Message, purpose: Purpose, *, now: datetime) -> bool:
    """Whether other reminders of the same patient are due as well: one text says so for all."""
    if not purpose.joins:
        return False
    others = Message.objects.filter(
        patient=message.patient,
        purpose__in=joining(),
        state__in=[Message.State.PLANNED, Message.State.CLAIMED],
        send_after__lte=now,
        expires_at__gt=now,
    ).exclude(pk=message.pk)
    return any(_wanted(other, now=now) for other in others)


def _hours(patient: Patient, limits: ClinicLimits | None) -> tuple[time, time]:
    """The clinic's day, narrowed to the patient's own where the two meet."""
    begins = limits.day_begins if limits else DAY_BEGINS
    ends = limits.day_ends if limits else DAY_ENDS
    own = PatientHours.objects.filter(patient=patient).first()
    if own is None:
        return begins, ends
    narrow = max(begins, own.day_begins), min(ends, own.day_ends)
    return narrow if narrow[0] < narrow[1] else (begins, ends)


def _newer_one_goes(message: Message, *, now: datetime) -> bool:
    """Whether a later message of the same kind is due or sent, and itself still wanted (REM-13)."""
    newer = Message.objects.filter(
        patient=message.patient,
        kind=message.kind,
        pk__gt=message.pk,
        state__in=_SAFE_STATES,
        send_after__lte=now,
        expires_at__gt=now,
    )
    return any(_wanted(other, now=now) for other in newer)


def _wanted(message: Message, *, now: datetime) -> bool:
    if message.state in {Message.State.ACCEPTED, Message.State.DELIVERED}:
        return True
    try:
        return named(message.purpose).why_unwanted(message.about, now=now) is None
    except UnknownPurpose:
        return False


def _not_again_today(
    message: Message, purpose: Purpose, *, today: datetime, next_morning: datetime
) -> Verdict | None:
    """One of a kind a day; and one reminder a day, of whatever kind, that names no kind at all."""
    if not purpose.one_a_day:
        return None
    told = _told(message).filter(started_at__gte=today)
    if told.filter(message__kind=message.kind).exists():
        return wait(message, next_morning, Message.Why.ONE_A_DAY)
    if not purpose.joins:
        return None
    reminders = told.filter(message__purpose__in=joining())
    # It was due when the other left, and that text spoke for both.
    if reminders.filter(started_at__gte=max(message.send_after, message.created_at)).exists():
        return End(Message.State.SUPERSEDED, Message.Why.TOGETHER)
    if reminders.exists() and next_morning < message.expires_at:
        return wait(message, next_morning, Message.Why.ONE_A_DAY)
    return None


def _not_one_too_many(
    message: Message, purpose: Purpose, limits: ClinicLimits | None, *, now: datetime
) -> Verdict | None:
    """At the month's limit early reminders are left out; those on the day and after it are not."""
    if message.variant not in purpose.spared_at_limit:
        return None
    sent = (
        _told(message)
        .filter(started_at__gt=now - A_MONTH)
        .exclude(message__urgency=Urgency.ESCALATION)
    )
    most = limits.most_a_month if limits else MOST_A_MONTH
    if sent.values("message").distinct().count() < most:
        return None
    return End(Message.State.SUPERSEDED, Message.Why.MONTHLY_LIMIT)


def _told(message: Message) -> QuerySet[Delivery]:
    """What may have reached the patient, by other messages."""
    return Delivery.objects.filter(message__patient=message.patient, outcome__in=_TOLD).exclude(
        message=message
    )

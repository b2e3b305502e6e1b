"""What a patient may expect of whoever writes to them: not at night, not daily, not in heaps.

Asked at the moment of sending, under a lock on the patient, so that two workers that hold two
messages for one person do not both find that nothing was sent today (REM-12, REM-13).
"""

from datetime import datetime, time

from django.db import connection

from messaging.facts import Facts
from messaging.models import Message, Urgency
from messaging.models.wishes import DAY_BEGINS, DAY_ENDS, MOST_A_MONTH
from messaging.purposes import Purpose
from messaging.quiet_hours import NoZone, local_day, next_open, zone_of
from messaging.verdicts import End, Verdict, wait

_LOCKS = 0x15070
_UNDER_WAY = """
    SELECT id FROM messaging_message WHERE patient_id = %s AND state = 'claimed'
     ORDER BY id FOR NO KEY UPDATE
"""


def one_at_a_time(patient_id: int) -> None:
    """Hold what others decide about the same patient until this transaction has ended.

    What others are just writing down about the patient's messages is waited for, so that facts
    which are read after this are whole.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCKS, patient_id])
        cursor.execute(_UNDER_WAY, [patient_id])


def as_a_person_wishes(facts: Facts, purpose: Purpose, *, now: datetime) -> Verdict | None:
    """Locked accounts, wishes, newer messages, night and limits; ``None`` if nothing hinders."""
    message = facts.message
    patient = message.patient
    if patient is None or message.urgency == Urgency.ESCALATION:
        return None
    if patient.locked_at is not None:
        return End(Message.State.SUPPRESSED, Message.Why.LOCKED)
    if purpose.name in facts.silenced:
        return End(Message.State.SUPPRESSED, Message.Why.OPTED_OUT_OF_THIS)
    if message.read_at is not None:
        return End(Message.State.WITHDRAWN, Message.Why.READ_IN_INBOX)
    if _newer_one_goes(facts):
        return End(Message.State.SUPERSEDED, Message.Why.NEWER)
    try:
        zone = zone_of(patient.zone, patient.clinic.timezone)
    except NoZone:
        return End(Message.State.FAILED, Message.Why.NO_ZONE)
    begins, ends = _hours(facts)
    morning = next_open(now, zone, opens=begins, closes=ends)
    if purpose.quiet_hours and morning > now:
        return wait(message, morning, Message.Why.QUIET_HOURS)
    today, tomorrow = local_day(now, zone)
    next_morning = next_open(tomorrow, zone, opens=begins, closes=ends)
    return _not_again_today(facts, purpose, today=today, next_morning=next_morning) or (
        _not_one_too_many(facts, purpose)
    )


def stands_for_several(facts: Facts, purpose: Purpose) -> bool:
    """Whether other reminders of the same patient are due as well: one text says so for all."""
    return purpose.joins and any(other.joins and not other.sent for other in facts.others)


def _hours(facts: Facts) -> tuple[time, time]:
    """The clinic's day, narrowed to the patient's own where the two meet."""
    limits, own = facts.limits, facts.hours
    begins = limits.day_begins if limits else DAY_BEGINS
    ends = limits.day_ends if limits else DAY_ENDS
    if own is None:
        return begins, ends
    narrow = max(begins, own.day_begins), min(ends, own.day_ends)
    return narrow if narrow[0] < narrow[1] else (begins, ends)


def _newer_one_goes(facts: Facts) -> bool:
    """Whether a later message of the same kind is due or sent, and itself still wanted (REM-13)."""
    message = facts.message
    return any(other.kind == message.kind and other.pk > message.pk for other in facts.others)


def _not_again_today(
    facts: Facts, purpose: Purpose, *, today: datetime, next_morning: datetime
) -> Verdict | None:
    """One of a kind a day; and one reminder a day, of whatever kind, that names no kind at all.

    What can wait leaves the day to what is due.
    """
    message = facts.message
    if not purpose.one_a_day:
        return None
    told = [each for each in facts.told if each.started_at >= today]
    if any(each.kind == message.kind for each in told):
        return wait(message, next_morning, Message.Why.ONE_A_DAY)
    if purpose.yields:
        leaves = any(each.joins for each in told)
        in_hand = any(other.joins and not other.sent for other in facts.others)
        return wait(message, next_morning, Message.Why.ONE_A_DAY) if leaves or in_hand else None
    if not purpose.joins:
        return None
    # It was due when the other left, and that text spoke for both.
    due = max(message.send_after, message.created_at)
    if any(each.joins and each.started_at >= due for each in told):
        return End(Message.State.SUPERSEDED, Message.Why.TOGETHER)
    reminded = any(each.joins or each.yields for each in told)
    if reminded and next_morning < message.expires_at:
        return wait(message, next_morning, Message.Why.ONE_A_DAY)
    return None


def _not_one_too_many(facts: Facts, purpose: Purpose) -> Verdict | None:
    """At the month's limit early reminders are left out; those on the day and after it are not."""
    if facts.message.variant not in purpose.spared_at_limit:
        return None
    sent = {each.message for each in facts.told if each.urgency != Urgency.ESCALATION}
    most = facts.limits.most_a_month if facts.limits else MOST_A_MONTH
    if len(sent) < most:
        return None
    return End(Message.State.SUPERSEDED, Message.Why.MONTHLY_LIMIT)

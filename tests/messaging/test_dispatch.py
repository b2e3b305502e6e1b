"""From planned to sent, or to a reason why not: everything is asked at the moment of sending."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from messaging import dispatch
from messaging.models import ChannelPause, Delivery, Message
from people.models import ContactPoint, Patient, TaskLink
from tests.messaging import world
from tests.messaging.sinks import Sink
from tests.messaging.world import NOON

pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)  # 20:30 in New York
MORNING = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)  # 08:00 in New York


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.state_reason


def contacts(person: Patient, **fields: Any) -> None:
    ContactPoint.objects.filter(patient=person).update(**fields)


def test_reminder_goes_by_text_with_a_link_and_nothing_private(sms: Sink, mail: Sink) -> None:
    person = world.patient()
    planned = world.message(person)
    assert dispatch.run(now=NOON) == 1
    assert state(planned) == ("accepted", "")
    assert mail.accepted == []
    (accept,) = sms.accepted
    delivery = Delivery.objects.get()
    assert accept.to == "+12025550143"
    assert accept.key == str(delivery.key)
    link = accept.body[accept.body.index("http") :].split()[0]
    assert delivery.body == accept.body.replace(link, "[link]")
    assert delivery.provider_id == "p-1"
    assert link.startswith("http://localhost:8000/t/")
    for private in ("Canaryname", "Rivera", "2004", person.mrn, str(person.public_id)):
        assert private not in accept.body
    stored = TaskLink.objects.get()
    assert (stored.patient, stored.about) == (person, planned.about)


def test_running_again_sends_nothing(sms: Sink) -> None:
    world.message(world.patient())
    dispatch.run(now=NOON)
    assert dispatch.run(now=NOON) == 0
    assert len(sms.accepted) == 1


def test_concern_reaches_a_member_of_staff_by_email_at_night(mail: Sink) -> None:
    doctor = world.member()
    planned = world.message(doctor, world.CONCERN, send_after=EVENING, now=EVENING)
    dispatch.run(now=EVENING)
    assert state(planned) == ("accepted", "")
    (accept,) = mail.accepted
    assert accept.to == "doctor@example.org"
    assert "A patient needs attention now" in accept.body
    assert "http://localhost:8000/clinic/" in accept.body


def test_patient_reads_their_own_language(sms: Sink) -> None:
    world.message(world.patient(language="es-MX"))
    dispatch.run(now=NOON)
    assert "tu cuestionario mensual" in sms.accepted[0].body


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(False, "not-needed"), ("sample arrived", "sample arrived"), ("", "not-needed")],
)
def test_what_is_no_longer_wanted_is_not_sent(sms: Sink, answer: bool | str, reason: str) -> None:
    """R3: asked at the moment of sending."""
    planned = world.message(world.patient(), about="due-item:1")
    world.ANSWERS["due-item:1"] = answer
    dispatch.run(now=NOON)
    assert state(planned) == ("withdrawn", reason)
    assert sms.requests == 0


def test_late_message_expires_unsent(sms: Sink) -> None:
    planned = world.message(world.patient())
    dispatch.run(now=NOON + timedelta(days=3))
    assert state(planned) == ("expired", "too-late")
    assert sms.requests == 0


def test_night_is_respected_where_the_patient_lives(sms: Sink) -> None:
    """R11, F-16: planned by day, sent late because of an outage: not at night, and once."""
    planned = world.message(world.patient())
    key = planned.key
    dispatch.run(now=EVENING)
    assert state(planned) == ("planned", "quiet-hours")
    assert planned.send_after == MORNING
    assert planned.key == key
    dispatch.run(now=MORNING - timedelta(seconds=1))
    assert sms.requests == 0
    dispatch.run(now=MORNING)
    dispatch.run(now=MORNING)
    assert len(sms.accepted) == 1


@pytest.mark.parametrize(
    ("zone", "night", "morning"),
    [
        ("America/New_York", "2027-03-14T06:59:00", "2027-03-14T12:00:00"),
        ("America/New_York", "2026-11-01T05:59:00", "2026-11-01T13:00:00"),
        ("Europe/London", "2027-03-28T00:59:00", "2027-03-28T07:00:00"),
        ("Europe/London", "2026-10-25T00:59:00", "2026-10-25T08:00:00"),
        ("Australia/Lord_Howe", "2026-10-03T15:29:00", "2026-10-03T21:00:00"),
        ("Australia/Lord_Howe", "2027-04-03T14:59:00", "2027-04-03T21:30:00"),
    ],
)
def test_night_of_a_clock_change_sends_once_in_the_morning(
    sms: Sink, zone: str, night: str, morning: str
) -> None:
    """F-16: dispatched every quarter of an hour through the whole night."""
    began = datetime.fromisoformat(night).replace(tzinfo=UTC)
    opens = datetime.fromisoformat(morning).replace(tzinfo=UTC)
    world.message(world.patient(timezone=zone), send_after=began, now=began)
    sent_at = []
    for step in range(40):
        now = began + timedelta(minutes=15 * step)
        before = len(sms.accepted)
        dispatch.run(now=now)
        sent_at += [now] * (len(sms.accepted) - before)
    assert len(sent_at) == 1
    assert opens <= sent_at[0] < opens + timedelta(minutes=15)


def test_patient_who_moved_is_asked_for_the_time_again(sms: Sink) -> None:
    person = world.patient()
    planned = world.message(person)
    dispatch.run(now=EVENING)
    person.timezone = "Pacific/Honolulu"
    person.save()
    dispatch.run(now=MORNING)
    assert state(planned) == ("planned", "quiet-hours")
    dispatch.run(now=MORNING + timedelta(hours=5))
    assert len(sms.accepted) == 1


def test_unreadable_zone_uses_the_clinics_and_none_at_all_asks_a_person(sms: Sink) -> None:
    """R16: unknown is never day."""
    planned = world.message(world.patient(timezone="Mars/Olympus"))
    lost = world.message(world.patient(world.clinic(timezone="Mars/Olympus")))
    dispatch.run(now=NOON)
    assert state(planned) == ("accepted", "")
    assert state(lost) == ("failed", "no-zone")


def test_night_that_outlasts_the_message_ends_it_now(sms: Sink) -> None:
    planned = world.message(world.patient(), expires_at=MORNING)
    dispatch.run(now=EVENING)
    assert state(planned) == ("expired", "too-late")


def test_after_an_outage_one_message_of_a_kind_goes_out(sms: Sink) -> None:
    """R2, REM-13, F-08: the newest; the others say so."""
    person = world.patient()
    planned = [world.message(person, kind="labs") for _ in range(5)]
    other = world.message(person, kind="check-in")
    dispatch.run(now=NOON)
    assert [state(each)[0] for each in planned] == ["superseded"] * 4 + ["accepted"]
    assert state(other) == ("accepted", "")
    assert len(sms.accepted) == 2


def test_newer_message_nobody_wants_replaces_nothing(sms: Sink) -> None:
    person = world.patient()
    first = world.message(person, kind="labs", about="due-item:1")
    second = world.message(person, kind="labs", about="due-item:2")
    world.ANSWERS["due-item:2"] = False
    dispatch.run(now=NOON)
    assert state(first) == ("accepted", "")
    assert state(second)[0] == "withdrawn"


def test_one_of_a_kind_a_day(sms: Sink) -> None:
    """By the patient's calendar day; the second waits for the next morning."""
    person = world.patient()
    world.message(person, kind="labs")
    dispatch.run(now=NOON)
    later = NOON + timedelta(hours=3)
    second = world.message(person, kind="labs", send_after=later, now=later)
    dispatch.run(now=later)
    assert state(second) == ("planned", "one-a-day")
    assert second.send_after == MORNING
    dispatch.run(now=MORNING)
    assert state(second) == ("accepted", "")


def test_locked_account_gets_nothing(sms: Sink) -> None:
    planned = world.message(world.patient(locked_at=NOON))
    dispatch.run(now=NOON)
    assert state(planned) == ("suppressed", "locked")
    assert sms.requests == 0


def test_opted_out_number_is_not_used_and_the_next_one_is(sms: Sink, mail: Sink) -> None:
    person = world.patient()
    contacts(person, opted_out_at=NOON)
    ContactPoint.objects.filter(patient=person, channel="email").update(opted_out_at=None)
    planned = world.message(person)
    dispatch.run(now=NOON)
    assert state(planned) == ("accepted", "")
    assert (sms.requests, len(mail.accepted)) == (0, 1)


def test_reminder_without_an_answer_goes_another_way(sms: Sink, mail: Sink) -> None:
    """REM-17: the text had no answer, so the mailbox is tried; without one, the text again."""
    for email, expected in (("ana@example.org", (1, 1)), (None, (3, 1))):
        person = world.patient(email=email)
        world.message(person, about=f"due-item:{person.pk}", kind="labs")
        dispatch.run(now=NOON)
        world.message(
            person,
            about=f"due-item:{person.pk}",
            kind="labs",
            send_after=MORNING,
            now=MORNING,
            other_way=True,
        )
        dispatch.run(now=MORNING)
        assert (sms.requests, len(mail.accepted)) == expected


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"opted_out_at": NOON}, "opted-out"), ({"bad_at": NOON}, "bad-address")],
)
def test_no_usable_address_is_said(sms: Sink, fields: dict[str, Any], reason: str) -> None:
    person = world.patient()
    contacts(person, **fields)
    planned = world.message(person)
    dispatch.run(now=NOON)
    assert state(planned) == ("suppressed", reason)


def test_no_address_and_no_channel_are_told_apart(settings: Any) -> None:
    settings.SMS_PROVIDER = "console"
    nobody = world.message(world.patient(phone=None, email=None))
    text_only = world.message(world.patient(email=None))
    dispatch.run(now=NOON)
    assert state(nobody) == ("suppressed", "no-address")
    assert state(text_only) == ("suppressed", "no-channel")


def test_refused_text_goes_by_email_in_the_same_run(sms: Sink, mail: Sink) -> None:
    sms.fault = "400"
    planned = world.message(world.patient())
    dispatch.run(now=NOON)
    assert state(planned) == ("accepted", "")
    outcomes = Delivery.objects.order_by("pk").values_list("channel", "outcome")
    assert list(outcomes) == [("sms", "refused"), ("email", "accepted")]
    assert sms.accepted == []


def test_everything_refused_asks_a_person_and_spoils_the_mailbox(sms: Sink, mail: Sink) -> None:
    sms.fault, mail.fault = "400", "rcpt 550 5.1.1 no such mailbox"
    person = world.patient()
    planned = world.message(person)
    dispatch.run(now=NOON)
    assert state(planned) == ("refused", "address-refused")
    bad = ContactPoint.objects.filter(patient=person, bad_at__isnull=False)
    assert [contact.channel for contact in bad] == ["email"]


def test_busy_provider_is_left_alone_as_long_as_it_asked(sms: Sink) -> None:
    """F-21: at most one try a minute, for any number of messages, and all go out at last."""
    sms.fault = "429 60"
    planned = [world.message(world.patient()) for _ in range(8)]
    for second in range(0, 600, 15):
        dispatch.run(now=NOON + timedelta(seconds=second))
    assert sms.requests == 10
    assert {state(each) for each in planned} == {("planned", "provider-busy")}
    sms.fault = "accept"
    dispatch.run(now=NOON + timedelta(seconds=660))
    assert {state(each)[0] for each in planned} == {"accepted"}
    assert set(sms.by_key.values()) == {1}
    assert not ChannelPause.objects.exists()


def test_dead_provider_is_tried_less_and_less_and_loses_nothing(sms: Sink, settings: Any) -> None:
    alive = settings.SMS_WEBHOOK_URL
    settings.SMS_WEBHOOK_URL = "http://127.0.0.1:9/"
    planned = [world.message(world.patient(email=None)) for _ in range(5)]
    for minute in range(0, 120, 2):
        dispatch.run(now=NOON + timedelta(minutes=minute))
    tries = Delivery.objects.filter(outcome="not-sent").count()
    assert 5 < tries < 20
    assert {state(each) for each in planned} == {("planned", "provider-unreachable")}
    settings.SMS_WEBHOOK_URL = alive
    dispatch.run(now=NOON + timedelta(minutes=140))
    assert {state(each)[0] for each in planned} == {"accepted"}
    assert set(sms.by_key.values()) == {1}


def test_safety_message_uses_email_while_texts_cannot_be_sent(mail: Sink, settings: Any) -> None:
    settings.SMS_PROVIDER, settings.SMS_WEBHOOK_SECRET = "webhook", "s"
    settings.SMS_WEBHOOK_URL = "http://127.0.0.1:9/"
    safety = world.message(world.patient())
    courtesy = world.message(world.patient(), world.COURTESY)
    dispatch.run(now=NOON)
    assert state(safety) == ("accepted", "")
    assert state(courtesy) == ("planned", "provider-unreachable")
    assert len(mail.accepted) == 1


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_network_is_used(sms: Sink) -> None:
    """REM-23, G3: the attempt is already visible to everybody when the provider is called."""
    seen: list[tuple[int, int]] = []

    def look(_: object) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND state LIKE 'idle in transaction%'"
                )
                seen.append(
                    (cursor.fetchone()[0], Delivery.objects.filter(outcome="attempting").count())
                )
        finally:
            connection.close()

    sms.before_answer = look
    world.message(world.patient())
    dispatch.run(now=NOON)
    assert seen == [(0, 1)]


def test_poison_row_fails_after_three_tries_and_holds_up_nobody(sms: Sink) -> None:
    """R1, F-24."""
    poison = world.message(world.patient(), world.POISON)
    others = [world.message(world.patient()) for _ in range(5)]
    tries = 0
    for minute in range(30):
        before = Message.objects.filter(pk=poison.pk, state="planned").count()
        dispatch.run(now=NOON + timedelta(minutes=minute))
        tries += before and poison.pk in _touched(NOON + timedelta(minutes=minute))
    assert state(poison) == ("failed", "poison")
    assert tries == 3
    assert {state(each)[0] for each in others} == {"accepted"}
    assert not Delivery.objects.filter(message=poison).exists()


def _touched(now: datetime) -> set[int]:
    return set(Message.objects.filter(state_at=now).values_list("pk", flat=True))


def test_question_that_fails_is_not_taken_for_a_yes(sms: Sink) -> None:
    planned = world.message(world.patient(), about="due-item:1")
    world.ANSWERS["due-item:1"] = "raise"
    dispatch.run(now=NOON)
    assert state(planned) == ("planned", "preparing-failed")
    assert sms.requests == 0


def test_purpose_of_another_version_is_left_for_it(sms: Sink) -> None:
    """F-23: old and new workers at once."""
    planned = world.message(world.patient())
    Message.objects.filter(pk=planned.pk).update(purpose="from-tomorrow")
    for minute in range(0, 60, 5):
        dispatch.run(now=NOON + timedelta(minutes=minute))
    assert state(planned) == ("planned", "no-purpose")
    Message.objects.filter(pk=planned.pk).update(purpose="test-safety")
    dispatch.run(now=NOON + timedelta(hours=2))
    assert state(planned) == ("accepted", "")


def test_database_clock_decides_in_production(mail: Sink) -> None:
    """REM-05: without an injected clock PostgreSQL says what is due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        database = cursor.fetchone()[0]
    due = world.message(world.member(), world.CONCERN, send_after=database, now=database)
    later = world.message(
        world.member("b@example.org"),
        world.CONCERN,
        send_after=database + timedelta(hours=1),
        now=database,
    )
    dispatch.run()
    assert state(due) == ("accepted", "")
    assert state(later) == ("planned", "")

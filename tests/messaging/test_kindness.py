"""Nobody is written to at night, twice a day or in heaps, and what is left out says why."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from messaging import dispatch
from messaging.models import (
    ClinicLimits,
    Delivery,
    Message,
    PatientHours,
    PurposeOptOut,
)
from people.models import TaskLink
from tests.messaging import world
from tests.messaging.sinks import Sink
from tests.messaging.world import NOON

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)  # 08:00 in New York


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.state_reason


def texts(sms: Sink) -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("body", flat=True))


def test_reminders_of_one_day_are_one_text_that_says_so(sms: Sink) -> None:
    person = world.patient()
    first = world.message(person, world.TASK, kind="labs")
    second = world.message(person, world.TASK, kind="check-in")
    third = world.message(person, world.TASK, kind="collect")

    dispatch.run(now=NOON)

    assert state(first) == ("accepted", "")
    assert [state(each) for each in (second, third)] == [("superseded", "together")] * 2
    assert sms.requests == 1
    assert "a few things wait for you" in texts(sms)[0]
    # Its link opens the page that lists them all.
    assert TaskLink.objects.get().about == f"message:{first.public_id}"


def test_one_reminder_alone_keeps_its_own_text(sms: Sink) -> None:
    planned = world.message(world.patient(), world.TASK, kind="labs")
    dispatch.run(now=NOON)
    assert "a few things" not in texts(sms)[0]
    assert TaskLink.objects.get().about == planned.about


def test_reminder_that_nobody_wants_does_not_make_it_several(sms: Sink) -> None:
    person = world.patient()
    world.message(person, world.TASK, kind="labs")
    done = world.message(person, world.TASK, kind="check-in")
    world.ANSWERS[done.about] = "done"
    dispatch.run(now=NOON)
    assert state(done)[0] == "withdrawn"
    assert "a few things" not in texts(sms)[0]


def test_what_can_wait_leaves_the_day_to_what_is_due(sms: Sink) -> None:
    """The last test and the day for blood fall on one day after a course: one text each day."""
    person = world.patient()
    news = world.message(person, world.CAN_WAIT)
    due = world.message(person, world.TASK, kind="final-test")
    dispatch.run(now=NOON)
    assert [state(each) for each in (due, news)] == [("accepted", ""), ("planned", "one-a-day")]
    assert "a few things" not in texts(sms)[0], "it does not speak for what goes tomorrow"

    morning = NOON + timedelta(days=1)
    dispatch.run(now=morning)
    assert state(news) == ("accepted", "")
    later = morning + timedelta(hours=2)
    new = world.message(person, world.TASK, kind="labs", send_after=later, now=later)
    dispatch.run(now=later)
    assert (state(new), sms.requests) == (("planned", "one-a-day"), 2)


def test_what_falls_due_after_the_days_reminder_waits_for_the_morning(sms: Sink) -> None:
    """The text of noon could not have meant it."""
    person = world.patient()
    world.message(person, world.TASK, kind="labs")
    dispatch.run(now=NOON)
    later = NOON + timedelta(hours=2)
    new = world.message(person, world.TASK, kind="check-in", send_after=later, now=later)

    dispatch.run(now=later)
    assert state(new) == ("planned", "one-a-day")
    assert new.send_after == MORNING
    dispatch.run(now=MORNING)
    assert state(new) == ("accepted", "")


def test_reminder_of_a_last_day_does_not_wait_past_it(sms: Sink) -> None:
    person = world.patient()
    world.message(person, world.TASK, kind="labs")
    dispatch.run(now=NOON)
    later = NOON + timedelta(hours=2)
    last = world.message(
        person, world.TASK, kind="collect", send_after=later, now=later, expires_at=MORNING
    )
    dispatch.run(now=later)
    assert state(last) == ("accepted", "")
    assert sms.requests == 2


def test_text_that_was_refused_told_nobody_anything(sms: Sink) -> None:
    person = world.patient(email=None)
    sms.faults = ["400"]
    first = world.message(person, world.TASK, kind="labs")
    second = world.message(person, world.TASK, kind="check-in")
    dispatch.run(now=NOON)
    assert state(first)[0] == "refused"
    assert state(second) == ("accepted", "")


def test_what_a_person_wrote_is_not_held_back_by_a_reminder(sms: Sink) -> None:
    person = world.patient()
    world.message(person, world.TASK)
    note = world.message(person, world.COURTESY)
    dispatch.run(now=NOON)
    assert state(note) == ("accepted", "")


def _earlier(person: object, count: int, *, days_ago: int) -> None:
    for number in range(count):
        at = NOON - timedelta(days=days_ago, minutes=number)
        sent = world.message(person, world.COURTESY, send_after=at, now=at, kind=f"k{number}")  # type: ignore[arg-type]
        Message.objects.filter(pk=sent.pk).update(state="accepted")
        Delivery.objects.create(
            message=sent, channel="sms", attempt=1, language="en", body="x",
            started_at=at, outcome="accepted", outcome_at=at,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "days_ago", "variant", "ends"),
    [
        (12, 29, "before", ("superseded", "monthly-limit")),
        (11, 29, "before", ("accepted", "")),
        (12, 30, "before", ("accepted", "")),
        (12, 29, "on", ("accepted", "")),
        (12, 29, "after", ("accepted", "")),
    ],
)
def test_at_the_months_limit_only_early_reminders_are_left_out(
    sms: Sink, sent: int, days_ago: int, variant: str, ends: tuple[str, str]
) -> None:
    person = world.patient()
    _earlier(person, sent, days_ago=days_ago)
    planned = world.message(person, world.TASK, variant=variant)
    dispatch.run(now=NOON)
    assert state(planned) == ends


def test_clinic_sets_its_own_limit(sms: Sink) -> None:
    person = world.patient()
    ClinicLimits.objects.create(clinic=person.clinic, most_a_month=4)
    _earlier(person, 4, days_ago=2)
    planned = world.message(person, world.TASK, variant="before")
    dispatch.run(now=NOON)
    assert state(planned) == ("superseded", "monthly-limit")


@pytest.mark.parametrize(
    ("clinic", "own", "opens"),
    [
        ((time(13), time(18)), None, 18),
        (None, (time(15), time(19)), 20),
        ((time(9), time(16)), (time(14), time(22)), 19),
        # Hours that never meet: the clinic's count, or nothing would ever be sent.
        ((time(9), time(11)), (time(14), time(22)), 24 + 14),
        # A patient may narrow the clinic's day, not widen it.
        ((time(14), time(18)), (time(6), time(23)), 19),
    ],
)
def test_message_waits_for_the_hours_of_clinic_and_patient(
    sms: Sink,
    clinic: tuple[time, time] | None,
    own: tuple[time, time] | None,
    opens: int,
) -> None:
    """``opens`` in hours UTC on the day; noon in New York is 17."""
    person = world.patient()
    if clinic:
        ClinicLimits.objects.create(clinic=person.clinic, day_begins=clinic[0], day_ends=clinic[1])
    if own:
        PatientHours.objects.create(
            patient=person, day_begins=own[0], day_ends=own[1], chosen_at=NOON
        )
    planned = world.message(person, world.TASK)
    dispatch.run(now=NOON)
    assert state(planned) == ("planned", "quiet-hours")
    assert planned.send_after == NOON.replace(hour=0) + timedelta(hours=opens)


def test_purpose_that_a_patient_does_not_want_is_not_sent_and_a_person_is_told(sms: Sink) -> None:
    person = world.patient()
    PurposeOptOut.objects.create(patient=person, purpose="test-task", since=NOON)
    planned = world.message(person, world.TASK)
    other = world.message(person, world.COURTESY)
    dispatch.run(now=NOON)
    assert state(planned) == ("suppressed", "opted-out-of-this")
    assert state(other) == ("accepted", "")


@pytest.mark.parametrize(
    "fields",
    [{"day_begins": time(9), "day_ends": time(9)}, {"most_a_month": 3}],
)
def test_database_refuses_limits_under_which_nothing_could_be_sent(
    fields: dict[str, object],
) -> None:
    at = world.clinic()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClinicLimits.objects.create(clinic=at, **fields)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_that_hold_eight_reminders_of_one_person_send_one_text(sms: Sink) -> None:
    person = world.patient()
    for number in range(8):
        world.message(person, world.TASK, kind=f"kind-{number}")
    together = threading.Barrier(8)

    def work() -> None:
        together.wait()
        dispatch.run(limit=1, now=NOON)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    dispatch.run(now=NOON)

    assert sms.requests == 1
    assert Message.objects.filter(state="superseded", state_reason="together").count() == 7

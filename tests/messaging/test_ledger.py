"""Why did she not get a text? The ledger answers, and what failed waits for a person (G2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from messaging import dispatch
from messaging.actions.handling import NothingToHandle, handle
from messaging.models import Message
from messaging.queries import ledger, needs_a_person, queue
from people.models import ContactPoint
from tests.messaging import world
from tests.messaging.sinks import Sink
from tests.messaging.world import NOON

pytestmark = pytest.mark.django_db


def test_ledger_says_what_became_of_a_message(sms: Sink, mail: Sink) -> None:
    sms.fault = "400"
    person = world.patient()
    world.message(person)
    dispatch.run(now=NOON)
    (row,) = ledger(clinic=person.clinic.slug, patient=person.public_id)
    assert (row.recipient, row.state_words, row.waiting) == ("Canaryname Rivera", "Sent", False)
    assert [(each.channel, each.outcome) for each in row.deliveries] == [
        ("Text message", "Refused"),
        ("E-mail", "Accepted"),
    ]
    assert row.deliveries[0].detail == "http 400"
    assert "[link]" in row.deliveries[1].body


def test_ledger_says_why_a_message_waits(sms: Sink) -> None:
    person = world.patient()
    night = NOON + timedelta(hours=9)
    world.message(person, send_after=night, now=night)
    dispatch.run(now=night)
    (row,) = ledger(clinic=person.clinic.slug)
    assert row.waiting
    assert row.why == "waiting for the morning where the patient lives"
    assert row.send_after > night


def test_ledger_keeps_the_words_of_who_withdrew_it(sms: Sink) -> None:
    person = world.patient()
    world.message(person, about="due-item:1")
    world.ANSWERS["due-item:1"] = "sample arrived"
    dispatch.run(now=NOON)
    (row,) = ledger(clinic=person.clinic.slug)
    assert (row.state_words, row.why) == ("Not sent: no longer needed", "sample arrived")


def test_ledger_shows_nothing_of_another_clinic() -> None:
    mine, other = world.patient(), world.patient()
    world.message(mine)
    world.message(other)
    assert len(ledger(clinic=mine.clinic.slug)) == 1
    assert ledger(clinic=mine.clinic.slug, patient=other.public_id) == []


def test_ledger_costs_the_same_for_one_row_and_for_fifty(
    django_assert_num_queries: Any,
) -> None:
    clinic = world.clinic()
    world.message(world.patient(clinic))
    with django_assert_num_queries(3):
        ledger(clinic=clinic.slug)
    for _ in range(49):
        world.message(world.patient(clinic))
    with django_assert_num_queries(3):
        assert len(ledger(clinic=clinic.slug)) == 50


@pytest.mark.parametrize(
    ("state", "urgency", "listed"),
    [
        ("planned", "safety", False),
        ("accepted", "safety", False),
        ("delivered", "safety", False),
        ("superseded", "safety", False),
        ("withdrawn", "safety", False),
        ("undelivered", "safety", True),
        ("undelivered", "courtesy", True),
        ("refused", "courtesy", True),
        ("unknown", "courtesy", True),
        ("failed", "courtesy", True),
        ("expired", "safety", True),
        ("expired", "escalation", True),
        ("expired", "courtesy", False),
        ("suppressed", "safety", True),
        ("suppressed", "courtesy", False),
    ],
)
def test_every_state_is_somebodys_business_or_nobodys(
    state: str, urgency: str, listed: bool
) -> None:
    message = world.message(world.patient())
    Message.objects.update(state=state, urgency=urgency, state_reason="x")
    slug = message.clinic.slug
    assert bool(needs_a_person(clinic=slug)) is listed
    assert ledger(clinic=slug)[0].needs_a_person is listed
    assert queue(now=NOON).for_a_person == listed


def test_handled_message_leaves_the_list_and_says_by_whom() -> None:
    message = world.message(world.patient())
    Message.objects.update(state="unknown", state_reason="no-answer")
    nurse = world.member("nurse@example.org")
    for _ in range(2):
        handle(
            message.public_id,
            clinic_id=message.clinic_id,
            note="called, she knows",
            by=nurse,
            now=NOON,
        )
    assert needs_a_person(clinic=message.clinic.slug) == []
    (row,) = ledger(clinic=message.clinic.slug)
    assert (row.handled_by, row.handled_note) == ("nurse@example.org", "called, she knows")
    assert Event.objects.filter(kind="contact.logged").count() == 1


def test_message_of_another_clinic_or_one_still_to_be_sent_cannot_be_handled() -> None:
    message = world.message(world.patient())
    nurse = world.member()
    with pytest.raises(NothingToHandle):
        handle(message.public_id, clinic_id=message.clinic_id, note="", by=nurse, now=NOON)
    Message.objects.update(state="unknown", state_reason="no-answer")
    with pytest.raises(NothingToHandle):
        handle(message.public_id, clinic_id=world.clinic().pk, note="", by=nurse, now=NOON)


def test_queue_counts_what_is_due_and_how_old_it_is() -> None:
    person = world.patient()
    world.message(person, send_after=NOON - timedelta(minutes=5))
    world.message(person, send_after=NOON + timedelta(hours=1))
    found = queue(now=NOON)
    assert (found.queued, found.due, found.oldest_due_age_s) == (2, 1, 300.0)
    Message.objects.all().delete()
    assert queue(now=NOON).oldest_due_age_s is None


def test_whatever_is_long_due_has_ended_or_waits_for_a_person(sms: Sink, mail: Sink) -> None:
    """G2 as one statement, after a day of every kind of trouble."""
    people = [world.patient() for _ in range(8)]
    ContactPoint.objects.filter(patient=people[0]).update(opted_out_at=NOON)
    ContactPoint.objects.filter(patient=people[1]).delete()
    messages = [world.message(person) for person in people]
    world.message(people[2], world.POISON)
    world.ANSWERS[messages[3].about] = False
    sms.faults = ["drop", "500", "400", "429 120", "drop-after-accept", "drop"]
    for minute in range(0, 420, 5):
        dispatch.run(now=NOON + timedelta(minutes=minute))
    waiting = Message.objects.filter(
        state__in=["planned", "claimed"], send_after__lt=NOON + timedelta(hours=6)
    )
    assert not waiting.exists()
    seen = {row.public_id for clinic in people for row in needs_a_person(clinic=clinic.clinic.slug)}
    told = Message.objects.filter(state__in=["accepted", "delivered", "withdrawn", "superseded"])
    assert seen | set(told.values_list("public_id", flat=True)) == set(
        Message.objects.values_list("public_id", flat=True)
    )


def test_the_latest_messages_of_a_clinic_are_the_first_of_an_index() -> None:
    """With a join on the clinic PostgreSQL sorted every message the clinic ever planned."""
    at = world.clinic()
    world.message(world.patient(at))
    with connection.cursor() as cursor:
        # With so few rows sorting costs nothing; the index must be able to give the order.
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;"
            "SET LOCAL enable_sort = off"
        )
        with CaptureQueriesContext(connection) as asked:
            ledger(clinic=at.slug)
        cursor.execute("EXPLAIN " + asked[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "message_by_clinic" in plan
    assert "Presorted Key: messaging_message.send_after" in plan

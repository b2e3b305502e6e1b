"""What may never happen is counted, and metrics tell it (G2, G3, REM-20)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from messaging import dispatch
from messaging.clock import database_now
from messaging.models import Delivery, Message
from messaging.watch import left_lying, watched
from tests.messaging import world
from tests.messaging.sinks import Sink
from tests.messaging.world import NOON

pytestmark = pytest.mark.django_db
HALF_AN_HOUR = timedelta(minutes=30)


def tried(message: Message, *, late: timedelta = timedelta(0), **fields: Any) -> Delivery:
    values = {
        "channel": "sms",
        "attempt": 1,
        "language": "en",
        "body": "",
        "started_at": message.send_after + late,
        "outcome": "accepted",
        "outcome_at": message.send_after + late,
    }
    return Delivery.objects.create(message=message, **{**values, **fields})


@pytest.mark.parametrize(("since", "lying"), [(HALF_AN_HOUR, 0), (HALF_AN_HOUR * 1.1, 1)])
def test_due_for_half_an_hour_and_untouched_is_left_lying(since: timedelta, lying: int) -> None:
    world.message(world.patient())
    assert left_lying(now=NOON + since) == lying


def test_what_ended_waits_or_is_being_sent_is_not_left_lying(sms: Sink) -> None:
    later = NOON + timedelta(hours=1)
    person = world.patient()
    world.message(person)
    dispatch.run(now=NOON)
    world.message(person, world.TASK, send_after=NOON + timedelta(hours=2))
    held = world.message(world.patient())
    Message.objects.filter(pk=held.pk).update(
        state="claimed", claim=held.public_id, claimed_at=later, lease_until=later
    )
    assert left_lying(now=later) == 0
    assert left_lying(now=later + HALF_AN_HOUR + timedelta(seconds=1)) == 1


def test_more_than_two_accepts_and_doubles_of_a_key_are_counted() -> None:
    message = world.message(world.patient())
    key = tried(message).key
    assert (watched(now=NOON).too_many_accepts, watched(now=NOON).same_key_twice) == (0, 0)
    tried(message, attempt=2, key=key, outcome="unknown")
    tried(message, attempt=3, key=key)
    seen = watched(now=NOON)
    assert (seen.too_many_accepts, seen.same_key_twice, seen.holds) == (1, 1, False)


def test_lateness_and_what_was_missed() -> None:
    for seconds in (0, 10, 20):
        tried(world.message(world.patient()), late=timedelta(seconds=seconds))
    gone = world.message(world.patient())
    Message.objects.filter(pk=gone.pk).update(
        state="expired", state_reason="too-late", state_at=NOON
    )
    seen = watched(now=NOON)
    assert seen.late_s == {0.5: 10.0, 0.95: 19.0, 0.99: pytest.approx(19.8)}
    assert (seen.missed, seen.sent) == (1, 3)
    assert watched(now=NOON + timedelta(days=2)).late_s == {}


def test_metrics_tell_it(client: Client) -> None:
    now = database_now()
    tried(world.message(world.patient(), send_after=now, now=now))
    text = client.get("/metrics").content.decode()
    for line in (
        "isotrack_messages_left_lying 0.0",
        "isotrack_messages_too_many_accepts 0.0",
        "isotrack_messages_missed 0.0",
        "isotrack_messages_sent_last_day 1.0",
        'isotrack_messages_late_seconds{quantile="0.99"} 0.0',
    ):
        assert line in text

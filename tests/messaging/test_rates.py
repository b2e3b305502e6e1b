"""No faster than the provider takes: turns by the database, the urgent first (REM-15)."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from messaging import dispatch
from messaging.clock import database_now
from messaging.models import Delivery, Message
from messaging.queries import ledger
from messaging.rates import AHEAD
from tests.messaging import world
from tests.messaging.sinks import Sink
from tests.messaging.world import NOON

Limit = Callable[[int], None]


@pytest.fixture
def limit(settings: Any) -> Limit:
    """Let texts leave at so many a second."""

    def to(per_second: int) -> None:
        settings.MOST_A_SECOND = {"sms": per_second}

    return to


@pytest.mark.django_db
def test_what_is_too_much_at_once_stands_in_line_and_says_so(sms: Sink, limit: Limit) -> None:
    """Two a second, asked once: three within the next second and a half, the others later."""
    limit(2)
    clinic = world.clinic()
    for number in range(6):
        world.message(world.patient(clinic, phone=f"+1202555{1000 + number}"))
    dispatch.run(now=NOON)
    assert len(sms.accepted) == 3
    waiting = [row for row in ledger(clinic=clinic.slug) if row.waiting]
    assert {row.why for row in waiting} == {"so many leave at once that it waits for its turn"}
    places = sorted(row.send_after - NOON for row in waiting)
    assert [each.total_seconds() for each in places] == [1.5, 2.0, 2.5]
    dispatch.run(now=NOON + timedelta(seconds=3))
    assert len(sms.accepted) == 6, "each has its turn, and none needs a ring of its own"


@pytest.mark.django_db
def test_the_urgent_go_before_what_is_polite(sms: Sink, limit: Limit) -> None:
    """Planned first, a courtesy still stands behind every safety message, in line as well."""
    limit(1)
    clinic = world.clinic()
    polite, *safe = [
        world.message(world.patient(clinic, phone=f"+1202555{1000 + number}"), purpose)
        for number, purpose in enumerate([world.COURTESY, *[world.SAFETY] * 3])
    ]
    dispatch.run(now=NOON)
    states = [Message.objects.get(pk=each.pk) for each in (*safe, polite)]
    assert [each.state for each in states] == ["accepted", "accepted", "planned", "planned"]
    assert states[2].send_after < states[3].send_after


@pytest.mark.django_db
def test_a_message_ends_by_its_time_and_not_by_the_line(sms: Sink, limit: Limit) -> None:
    """Those before it may be withdrawn: it is asked again until its time has really passed."""
    limit(1)
    clinic = world.clinic()
    for number in range(30):
        world.message(world.patient(clinic, phone=f"+1202555{1000 + number}"))
    Message.objects.update(expires_at=NOON + timedelta(seconds=10))
    dispatch.run(now=NOON)
    latest = Message.objects.filter(state="planned").order_by("-send_after")[0]
    assert latest.send_after < latest.expires_at
    dispatch.run(now=NOON + timedelta(seconds=10))
    assert set(Message.objects.values_list("state", flat=True)) == {"accepted", "expired"}


@pytest.mark.django_db(transaction=True)
def test_many_workers_keep_to_one_rate(sms: Sink, limit: Limit) -> None:
    """By the clock: twenty a second among four workers, nothing sent twice, nothing left."""
    limit(20)
    zone = _awake(database_now())
    clinic = world.clinic(timezone=zone)
    for number in range(20):
        to = world.patient(clinic, phone=f"+1202555{1000 + number}")
        world.message(to, send_after=database_now(), now=database_now())
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_work, range(4)))
    took = time.monotonic() - began
    assert len(sms.accepted) == len({each.key for each in sms.accepted}) == 20
    assert took >= 19 / 20 - 0.1
    started = sorted(Delivery.objects.values_list("started_at", flat=True))
    assert _most_in(started, timedelta(seconds=0.5)) <= 10 + 4, "no more than one a worker is late"
    assert AHEAD.total_seconds() < dispatch._FACTS_LAST_S


def _work(_: int) -> None:
    try:
        dispatch.run()
    finally:
        connection.close()


def _most_in(moments: list[datetime], window: timedelta) -> int:
    return max(sum(at <= each < at + window for each in moments) for at in moments)


def _awake(now: datetime) -> str:
    """A zone in which it is noon or near it."""
    return f"Etc/GMT{now.hour - 12:+d}" if now.hour != 12 else "Etc/GMT"

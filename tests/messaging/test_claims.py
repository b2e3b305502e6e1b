"""Claiming: each message to one worker, and back if that worker dies (REM-04, F-01, F-10, F-14)."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from messaging.claims import LEASE, claim, still_held
from messaging.models import Message
from tests.messaging import world
from tests.messaging.world import NOON


@pytest.mark.django_db(transaction=True)
def test_eight_workers_never_claim_the_same_message() -> None:
    person = world.patient()
    for _ in range(320):
        world.message(person)
    together = threading.Barrier(8)

    def work(_: int) -> list[int]:
        together.wait()
        mine: list[int] = []
        try:
            while batch := claim(limit=7, now=NOON):
                mine += [held.message_id for held in batch]
            return mine
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        taken = Counter(pk for mine in pool.map(work, range(8)) for pk in mine)
    assert len(taken) == 320
    assert set(taken.values()) == {1}


@pytest.mark.django_db
def test_message_is_not_claimed_before_its_time() -> None:
    world.message(world.patient(), send_after=NOON + timedelta(microseconds=1))
    assert claim(limit=5, now=NOON) == []
    assert len(claim(limit=5, now=NOON + timedelta(microseconds=1))) == 1


@pytest.mark.django_db
def test_dead_workers_message_comes_back_when_the_lease_ends_and_once() -> None:
    world.message(world.patient())
    (first,) = claim(limit=5, now=NOON)
    assert claim(limit=5, now=NOON + LEASE - timedelta(microseconds=1)) == []
    (second,) = claim(limit=5, now=NOON + LEASE)
    assert second.message_id == first.message_id
    assert claim(limit=5, now=NOON + LEASE) == []


@pytest.mark.django_db
def test_slow_worker_finds_its_claim_gone() -> None:
    """F-14: whoever wakes up late may not send."""
    world.message(world.patient())
    (slow,) = claim(limit=5, now=NOON)
    late = NOON + LEASE
    assert still_held(slow, now=late) is None
    (quick,) = claim(limit=5, now=late)
    assert still_held(slow, now=late) is None
    assert still_held(quick, now=late) is not None


@pytest.mark.django_db
def test_each_step_renews_the_lease() -> None:
    world.message(world.patient())
    (held,) = claim(limit=5, now=NOON)
    still_held(held, now=NOON + timedelta(minutes=1))
    assert claim(limit=5, now=NOON + LEASE) == []


@pytest.mark.django_db
def test_concerns_go_before_a_backlog_of_reminders() -> None:
    person = world.patient()
    for _ in range(5):
        world.message(person, world.COURTESY, send_after=NOON - timedelta(hours=5))
        world.message(person, world.SAFETY, send_after=NOON - timedelta(hours=2))
    concern = world.message(world.member(), world.CONCERN)
    order = [Message.objects.get(pk=held.message_id).urgency for held in claim(limit=8, now=NOON)]
    assert order == ["escalation"] + ["safety"] * 5 + ["courtesy"] * 2
    assert concern.pk


@pytest.mark.django_db(transaction=True)
def test_locked_row_is_passed_over_not_waited_for() -> None:
    person = world.patient()
    first, second = world.message(person), world.message(person)
    free = threading.Event()
    locked = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Message.objects.select_for_update().get(pk=first.pk)
            locked.set()
            free.wait(5)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(5)
    taken = [held.message_id for held in claim(limit=5, now=NOON)]
    free.set()
    holder.join()
    assert taken == [second.pk]


@pytest.mark.django_db
def test_claiming_reads_the_partial_index() -> None:
    """The cost follows what is due, not how many messages there ever were."""
    person = world.patient()
    for _ in range(30):
        world.message(person)
    Message.objects.update(state=Message.State.ACCEPTED)
    with connection.cursor() as cursor:
        # With so few rows sorting costs nothing; the index must be able to give the order.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM messaging_message WHERE state = 'planned' "
            "AND urgency = 'safety' AND send_after <= now() ORDER BY send_after "
            "LIMIT 10 FOR UPDATE SKIP LOCKED"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "message_to_send" in plan
    assert "Sort" not in plan


@pytest.mark.django_db
def test_lease_taken_while_the_clock_was_a_day_ahead_binds_nobody() -> None:
    """F-13: the worker died before the clock was put right; nobody waits a day for its lease."""
    world.message(world.patient())
    assert len(claim(limit=1, now=NOON + timedelta(days=1))) == 1
    assert len(claim(limit=1, now=NOON)) == 1
    assert claim(limit=1, now=NOON + LEASE - timedelta(seconds=1)) == []

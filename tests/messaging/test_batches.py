"""Many at once: what one text costs, and that a batch changes nothing of what is promised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging import dispatch, quick
from messaging.claims import LEASE
from messaging.models import ChannelPause, Delivery, Message, PurposeOptOut
from people.models import ContactPoint, Patient
from tests.messaging import world
from tests.messaging.sinks import Sink
from tests.messaging.world import NOON

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The worker is gone, as with kill -9: nothing after this line runs."""


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.state_reason


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> world.purposes.Purpose:
    """A purpose whose question is asked in SQL, as those of tasks are."""
    purpose = world.QUICK
    monkeypatch.setattr(dispatch, "_FACTS_LAST_S", 60.0)
    return purpose


def test_each_text_costs_one_statement(
    sms: Sink, plain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside those of its batch, which are as many for thirty texts as for ten."""
    said: list[str] = []
    ask = quick._said
    monkeypatch.setattr(quick, "_said", lambda *of: said.append(of[0]) or ask(*of))
    clinic = world.clinic()

    def spent(count: int) -> tuple[int, int]:
        for number in range(count):
            world.message(world.patient(clinic, phone=f"+1202555{1000 + number}"), plain)
        said.clear()
        with CaptureQueriesContext(connection) as asked:
            assert dispatch.run(now=NOON) == count
        return len(said), len(asked) - len(said)

    spent(1)
    few, many = spent(10), spent(30)
    assert (few[0], many[0]) == (10 + 1, 30 + 1), "one each, and the last one's acceptance"
    assert few[1] == many[1] <= 24
    assert len(sms.accepted) == 41


@pytest.mark.parametrize(("quick_s", "sizes"), [(60.0, [4, 8, 8]), (0.0, [4, 4, 4, 4])])
def test_larger_batches_follow_only_while_they_leave_quickly(
    sms: Sink, plain: Any, monkeypatch: pytest.MonkeyPatch, quick_s: float, sizes: list[int]
) -> None:
    """Else a worker that dies would hold back more than it could have sent."""
    for name, value in {"_BATCH": 4, "_QUICK_BATCH": 8, "_QUICK_S": quick_s}.items():
        monkeypatch.setattr(dispatch, name, value)
    asked: list[int] = []
    claim = dispatch.claim
    monkeypatch.setattr(dispatch, "claim", lambda **of: asked.append(of["limit"]) or claim(**of))
    clinic = world.clinic()
    for number in range(13):
        world.message(world.patient(clinic, phone=f"+1202555{1000 + number}"), plain)
    assert dispatch.run(now=NOON) == 13
    assert asked[: len(sizes)] == sizes
    assert len(sms.accepted) == 13


def _opts_out(person: Patient, message: Message) -> None:
    ContactPoint.objects.filter(patient=person).update(opted_out_at=NOON)


def _does_not_want_this(person: Patient, message: Message) -> None:
    PurposeOptOut.objects.create(patient=person, purpose=message.purpose, since=NOON)


def _reads(person: Patient, message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(read_at=NOON)


def _is_locked(person: Patient, message: Message) -> None:
    Patient.objects.filter(pk=person.pk).update(locked_at=NOON)


def _does_it(person: Patient, message: Message) -> None:
    world.ANSWERS[message.about] = "done"


def _provider_rests(person: Patient, message: Message) -> None:
    ChannelPause.objects.create(
        channel="sms", paused_until=NOON + timedelta(hours=1), reason="provider-busy"
    )


def _is_told_something_else(person: Patient, message: Message) -> None:
    other = world.message(person, kind=message.kind)
    Message.objects.filter(pk=other.pk).update(state="accepted", expires_at=NOON)
    Delivery.objects.create(
        message=other, channel="sms", attempt=1, language="en", body="x",
        started_at=NOON, outcome="accepted", outcome_at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        (_opts_out, ("suppressed", "opted-out")),
        (_does_not_want_this, ("suppressed", "opted-out-of-this")),
        (_reads, ("withdrawn", "read-in-inbox")),
        (_is_locked, ("suppressed", "locked")),
        (_does_it, ("withdrawn", "done")),
        (_provider_rests, ("planned", "provider-busy")),
        (_is_told_something_else, ("planned", "one-a-day")),
    ],
)
def test_what_changes_while_the_text_before_it_leaves_still_counts(
    sms: Sink,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Patient, Message], None],
    ends: tuple[str, str],
) -> None:
    """G2, REM-14: the batch has been decided about; the second message is asked about again."""
    first = world.message(world.patient())
    person = world.patient(email=None)
    second = world.message(person)
    call = dispatch._call

    def then_change(attempt: Any) -> Any:
        answer = call(attempt)
        change(person, second)
        return answer

    monkeypatch.setattr(dispatch, "_call", then_change)
    dispatch.run(now=NOON)
    assert state(first) == ("accepted", "")
    assert state(second) == ends
    assert sms.requests == 1


def test_worker_that_dies_in_a_batch_leaves_one_outcome_unknown(
    sms: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = [world.message(world.patient()) for _ in range(6)]
    call = dispatch._call

    def die_after_the_third(attempt: Any) -> Any:
        answer = call(attempt)
        if len(sms.accepted) == 3:
            raise Killed
        return answer

    with monkeypatch.context() as dying, pytest.raises(Killed):
        dying.setattr(dispatch, "_call", die_after_the_third)
        dispatch.run(now=NOON)
    outcomes = Delivery.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["accepted", "accepted", "attempting"]
    for minutes in (2, 4):
        dispatch.run(now=NOON + timedelta(minutes=minutes))
    assert {state(each)[0] for each in planned} == {"accepted"}
    assert sorted(sms.by_key.values()) == [1, 1, 1, 1, 1, 2]


def test_message_that_kills_its_workers_takes_no_other_with_it(
    sms: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R1: what was in a dead worker's hand is tried alone afterwards."""
    others = [world.message(world.patient()) for _ in range(3)]
    killer = world.message(world.patient())
    others.append(world.message(world.patient()))
    known = dispatch.known_about

    def deadly(messages: Any, *, now: Any) -> Any:
        if killer in messages:
            raise Killed
        return known(messages, now=now)

    monkeypatch.setattr(dispatch, "known_about", deadly)
    deaths = 0
    for step in range(6):
        try:
            dispatch.run(now=NOON + step * LEASE)
        except Killed:
            deaths += 1
    assert deaths == 3
    assert state(killer) == ("failed", "poison")
    assert {state(each)[0] for each in others} == {"accepted"}
    assert set(sms.by_key.values()) == {1}


def test_what_takes_too_long_is_left_to_others(sms: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Well before the leases end, and without counting as a try."""
    planned = [world.message(world.patient()) for _ in range(3)]
    monkeypatch.setattr(dispatch, "_FACTS_LAST_S", 0.0)
    monkeypatch.setattr(dispatch, "_HOLDS_FOR_S", 0.0)
    assert dispatch.run(limit=3, now=NOON) == 3
    assert [state(each)[0] for each in planned] == ["accepted", "planned", "planned"]
    assert [each.attempts for each in planned] == [0, 0, 0]
    dispatch.run(now=NOON)
    assert {state(each)[0] for each in planned} == {"accepted"}

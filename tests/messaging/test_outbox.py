"""Planning: one row per key from any number of planners, in the act's transaction (G1, REM-01)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from messaging import bell, outbox, purposes
from messaging.models import Message
from tests.messaging import world
from tests.messaging.world import NOON


@pytest.mark.django_db
def test_known_key_returns_the_message_that_exists() -> None:
    person = world.patient()
    first = world.message(person, key="due-item:1:on")
    again = world.message(person, key="due-item:1:on", send_after=NOON + timedelta(days=9))
    assert again.pk == first.pk
    assert again.send_after == NOON
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_planners_at_once_plan_once() -> None:
    person = world.patient()
    together = threading.Barrier(8)

    def plan(_: int) -> int:
        together.wait()
        try:
            return [world.message(person, key=f"due-item:{n}:on").pk for n in range(20)][0]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        firsts = set(pool.map(plan, range(8)))
    assert len(firsts) == 1
    assert Message.objects.count() == 20


@pytest.mark.django_db
def test_message_vanishes_with_the_act_that_failed() -> None:
    person = world.patient()
    with pytest.raises(RuntimeError), transaction.atomic():
        world.message(person)
        raise RuntimeError
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_message_expires_when_its_purpose_says() -> None:
    planned = world.message(world.patient())
    assert planned.expires_at == NOON + timedelta(days=3)
    sooner = world.message(world.patient(), expires_at=NOON + timedelta(hours=1))
    assert sooner.expires_at == NOON + timedelta(hours=1)


@pytest.mark.django_db
def test_recipient_must_fit_the_purpose() -> None:
    person, doctor = world.patient(), world.member()
    with pytest.raises(ValueError, match="staff"):
        world.message(person, world.CONCERN)
    with pytest.raises(ValueError, match="patient"):
        world.message(doctor, world.SAFETY)
    with pytest.raises(ValueError, match="exactly one"):
        world.message(person, user=doctor)
    with pytest.raises(ValueError, match="no text"):
        world.message(person, variant="sideways")


@pytest.mark.django_db
def test_withdraw_takes_back_only_what_waits_and_only_what_it_is_about() -> None:
    person = world.patient()
    waiting = world.message(person, about="due-item:1")
    other = world.message(person, about="due-item:2")
    sent = world.message(person, about="due-item:1")
    Message.objects.filter(pk=sent.pk).update(state=Message.State.ACCEPTED)
    assert outbox.withdraw(about="due-item:1", reason="sample arrived", now=NOON) == 1
    waiting.refresh_from_db()
    other.refresh_from_db()
    sent.refresh_from_db()
    assert (waiting.state, waiting.state_reason) == ("withdrawn", "sample arrived")
    assert other.state == "planned"
    assert sent.state == "accepted"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "broken",
    [
        {"state": "claimed"},
        {"claim": "8c2a4a5e-0000-4000-8000-000000000000"},
        {"state": "unknown"},
        {"patient": None},
        {"handled_at": NOON},
    ],
)
def test_database_refuses_a_message_that_makes_no_sense(broken: dict[str, Any]) -> None:
    planned = world.message(world.patient())
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=planned.pk).update(**broken)


@pytest.mark.django_db(transaction=True)
def test_concern_rings_and_a_reminder_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    rings: list[int] = []
    monkeypatch.setattr(bell, "ring", lambda: rings.append(1))
    world.message(world.patient())
    assert rings == []
    world.message(world.member(), world.CONCERN)
    assert rings == [1]


@pytest.mark.django_db(transaction=True)
def test_dead_broker_does_not_hurt_the_act(monkeypatch: pytest.MonkeyPatch) -> None:
    """REM-08, F-06: the ring is lost, the message is not."""
    monkeypatch.setattr(bell, "_bell", bell.Bell())
    monkeypatch.setattr(bell.current_app.conf, "broker_url", "redis://127.0.0.1:9/0")
    world.message(world.member(), world.CONCERN)
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("waiting", "hands"), [(0, 0), (100, 0), (101, 1), (350, 3), (100_000, bell.MOST_HANDS)]
)
def test_what_is_due_calls_as_many_hands_as_it_is_worth(
    waiting: int, hands: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(bell, "_bell", bell.Bell())
    monkeypatch.setattr(bell.current_app, "send_task", lambda name, **how: sent.append(name))

    bell.call_hands("messaging.tasks.send_share", waiting=waiting, share=100)

    assert sent == ["messaging.tasks.send_share"] * hands


def test_purpose_cannot_be_declared_twice_with_different_meaning() -> None:
    with pytest.raises(ValueError, match="twice"):
        purposes.declare(
            "test-safety",
            urgency=purposes.Urgency.COURTESY,
            expires_after=timedelta(days=1),
            still_wanted=lambda about, now: True,
            template="check-in",
        )


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Bad Name"},
        {"expires_after": timedelta(0)},
        {"variants": ()},
    ],
)
def test_purpose_that_could_not_work_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - three different sentences
        purposes.Purpose(
            **{
                "name": "fine",
                "urgency": purposes.Urgency.SAFETY,
                "expires_after": timedelta(days=1),
                "still_wanted": lambda about, now: True,
                "template": "check-in",
                **fields,
            }
        )

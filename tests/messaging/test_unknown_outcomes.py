"""When nobody knows whether it was sent: never silence, never more than two accepts (G2–G5)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import dispatch, receipts
from messaging.claims import LEASE, claim
from messaging.models import Delivery, Message
from messaging.rates import Pace
from messaging.settling import TRY_AGAIN_AFTER
from tests.messaging import world
from tests.messaging.sinks import Sink
from tests.messaging.world import NOON

SOON = NOON + TRY_AGAIN_AFTER


class Killed(BaseException):
    """The worker is gone, as with kill -9: nothing after this line runs."""


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.state_reason


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["drop", "drop-after-accept", "500"])
def test_safety_is_tried_once_more_with_the_same_key_and_text(sms: Sink, fault: str) -> None:
    """F-18, G4: a provider that honours the key accepts it once."""
    sms.faults = [fault]
    planned = world.message(world.patient())
    dispatch.run(now=NOON)
    assert state(planned) == ("planned", "trying-again")
    dispatch.run(now=SOON - timedelta(seconds=1))
    assert sms.requests == 1
    dispatch.run(now=SOON)
    assert state(planned) == ("accepted", "")
    assert len(sms.by_key) == 1
    assert len({accept.body for accept in sms.accepted}) == 1
    assert [each.attempt for each in Delivery.objects.order_by("pk")] == [1, 2]


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["drop", "drop-after-accept", "500"])
def test_courtesy_is_never_tried_again(sms: Sink, fault: str) -> None:
    sms.fault = fault
    planned = world.message(world.patient(), world.COURTESY)
    for minute in range(60):
        dispatch.run(now=NOON + timedelta(minutes=minute))
    assert state(planned) == ("unknown", "no-answer")
    assert sms.requests == 1


@pytest.mark.django_db
@pytest.mark.parametrize("purpose", [world.SAFETY, world.COURTESY])
def test_second_unknown_goes_to_a_person_and_to_no_other_channel(
    sms: Sink, mail: Sink, purpose: Any
) -> None:
    """G3: a third try could be a third text."""
    sms.fault = "drop-after-accept"
    planned = world.message(world.patient(), purpose)
    for minute in range(60):
        dispatch.run(now=NOON + timedelta(minutes=minute))
    assert state(planned) == ("unknown", "no-answer")
    assert len(sms.accepted) <= 2
    assert mail.requests == 0


@pytest.mark.django_db
def test_retry_after_unknown_asks_everything_again(sms: Sink) -> None:
    sms.fault = "drop"
    planned = world.message(world.patient(), about="due-item:1")
    dispatch.run(now=NOON)
    world.ANSWERS["due-item:1"] = "sample arrived"
    dispatch.run(now=SOON)
    assert state(planned) == ("withdrawn", "sample arrived")
    assert sms.requests == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("purpose", "ends", "most"), [(world.SAFETY, "accepted", 2), (world.COURTESY, "unknown", 1)]
)
def test_worker_killed_between_accept_and_commit(
    sms: Sink, monkeypatch: pytest.MonkeyPatch, purpose: Any, ends: str, most: int
) -> None:
    """F-04: the attempt without outcome is read as unknown by whoever comes next."""
    planned = world.message(world.patient(), purpose)
    with monkeypatch.context() as dying:
        dying.setattr(dispatch, "_settle", _die)
        with pytest.raises(Killed):
            dispatch.run(now=NOON)
    assert len(sms.accepted) == 1
    assert Delivery.objects.get().outcome == "attempting"
    assert dispatch.run(now=NOON + LEASE - timedelta(seconds=1)) == 0
    for minute in range(2, 30):
        dispatch.run(now=NOON + timedelta(minutes=minute))
    assert state(planned)[0] == ends
    assert sms.by_key == {str(Delivery.objects.first().key): most}  # type: ignore[union-attr]


@pytest.mark.django_db
def test_worker_killed_before_the_attempt_loses_and_doubles_nothing(
    sms: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = world.message(world.patient(), world.COURTESY)
    with monkeypatch.context() as dying:
        dying.setattr(dispatch, "known_about", _die)
        with pytest.raises(Killed):
            dispatch.run(now=NOON)
    dispatch.run(now=NOON + LEASE)
    assert state(planned) == ("accepted", "")
    assert len(sms.accepted) == 1


def _die(*args: object, **kwargs: object) -> None:
    raise Killed


@pytest.mark.django_db
def test_message_that_kills_its_workers_is_given_up(
    sms: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R1: also when no error can be caught."""
    planned = world.message(world.patient())
    with monkeypatch.context() as dying:
        dying.setattr(dispatch, "known_about", _die)
        for minute in (0, 2, 4):
            with pytest.raises(Killed):
                dispatch.run(now=NOON + timedelta(minutes=minute))
    dispatch.run(now=NOON + timedelta(minutes=6))
    assert state(planned) == ("failed", "poison")
    assert sms.requests == 0


@pytest.mark.django_db
def test_worker_that_wakes_up_late_settles_what_was_unknown(
    sms: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lost its claim while the provider was answering; its knowledge is not lost."""
    planned = world.message(world.patient(), world.COURTESY)
    (held,) = claim(limit=1, now=NOON)
    settle = dispatch._settle
    kept: list[tuple[Any, ...]] = []
    monkeypatch.setattr(dispatch, "_settle", lambda *args, now: bool(kept.append(args)))
    with dispatch.channels.opened() as available:
        dispatch.send(held, available, lambda: NOON, Pace(runs=False))
    monkeypatch.setattr(dispatch, "_settle", settle)
    dispatch.run(now=NOON + LEASE)
    assert state(planned) == ("unknown", "no-answer")
    settle(*kept[0], now=NOON + LEASE + timedelta(seconds=5))
    assert state(planned) == ("accepted", "")
    assert len(sms.accepted) == 1


@pytest.mark.django_db(transaction=True)
def test_killed_process_is_survived(sms: Sink) -> None:
    """F-01, F-04 with a real kill -9: of 12 messages none is lost and none accepted thrice."""
    clinic = world.clinic()
    now = _database_now()
    for number in range(12):
        person = world.patient(clinic, phone=f"+1202555{1000 + number}", timezone=_awake(now))
        world.message(person, send_after=now, now=now)
    killed: list[int] = []

    def kill(_: object) -> None:
        if len(sms.accepted) == 5 and not killed:
            killed.append(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)

    sms.before_answer = kill
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER], env=_environment(sms), cwd=configured.BASE_DIR
    )
    assert worker.wait(60) == -signal.SIGKILL
    later = _database_now() + LEASE + timedelta(seconds=1)
    for minute in range(10):
        dispatch.run(now=later + timedelta(minutes=minute))
    assert set(Message.objects.values_list("state", flat=True)) == {"accepted"}
    assert len(sms.by_key) == 12
    assert Counter(sms.by_key.values()) == {1: 11, 2: 1}


_WORKER = """
import django
django.setup()
from messaging import dispatch
import tests.messaging.world
dispatch.run()
"""


def _environment(sms: Sink) -> dict[str, str]:
    database = connection.settings_dict
    where = f"host={database['HOST']}&port={database['PORT']}"
    user = f"{database['USER']}:{database['PASSWORD']}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "isotrack.settings",
        "DATABASE_URL": f"postgresql://{user}@/{database['NAME']}?{where}",
        "SMS_PROVIDER": "webhook",
        "SMS_WEBHOOK_URL": sms.address,
        "SMS_WEBHOOK_SECRET": "shared-with-the-sms-provider",
    }


def _database_now() -> Any:
    return dispatch.database_now()


def _awake(now: Any) -> str:
    """A zone in which it is noon or near it."""
    return f"Etc/GMT{now.hour - 12:+d}" if now.hour != 12 else "Etc/GMT"


@pytest.mark.django_db(transaction=True)
def test_eight_workers_send_each_message_once(sms: Sink) -> None:
    """F-10, F-15: with a provider that forgets keys, so that a double would show."""
    clinic = world.clinic()
    for number in range(40):
        world.message(world.patient(clinic, phone=f"+1202555{2000 + number}"))
    together = threading.Barrier(8)

    def work(_: int) -> None:
        together.wait()
        try:
            dispatch.run(now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert set(Message.objects.values_list("state", flat=True)) == {"accepted"}
    assert len(sms.by_key) == 40
    assert set(sms.by_key.values()) == {1}


FAULTS = ["accept", "drop", "drop-after-accept", "500", "400", "429 30", "kill"]


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(FAULTS), max_size=8), st.sampled_from(["safety", "courtesy"]))
def test_any_run_of_faults_ends_in_a_state_that_somebody_sees(
    sms: Sink, mail: Sink, faults: list[str], urgency: str
) -> None:
    """G2 and G3 for arbitrary sequences: terminal, at most two accepts, courtesy at most one."""
    sms.accepted.clear()
    mail.accepted.clear()
    purpose = world.SAFETY if urgency == "safety" else world.COURTESY
    planned = world.message(world.patient(), purpose)
    plan = list(faults)
    settle = dispatch._settle

    def maybe_die(*args: Any, now: Any) -> bool:
        if plan and plan[0] == "kill":
            plan.pop(0)
            raise Killed
        return settle(*args, now=now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatch, "_settle", maybe_die)
        for minute in range(0, 4000, 7):
            sms.faults = [fault for fault in plan if fault != "kill"][:1]
            before = sms.requests
            try:
                dispatch.run(now=NOON + timedelta(minutes=minute))
            except Killed:
                continue
            if sms.requests > before and plan:
                plan.pop(0)
            if state(planned)[0] not in {"planned", "claimed"}:
                break
    ended = state(planned)[0]
    assert ended in {"accepted", "unknown", "refused", "expired", "failed"}
    accepts = len(sms.accepted) + len(mail.accepted)
    assert accepts <= (1 if urgency == "courtesy" else 2)
    if ended == "accepted":
        assert accepts >= 1


@pytest.mark.django_db
def test_receipt_settles_what_was_unknown(sms: Sink) -> None:
    """A lookup we need not make: the carrier says it arrived, so there is no second try."""
    sms.fault = "drop-after-accept"
    planned = world.message(world.patient())
    dispatch.run(now=NOON)
    key = Delivery.objects.get().key
    assert receipts.apply(key, status="delivered", now=NOON) is receipts.Effect.CHANGED
    dispatch.run(now=SOON)
    assert state(planned) == ("delivered", "")
    assert sms.requests == 1

"""The doorbell: emptied, stopped, reset, and rung far too often."""

from __future__ import annotations

import contextlib
import time

import httpx

from tests.faults.matrix import Seen, count, row
from tests.faults.providers import Fault
from tests.faults.rig import Rig
from tests.faults.rows_workers import SLOW, post_result, sign_in


@row("F-05", "FLUSHALL on the broker in mid-batch", within_s=5 * 60, fast=True)
def flushed(rig: Rig, size: int) -> Seen:
    """Everything rung so far is forgotten, three times."""
    rig.again()
    meant = rig.hand.plan(many=size)
    rig.sms.plan = lambda call: SLOW
    for part in (0.1, 0.4, 0.7):
        rig.ring(5)
        rig.until(lambda part=part: len(rig.sms.accepted) >= part * size, "part of it is sent")
        rig.broker().flushall()
    took = rig.settle()
    return count(rig, meant, recovery_s=took, note="3 times")


@row("F-06", "broker down for ten minutes while people work", within_s=5 * 60)
def broker_away(rig: Rig, size: int) -> Seen:
    """Results are posted, and somebody guesses passwords; pages neither hang nor fail."""
    rig.fresh()
    posts = 24
    lab = rig.hand.laboratory(many=2 * posts)
    rig.workers(2)
    address, _ = rig.web()
    _posts(address, lab["token"], lab["bodies"][:posts])  # a web process that has just started
    meant = rig.hand.plan(many=size)
    rig.valkey.stop()
    took_s, statuses = _posts(address, lab["token"], lab["bodies"][posts:])
    guesses = _guess(address, 8)
    ready = httpx.get(f"{address}/health/ready", timeout=90)
    assert ready.status_code == 503
    assert "broker" in ready.json()["failing"]
    rig.advance(600)
    rig.valkey.start()
    began = time.monotonic()
    rig.round()
    took = time.monotonic() - began + rig.settle()
    p95 = sorted(took_s)[int(len(took_s) * 0.95)]
    assert set(statuses) == {200}, f"answers while the broker was away: {statuses}"
    assert p95 <= 1.0, f"p95 of a POST without a broker: {p95:.2f} s"
    assert not _refused(guesses[0]), "the first guess is answered as any"
    assert _refused(guesses[-1]), "passwords may be guessed for ever"
    assert max(guess.status_code for guess in guesses) < 500
    states = rig.hand.escalation_messages()
    assert states.count("accepted") == len(states) >= posts
    note = f"{posts} POSTs: no 5xx, p95 {p95 * 1000:.0f} ms, longest {max(took_s) * 1000:.0f} ms"
    return count(rig, meant, recovery_s=took, note=note)


def _posts(address: str, token: str, bodies: list[str]) -> tuple[list[float], list[int]]:
    """Post each, one after the other; how long each took, and its answer."""
    took, answers = [], []
    for body in bodies:
        began = time.monotonic()
        answers.append(post_result(address, token, body).status_code)
        took.append(time.monotonic() - began)
    return took, answers


def _guess(address: str, times: int) -> list[httpx.Response]:
    """So many wrong passwords for one account; each answer."""
    with httpx.Client(base_url=address, timeout=90) as client:
        return [sign_in(client) for _ in range(times)]


def _refused(answer: httpx.Response) -> bool:
    """Whether the door says that there were too many tries; its page is an ordinary one."""
    return answer.status_code == 429 or "too many" in answer.text.lower()


@row("F-07", "every connection to the broker reset, 20 times", within_s=10 * 60)
def reset(rig: Rig, size: int) -> Seen:
    """Workers must consume again afterwards; being alive is not enough."""
    rig.fresh()
    rig.workers(2)
    rig.beat()
    meant = rig.hand.plan(many=size)
    rig.sms.plan = lambda call: SLOW
    for _ in range(20):
        with contextlib.suppress(Exception):
            rig.broker().execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        time.sleep(0.5)
    took = rig.settle(ring=False)
    # Proof that they consume, not that they had already sent everything.
    meant += rig.hand.plan(many=5, first=size)
    rig.settle(ring=False, minutes=10)
    return count(rig, meant, recovery_s=took, note="consumed again afterwards")


@row("F-14", "task given out again while it still runs (visibility 5 s, task 20 s)")
def given_again(rig: Rig, size: int) -> Seen:
    """A batch of twenty seconds; the broker believes after five that its worker is dead."""
    rig.fresh()
    many = max(20, min(size, 60))
    meant = rig.hand.plan(many=many)
    rig.sms.plan = lambda call: Fault(takes_s=20 / many)
    rig.workers(2, children=1, RIG_VISIBILITY_S="5")
    rig.ring()
    took = rig.settle()
    runs = sum(each.said().count("received") for each in rig.running)
    assert runs > 1, "the task was never given out again"
    return count(rig, meant, recovery_s=took, note=f"the task ran {runs} times")


@row("F-15", "the same task message delivered 100 times", fast=True)
def rung_often(rig: Rig, size: int) -> Seen:
    """A hundred rings for one batch."""
    rig.again()
    meant = rig.hand.plan(many=size)
    rig.ring(100)
    took = rig.settle()
    return count(rig, meant, recovery_s=took, note="two processes took them in turn")

"""The doorbell: emptied, stopped, reset, and rung far too often."""

from __future__ import annotations

import contextlib
import time

import httpx

from tests.faults.matrix import Seen, count, row
from tests.faults.providers import Fault
from tests.faults.rig import Rig
from tests.faults.rows_workers import SLOW, post_result


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
    lab = rig.hand.laboratory(many=posts)
    meant = rig.hand.plan(many=size)
    rig.workers(2)
    address, _ = rig.web()
    # What a POST takes on this machine, as busy as it is, while the broker is well.
    well_s, statuses = _posts(address, lab["token"], lab["bodies"][: posts // 2])
    rig.valkey.stop()
    took_s, away = _posts(address, lab["token"], lab["bodies"][posts // 2 :])
    statuses += away
    guesses = _guess(address, 20)
    ready = httpx.get(f"{address}/health/ready", timeout=90)
    assert ready.status_code == 503
    assert "broker" in ready.json()["failing"]
    rig.advance(600)
    rig.valkey.start()
    heard_s = rig.consumed()
    took = heard_s + rig.settle()
    p95, usual = (sorted(each)[int(len(each) * 0.95)] for each in (took_s, well_s))
    assert set(statuses) == {200}, f"answers while the broker was away: {statuses}"
    assert p95 <= usual + 1.0, f"p95 of a POST without a broker: {p95:.2f} s, with one {usual:.2f}"
    assert guesses[-1] != 200 or "429" in map(str, guesses), "passwords may be guessed for ever"
    states = rig.hand.escalation_messages()
    assert states.count("accepted") == len(states) >= posts
    note = f"no 5xx; p95 of a POST {p95 * 1000:.0f} ms, with a broker {usual * 1000:.0f} ms"
    return count(rig, meant, recovery_s=took, note=note)


def _posts(address: str, token: str, bodies: list[str]) -> tuple[list[float], list[int]]:
    """Post each, one after the other; how long each took, and its answer."""
    took, answers = [], []
    for body in bodies:
        began = time.monotonic()
        answers.append(post_result(address, token, body).status_code)
        took.append(time.monotonic() - began)
    return took, answers


def _guess(address: str, times: int) -> list[int]:
    """So many wrong passwords for one account; the status of each answer."""
    found = []
    with httpx.Client(base_url=address, timeout=90) as client:
        for _ in range(times):
            client.get("/account/login/")
            form = {
                "login": "somebody@clinic.test",
                "password": "wrong",
                "csrfmiddlewaretoken": client.cookies.get("csrf", ""),
            }
            found.append(client.post("/account/login/", data=form).status_code)
    return found


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
    return count(rig, meant, recovery_s=took, note=f"{runs} runs of {1 + int(took // 60)} rings")


@row("F-15", "the same task message delivered 100 times", fast=True)
def rung_often(rig: Rig, size: int) -> Seen:
    """A hundred rings for one batch."""
    rig.again()
    meant = rig.hand.plan(many=size)
    rig.ring(100)
    took = rig.settle()
    return count(rig, meant, recovery_s=took, note="2 processes at once")

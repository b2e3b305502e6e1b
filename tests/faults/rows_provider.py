"""Providers that fail, fall silent, ask to be left alone, or call back wrongly."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from itertools import pairwise

import httpx

from tests.faults.matrix import Seen, count, row
from tests.faults.providers import BROKEN, LOST_ANSWER, WELL, Call, Fault
from tests.faults.rig import Rig
from tests.faults.rows_workers import SLOW


@row("F-17", "the provider answers 500 to 30% at random, for an hour", within_s=15 * 60, fast=True)
def broken(rig: Rig, size: int) -> Seen:
    """Nothing was taken by those, though nobody on our side can know."""
    rig.again()
    chance = random.Random(17)  # noqa: S311
    rig.sms.plan = lambda call: BROKEN if chance.random() < 0.3 else WELL
    meant = rig.hand.plan(many=size)
    took = rig.settle()
    listed = len(rig.hand.for_a_person())
    return count(rig, meant, recovery_s=took, note=f"{listed} failed twice and went to the list")


@row(
    "F-18",
    "the provider accepts and then falls silent, for 10% at random",
    allowed="one for each lost answer",
    within_s=10 * 60,
    fast=True,
)
def silent(rig: Rig, size: int) -> Seen:
    """The text has left, and we are not told."""
    rig.again()
    chance = random.Random(180)  # noqa: S311
    lost = {"answers": 0}

    def plan(call: Call) -> Fault:
        if chance.random() < 0.1:
            lost["answers"] += 1
            return LOST_ANSWER
        return WELL

    rig.sms.plan = plan
    meant = rig.hand.plan(many=size)
    took = rig.settle()
    assert lost["answers"], "no answer was lost"
    return count(
        rig,
        meant,
        most_plain=lost["answers"],
        recovery_s=took,
        note=f"{lost['answers']} answers lost",
    )


@row("F-19", "a receipt 46 times, out of order, 29 hours late")
def receipts(rig: Rig, size: int) -> Seen:
    """One change of state; *delivered* is never taken back."""
    rig.fresh()
    many = min(size, 10)
    meant = rig.hand.plan(many=many)
    rig.worker(children=1)
    rig.settle()
    rig.advance(29 * 3600)
    address, _ = rig.web()
    keys = {row["about"]: row["key"] for row in rig.hand.deliveries()}
    effects: dict[str, int] = {}
    with httpx.Client(base_url=address, timeout=90) as client:
        for key in keys.values():
            said = ["undelivered", "delivered"] + ["failed", "undelivered", "delivered"] * 15
            for status in said[1:] + said[:1]:
                answer = _receipt(rig, client, {"reference": key, "status": status})
                assert answer.status_code == 200
                effect = answer.json()["effect"]
                effects[effect] = effects.get(effect, 0) + 1
    states = {state: len(who) for state, who in rig.hand.states().items()}
    assert states == {"delivered": many}
    assert effects["changed"] == many, "one change each"
    return count(rig, meant, note=f"{sum(effects.values())} calls, {many} changes")


@row("F-20", "receipts forged, unsigned, of unknown texts, of 10 MB")
def forged(rig: Rig, size: int) -> Seen:
    """403, 404 and 413; nothing changes, every call is counted."""
    rig.fresh()
    meant = rig.hand.plan(many=2)
    rig.worker(children=1)
    rig.settle()
    address, _ = rig.web()
    before = rig.hand.deliveries()
    key = before[0]["key"]
    body = json.dumps({"reference": key, "status": "failed"})
    nobody = json.dumps({"reference": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "status": "failed"})
    genuine = rig.hand.signed(body=body)
    with httpx.Client(base_url=address, timeout=90) as client:
        answers = [
            client.post("/hooks/sms/", content=body).status_code,
            client.post(
                "/hooks/sms/",
                content=body,
                headers={**genuine, "X-IsoTrack-Signature": "sha256=" + "0" * 64},
            ).status_code,
            client.post("/hooks/sms/", content=body + " ", headers=genuine).status_code,
            _receipt(rig, client, json.loads(nobody)).status_code,
            client.post("/hooks/sms/", content=b"x" * 10_000_000, headers=genuine).status_code,
        ]
        rig.advance(301)
        answers.append(client.post("/hooks/sms/", content=body, headers=genuine).status_code)
        metrics = client.get("/metrics").text
    assert answers == [403, 403, 403, 404, 413, 403]
    assert rig.hand.deliveries() == before
    counted = [line for line in metrics.splitlines() if "isotrack_sms_hook_calls_total{" in line]
    assert sum(float(line.rpartition(" ")[2]) for line in counted) == len(answers)
    return count(rig, meant, note="403, 404, 413; all counted")


def _receipt(rig: Rig, client: httpx.Client, said: dict[str, str]) -> httpx.Response:
    body = json.dumps(said)
    return client.post("/hooks/sms/", content=body, headers=rig.hand.signed(body=body))


@row("F-21", "the provider answers 429, Retry-After 60, for 20 minutes")
def throttled(rig: Rig, size: int) -> Seen:
    """One try a minute is enough to learn that it is not over."""
    rig.fresh()
    rig.workers(2)
    meant = rig.hand.plan(many=size)
    tries: list[datetime] = []

    def plan(call: Call) -> Fault:
        tries.append(rig.now())
        return Fault(accepts=False, status=429, retry_after=60)

    rig.sms.plan = plan
    began = rig.now()
    for _ in range(20 * 4):
        rig.ring(3)  # and one more: all four processes have a turn
        rig.round()
        rig.advance(15)
    rig.sms.plan = lambda call: SLOW
    took = rig.settle()
    # Nobody can know of the first answer before it is given: one for each of four processes.
    at_once = sum(at - began < timedelta(seconds=15) for at in tries)
    assert 1 <= at_once <= 4, f"{at_once} tries in the first moment"
    gaps = [(after - at).total_seconds() for at, after in pairwise(tries[at_once - 1 :])]
    assert min(gaps) >= 60, f"tried again after {min(gaps):.0f} s"
    note = f"{at_once} tries before the first answer, then {len(gaps)} in 20 minutes"
    return count(rig, meant, recovery_s=took, note=note)

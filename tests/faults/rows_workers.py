"""Workers and web processes that die, are replaced, or meet a row that breaks them."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time

import httpx

from tests.faults.matrix import Seen, count, row
from tests.faults.processes import Running
from tests.faults.providers import Call, Fault
from tests.faults.rig import Rig

SLOW = Fault(takes_s=0.02)


@row(
    "F-01",
    "kill -9 of one worker child at random points of a batch, again and again",
    allowed="one for each kill",
    within_s=7 * 60,
)
def child_killed(rig: Rig, size: int) -> Seen:
    """Two workers of two children; a child dies every half second while the batch lasts."""
    rig.fresh()
    chance = random.Random(1)  # noqa: S311 - a choice to repeat, not a secret
    workers = rig.workers(2)
    meant = rig.hand.plan(many=size)
    rig.sms.plan = lambda call: Fault(takes_s=max(0.02, 12 / size))
    rig.beat()
    rig.until(lambda: bool(rig.sms.calls), "the first text leaves")
    kills = 0
    while kills < 50:
        time.sleep(chance.uniform(0.1, 0.4))
        victims = [child for worker in workers for child in worker.children()]
        if not rig.waiting():
            break
        if not rig.at_work():
            rig.advance(60)  # all that waits is held by the dead
        elif victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(victims), signal.SIGKILL)
                kills += 1
    took = rig.settle(ring=False)
    return count(rig, meant, most_plain=kills, recovery_s=took, note=f"{kills} kills")


@row(
    "F-02",
    "kill -9 of all workers in mid-batch, then new ones",
    allowed="as many as were under way",
    within_s=7 * 60,
)
def group_killed(rig: Rig, size: int) -> Seen:
    """Both workers die at once, three times over."""
    rig.fresh()
    meant = rig.hand.plan(many=size)
    rig.sms.plan = lambda call: SLOW
    most = 0
    for part in (0.2, 0.4, 0.6):
        workers = rig.workers(2)
        rig.ring(4)
        rig.until(lambda part=part: len(rig.sms.accepted) >= part * size, "part of it is sent", 60)
        for worker in workers:
            worker.kill()
        most += 4
        rig.advance(121)  # what they held comes back
    rig.workers(2)
    took = rig.settle()
    return count(rig, meant, most_plain=most, recovery_s=took, note="3 times both workers")


@row("F-03", "kill -9 of the web process between COMMIT and ring", within_s=5 * 60)
def web_killed(rig: Rig, size: int) -> Seen:
    """A laboratory posts a critical result; the web process dies with the concern just stored."""
    rig.fresh()
    lab = rig.hand.laboratory(many=2)
    address, web = rig.web(RIG_DIE_BEFORE_RING="1")
    for body in lab["bodies"]:
        with contextlib.suppress(httpx.HTTPError):
            post_result(address, lab["token"], body)
    assert rig.broker().llen("send") == 0, "nothing was rung"
    planned = rig.hand.escalation_messages()
    assert planned.count("planned") == len(planned) > 0, "the concern was stored before the end"
    web.kill()
    began = rig.now()
    assert rig.sweep() == 0
    states = rig.hand.escalation_messages()
    told = [call.key for call in rig.mail.accepted if call.to.endswith("@clinic.test")]
    return Seen(
        occurrences=len(states),
        loss=len(states) - states.count("accepted"),
        dup_key=len(set(told)) - len(states),
        dup_plain=len(told) - len(states),
        recovery_s=(rig.now() - began).total_seconds(),
        note="sent by `sweep` alone",
    )


def post_result(address: str, token: str, body: str) -> httpx.Response:
    """A laboratory's message, as its system posts it."""
    return httpx.post(
        f"{address}/api/v1/labs/hl7v2",
        content=body.encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/hl7-v2"},
        timeout=90,
    )


def sign_in(client: httpx.Client) -> httpx.Response:
    """Somebody tries the door with a wrong password."""
    client.get("/account/login/")
    form = {
        "login": "somebody@clinic.test",
        "password": "wrong",
        "csrfmiddlewaretoken": client.cookies.get("csrf", ""),
    }
    return client.post("/account/login/", data=form)


@row(
    "F-04",
    "kill -9 between the provider's accept and our commit",
    allowed="one for each kill",
    within_s=10 * 60,
)
def killed_after_accept(rig: Rig, size: int) -> Seen:
    """The provider itself kills the worker, before it answers; a new worker goes on."""
    rig.fresh()
    meant = rig.hand.plan(many=size)
    kills = 3
    workers: list[Running] = []
    killed = threading.Event()

    def kill(call: Call) -> None:
        if len(rig.sms.accepted) > size * len(workers) // (kills + 1):
            workers[-1].kill()
            killed.set()

    rig.sms.before_answer = kill
    for _ in range(kills):
        killed.clear()
        workers.append(rig.worker(children=1))
        rig.ring()
        rig.until(killed.is_set, "the provider has taken one and killed its worker", 60)
        if len(workers) < kills:
            rig.advance(121)  # what it held comes back; the last time that is to be seen
    rig.sms.before_answer = lambda call: None
    rig.worker(children=1)
    took = rig.settle()
    return count(rig, meant, most_plain=kills, recovery_s=took, note=f"{kills} kills")


@row("F-23", "SIGTERM in mid-batch and a new worker; old and new code at once", within_s=2 * 60)
def deployed(rig: Rig, size: int) -> Seen:
    """Yesterday's code does not know one of the purposes; it is replaced while it sends."""
    rig.fresh()
    unknown = size // 4
    meant = rig.hand.plan(many=size - unknown)
    meant += rig.hand.plan(many=unknown, first=size - unknown, purpose="clinic-message")
    rig.sms.plan = lambda call: Fault(takes_s=0.05)
    old = rig.worker(RIG_OLD="clinic-message")
    rig.ring(2)
    rig.until(lambda: len(rig.sms.accepted) >= size // 8, "the old code sends")
    new = rig.worker()
    rig.ring(2)
    old.ask_to_stop()
    began = time.monotonic()
    code = old.process.wait(120)
    stopped_s = time.monotonic() - began
    assert code == 0, f"the old worker ended with {code}"
    assert "Traceback" not in old.said() + new.said()
    took = rig.settle()
    # A container is given a minute before it is killed.
    assert stopped_s < 30, f"it took {stopped_s:.0f} s to stop"
    return count(rig, meant, recovery_s=took, note=f"the old worker stopped in {stopped_s:.0f} s")


@row("F-24", "a row whose text cannot be made", within_s=None, fast=True)
def poisoned(rig: Rig, size: int) -> Seen:
    """It goes to a person after three tries, and the others never notice."""
    rig.again()
    meant = rig.hand.plan(many=size)
    bad = meant[size // 2]
    rig.hand.spoil(number=size // 2)
    took = rig.settle()
    assert rig.hand.for_a_person() == [bad], "the poison row, and nothing else, is on the list"
    states = {state: sorted(who) for state, who in rig.hand.states().items()}
    assert states == {"accepted": [who for who in meant if who != bad], "failed": [bad]}
    return count(rig, meant, recovery_s=took, note="on the list after 3 tries")


@row("F-26", "two processes beside each other, rows and tables locked by a third", fast=True)
def contended(rig: Rig, size: int) -> Seen:
    """On PostgreSQL, without SQLite: a stranger holds half of the rows, then the whole table."""
    rig.again()
    meant = rig.hand.plan(many=size)
    with rig.connected() as stranger:
        stranger.execute("BEGIN")
        stranger.execute("SELECT 1 FROM messaging_message WHERE id % 2 = 0 FOR UPDATE")
        rig.ring(2)
        rig.until(lambda: len(rig.sms.accepted) >= size // 2, "the free half is sent")
        assert len(rig.sms.accepted) == size // 2, "nobody waits for a row that is held"
        stranger.execute("COMMIT")
        stranger.execute("BEGIN")
        stranger.execute("LOCK TABLE messaging_message IN ACCESS EXCLUSIVE MODE")
        rig.ring(2)
        time.sleep(1)
        stranger.execute("COMMIT")
    took = rig.settle()
    return count(rig, meant, recovery_s=took, note="SKIP LOCKED: the free half went at once")

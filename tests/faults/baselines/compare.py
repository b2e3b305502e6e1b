"""The same faults for four designs: each is planned, broken, and given time; then it is counted."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.baselines.base import VISIBILITY_S
from tests.faults.baselines.designs import Ours, SendThenMark
from tests.faults.providers import BROKEN, LOST_ANSWER, WELL, Call, Fault
from tests.faults.rig import Rig

SLOW = Fault(takes_s=0.1)
SEED_OF_SILENCE = 180


@dataclass(frozen=True, slots=True)
class Result:
    """One design under one fault: how many were meant, never sent and unseen, sent once too often.

    ``keyed`` is what a provider that honours keys would have sent beyond the first; a design
    without keys has no use of such a provider.
    """

    meant: int
    loss: int
    plain: int
    keyed: int


Break = Callable[[Rig, Ours, int], list[str]]


def nothing(rig: Rig, design: Ours, size: int) -> list[str]:
    """Everything works."""
    design.workers()
    meant = design.plan(size, in_s=0)
    design.schedulers()
    design.settle()
    return meant


def killed(rig: Rig, design: Ours, size: int) -> list[str]:
    """Everything that sends is killed in mid-batch, and started again."""
    rig.sms.plan = lambda call: SLOW
    workers = design.workers()
    meant = design.plan(size, in_s=0)
    design.schedulers()
    _sent(rig, size // 3)
    for worker in workers:
        worker.kill()
    design.workers()
    design.settle()
    return meant


def killed_after_accept(rig: Rig, design: Ours, size: int) -> list[str]:
    """The provider has accepted one; whoever asked it is killed before it knows."""
    workers = design.workers()
    meant = design.plan(size, in_s=0)
    dead = threading.Event()

    def kill(call: Call) -> None:
        if len(rig.sms.accepted) > size // 2 and not dead.is_set():
            for worker in workers:
                worker.kill()
            dead.set()

    rig.sms.before_answer = kill
    design.schedulers()
    rig.until(dead.is_set, "half is sent, and its sender dead", 60)
    design.workers()
    design.settle()
    return meant


def flushed(rig: Rig, design: Ours, size: int) -> list[str]:
    """The broker forgets everything in mid-batch."""
    rig.sms.plan = lambda call: SLOW
    design.workers()
    meant = design.plan(size, in_s=0)
    design.schedulers()
    _sent(rig, size // 3)
    rig.broker().flushall()
    design.settle()
    return meant


def emptied(rig: Rig, design: Ours, size: int) -> list[str]:
    """Before the batch the broker comes back without its data, and the workers begin anew."""
    workers = design.workers()
    meant = design.plan(size, in_s=5)
    for worker in workers:
        worker.kill()
    rig.broker().flushall()
    design.workers()
    time.sleep(5)
    design.schedulers()
    design.settle()
    return meant


def down_a_day(rig: Rig, design: Ours, size: int) -> list[str]:
    """Nothing runs for 26 hours, over the time at which they were due; queues are kept."""
    meant = design.plan(size, in_s=3600, down_s=26 * 3600)
    design.workers()
    design.schedulers()
    design.settle()
    return meant


def two_schedulers(rig: Rig, design: Ours, size: int) -> list[str]:
    """Whatever begins the sending runs twice at once."""
    rig.sms.plan = lambda call: SLOW
    design.workers()
    if isinstance(design, SendThenMark):
        design.schedulers(2)  # two loops that run before anything is due
    meant = design.plan(size, in_s=5)
    if not isinstance(design, SendThenMark):
        design.schedulers(2)
    time.sleep(5)
    design.settle()
    return meant


def waits_long(rig: Rig, design: Ours, size: int) -> list[str]:
    """Due after three of the times after which the broker gives out again what is not done."""
    design.workers()
    meant = design.plan(size, in_s=3 * VISIBILITY_S)
    time.sleep(3 * VISIBILITY_S)
    design.schedulers()
    design.settle()
    return meant


def broken(rig: Rig, design: Ours, size: int) -> list[str]:
    """500 before the accept, for 30% at random."""
    chance = random.Random(17)  # noqa: S311 - a choice to repeat, not a secret
    rig.sms.plan = lambda call: BROKEN if chance.random() < 0.3 else WELL
    return nothing(rig, design, size)


def silent(rig: Rig, design: Ours, size: int) -> list[str]:
    """Accepted, and the answer lost, for 10% at random."""
    chance = random.Random(SEED_OF_SILENCE)  # noqa: S311
    rig.sms.plan = lambda call: LOST_ANSWER if chance.random() < 0.1 else WELL
    return nothing(rig, design, size)


def _sent(rig: Rig, many: int) -> None:
    rig.until(lambda: len(rig.sms.accepted) >= many, "a part is sent", 60)


FAULTS: tuple[tuple[str, str, Break], ...] = (
    ("", "nothing broken", nothing),
    ("F-02", "senders killed in mid-batch, started again", killed),
    ("F-04", "killed between accept and record", killed_after_accept),
    ("F-05", "broker emptied in mid-batch", flushed),
    ("F-05", "broker back without its data before the batch, workers anew", emptied),
    ("F-08", "all down for 26 hours over the time due", down_a_day),
    ("F-10", "two schedulers", two_schedulers),
    ("F-14", "due later than the broker's visibility timeout", waits_long),
    ("F-17", "provider answers 500 to 30%", broken),
    ("F-18", "answer lost after accept, 10%", silent),
)


def compared(rig: Rig, design: Ours, fault: Break, size: int) -> Result:
    """Play one fault with one design, and count."""
    rig.fresh()
    rig.broker().flushall()
    design.begin()
    meant = fault(rig, design, size)
    times, listed, keys = rig.sms.times(), design.listed(), rig.sms.keys()
    return Result(
        meant=len(meant),
        loss=sum(1 for who in meant if not times[who] and who not in listed),
        plain=sum(number - 1 for number in times.values()),
        keyed=sum(len(found) - 1 for found in keys.values())
        if type(design) is Ours
        else sum(number - 1 for number in times.values()),
    )

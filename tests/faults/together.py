"""Everything at once: a thousand messages due, and whatever can break does, in a fixed order of
chance. Losses and duplicates are counted by key, as in every row of the matrix.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.faults.matrix import Row, Seen, count
from tests.faults.processes import Running
from tests.faults.providers import Fault
from tests.faults.rig import Rig

# What happens when so many of a hundred messages have been sent.
AGENDA = (
    (5, "flush"),
    (15, "kill all"),
    (25, "restart"),
    (35, "stop"),
    (45, "flush"),
    (55, "kill all"),
    (65, "restart"),
    (75, "stop"),
    (85, "flush"),
)
_IN_HAND = 4  # two workers of two children


@dataclass
class _Trouble:
    """What has been broken so far, and how many calls were under way at these moments."""

    rig: Rig
    workers: list[Running]
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    under_way: int = 0

    def kill_one(self) -> None:
        """``kill -9`` for one child of one worker."""
        children = [child for each in self.workers if each.alive for child in each.children()]
        if not children:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.chance.choice(children), signal.SIGKILL)
            self.under_way += 1
            self.done["kill one"] += 1

    def make(self, what: str) -> None:
        """One thing of the agenda, and its mending."""
        self.done[what] += 1
        if what == "flush":
            self.rig.broker().flushall()
        elif what == "stop":
            self.rig.valkey.stop()
            time.sleep(2)
            self.rig.valkey.start()
        elif what == "restart":
            assert self.rig.postgres is not None
            self.under_way += _IN_HAND
            self.rig.postgres.stop()
            time.sleep(1)
            self.rig.postgres.start()
        else:
            self.under_way += _IN_HAND
            for each in self.workers:
                each.kill()
            self.workers[:] = self.rig.workers(2)


def play(rig: Rig, size: int) -> Seen:
    """Two workers, two beats; one worker's child dies every second or so until all are sent."""
    rig.fresh()
    meant = rig.hand.plan(many=size)
    rig.sms.plan = lambda call: Fault(takes_s=0.05)
    trouble = _Trouble(rig, rig.workers(2), random.Random(5))  # noqa: S311 - to repeat
    for _ in range(2):
        rig.beat()
    agenda = list(AGENDA)
    last, since = -1, time.monotonic()
    while agenda:
        sent = len(rig.sms.accepted)
        if sent != last:
            last, since = sent, time.monotonic()
        if sent * 100 >= size * agenda[0][0]:
            trouble.make(agenda.pop(0)[1])
        elif time.monotonic() - since > 5 and not rig.at_work():
            rig.advance(60)  # what the dead held comes back
            since = time.monotonic()
        else:
            time.sleep(trouble.chance.uniform(0.2, 1.0))
            trouble.kill_one()
    took = rig.settle(ring=False)
    seen = trouble.done
    listed = len(rig.hand.for_a_person())
    note = (
        f"{seen['kill one']} children killed, {seen['kill all']} times both workers, broker emptied"
        f" {seen['flush']} times and stopped {seen['stop']} times, PostgreSQL restarted"
        f" {seen['restart']} times, two beats; {listed} on the list of a person"
    )
    return count(rig, meant, most_plain=trouble.under_way, recovery_s=took, note=note)


TOGETHER = Row(
    id="all",
    fault="all of it at once",
    play=play,
    allowed="as many as were under way",
    within_s=7 * 60,
    fast=False,
    own_server=True,
)

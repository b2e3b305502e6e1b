"""The four designs as the comparison sees them: planned, started, scheduled, counted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from tests.faults.baselines.base import TABLE, VISIBILITY_S
from tests.faults.people import phone
from tests.faults.processes import NotInTime, Running
from tests.faults.rig import Rig

HERE = "tests.faults.baselines"


class Ours:
    """IsoTrack: the outbox, two workers, one beat."""

    name = "IsoTrack"

    def __init__(self, rig: Rig) -> None:
        self.rig = rig

    def begin(self) -> None:
        """What is there before anything runs."""

    def plan(self, many: int, *, in_s: float, down_s: float = 0) -> list[str]:
        """So many reminders, due after so many seconds.

        Args:
            down_s: everything is down for so long, from now on.
        """
        found: list[str] = self.rig.hand.plan(many=many, after_s=in_s)
        self.rig.advance(down_s)
        return found

    def workers(self) -> list[Running]:
        """Whatever sends."""
        return self.rig.workers(2, RIG_VISIBILITY_S=str(VISIBILITY_S))

    def schedulers(self, many: int = 1) -> None:
        """Whatever begins the sending; a second one at once must do no harm."""
        for _ in range(many):
            self.rig.beat()

    def settle(self) -> None:
        """Long enough for everything that this design would still do."""
        self.rig.settle(ring=False)

    def listed(self) -> set[str]:
        """Who a person is asked to look after."""
        return set(self.rig.hand.for_a_person())


class _Baseline(Ours):
    still_s = 4.0

    def begin(self) -> None:
        """See :class:`Ours`."""
        self.rig.query(TABLE)

    def plan(self, many: int, *, in_s: float, down_s: float = 0) -> list[str]:
        """See :class:`Ours`."""
        due = self.rig.now() + timedelta(seconds=in_s)
        people = [phone(number) for number in range(many)]
        with self.rig.connected() as database, database.cursor() as cursor:
            rows = [(number, who, due) for number, who in enumerate(people)]
            cursor.executemany("INSERT INTO reminder VALUES (%s, %s, %s)", rows)
        self.rig.advance(down_s)
        return people

    def settle(self) -> None:
        """Until everybody has been written to and the provider has heard nothing for a while."""
        seen, since, stop = -1, time.monotonic(), time.monotonic() + 90
        while time.monotonic() - since < self.still_s and time.monotonic() < stop:
            if len(self.rig.sms.calls) != seen:
                seen, since = len(self.rig.sms.calls), time.monotonic()
            time.sleep(0.2)

    def listed(self) -> set[str]:
        """Generous: a row marked as failed counts as seen by somebody."""
        rows = self.rig.query("SELECT to_whom FROM reminder WHERE status = 'failed'")
        return {who for (who,) in rows}

    def _celery(self, module: str) -> list[Running]:
        command = ["-m", "celery", "-A", f"{HERE}.{module}", "worker", "--loglevel", "INFO"]
        command += ["--concurrency", "2", "--without-gossip", "--without-mingle"]
        started = [
            self.rig.start(module, *command, "--hostname", f"{module}{number}@rig")
            for number in range(2)
        ]
        for each in started:
            self.rig.ready(each)
        return started

    def _all_end_well(self, started: Sequence[Running]) -> None:
        for each in started:
            if each.process.wait(120):
                raise NotInTime(f"{each.log.name}: {each.said()[-500:]}")


class TodayOnly(_Baseline):
    """The nightly loop."""

    name = "today only"
    still_s = VISIBILITY_S + 3.0

    def workers(self) -> list[Running]:
        """See :class:`Ours`."""
        return self._celery("today_only")

    def schedulers(self, many: int = 1) -> None:
        """One night; several at once if asked."""
        for _ in range(many):
            self.rig.start("night", "-m", f"{HERE}.today_only")


class SendThenMark(_Baseline):
    """The loop without a claim: it is its own scheduler."""

    name = "send, then mark"

    def workers(self) -> list[Running]:
        """See :class:`Ours`."""
        loop = self.rig.start("loop", "-m", f"{HERE}.send_then_mark")
        self.rig.until(lambda: "looking" in loop.said(), "the loop runs", 60)
        return [loop]

    def schedulers(self, many: int = 1) -> None:
        """The first one runs already; each further one is a second loop."""
        for _ in range(many - 1):
            self.workers()


class Eta(_Baseline):
    """One task for each reminder."""

    name = "Celery ETA"
    still_s = VISIBILITY_S + 3.0
    planned_s = 0.0

    def plan(self, many: int, *, in_s: float, down_s: float = 0) -> list[str]:
        """See :class:`Ours`; the tasks go to the broker at once, and outlast a stop of all."""
        people = super().plan(many, in_s=in_s, down_s=down_s)
        # Their time goes by the machine's clock, which is not moved.
        self.planned_s = in_s - down_s
        self._queue(1)
        return people

    def workers(self) -> list[Running]:
        """See :class:`Ours`."""
        return self._celery("eta")

    def schedulers(self, many: int = 1) -> None:
        """The broker is the scheduler; a second planner queues everything once more."""
        self._queue(many - 1)

    def _queue(self, times: int) -> None:
        words = ["-m", f"{HERE}.eta", str(self.planned_s)]
        self._all_end_well([self.rig.start("plan", *words) for _ in range(times)])


DESIGNS = (Ours, TodayOnly, SendThenMark, Eta)

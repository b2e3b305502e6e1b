"""The four designs as the comparison sees them: planned, started, scheduled, counted."""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta

from tests.faults.baselines.base import TABLE
from tests.faults.people import phone
from tests.faults.processes import NotInTime, Running
from tests.faults.rig import Rig

HERE = "tests.faults.baselines"


class Ours:
    """IsoTrack: the outbox, two workers, one beat."""

    name = "IsoTrack"

    def __init__(self, rig: Rig) -> None:
        self.rig = rig

    def plan(self, many: int, *, in_s: float) -> list[str]:
        """So many reminders, due after so many seconds."""
        found: list[str] = self.rig.hand.plan(many=many, after_s=in_s)
        return found

    def workers(self) -> list[Running]:
        """Whatever sends."""
        return self.rig.workers(2, RIG_VISIBILITY_S="15")

    def scheduler(self) -> None:
        """Whatever begins the sending; a second one must do no harm."""
        self.rig.beat()

    def settle(self) -> None:
        """Long enough for everything that this design would still do."""
        self.rig.settle(ring=False)

    def listed(self) -> set[str]:
        """Who a person is asked to look after."""
        return set(self.rig.hand.for_a_person())


class _Baseline(Ours):
    still_s = 6.0

    def plan(self, many: int, *, in_s: float) -> list[str]:
        """See :class:`Ours`."""
        self.rig.query(TABLE)
        due = self.rig.now() + timedelta(seconds=in_s)
        people = [phone(number) for number in range(many)]
        for number, who in enumerate(people):
            self.rig.query("INSERT INTO reminder VALUES (%s, %s, %s)", number, who, due)
        return people

    def settle(self) -> None:
        """Until the provider has heard nothing for a while."""
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


class TodayOnly(_Baseline):
    """The nightly loop."""

    name = "today only"
    still_s = 20.0  # one visibility timeout

    def workers(self) -> list[Running]:
        """See :class:`Ours`."""
        return self._celery("today_only")

    def scheduler(self) -> None:
        """One night."""
        self.rig.start("night", "-m", f"{HERE}.today_only")


class SendThenMark(_Baseline):
    """The loop without a claim: it is its own scheduler."""

    name = "send, then mark"

    def workers(self) -> list[Running]:
        """See :class:`Ours`."""
        return [self.rig.start("loop", "-m", f"{HERE}.send_then_mark")]

    def scheduler(self) -> None:
        """The first one runs already; each further one is a second loop."""
        loops = [each for each in self.rig.running if each.log.name.startswith("loop")]
        if self.rig.sms.calls or len(loops) > 1:
            self.workers()


class Eta(_Baseline):
    """One task for each reminder."""

    name = "Celery ETA"
    still_s = 20.0

    def __init__(self, rig: Rig) -> None:
        super().__init__(rig)
        self._planned = False

    def plan(self, many: int, *, in_s: float) -> list[str]:
        """See :class:`Ours`; the tasks go to the broker at once."""
        people = super().plan(many, in_s=in_s)
        done = self.rig.start("plan", "-m", f"{HERE}.eta", str(in_s)).process.wait(300)
        if done:
            raise NotInTime("the tasks were not queued")
        return people

    def workers(self) -> list[Running]:
        """See :class:`Ours`."""
        return self._celery("eta")

    def scheduler(self) -> None:
        """A second planner queues everything once more."""
        with contextlib.suppress(ValueError):
            if self._planned:
                self.rig.start("plan", "-m", f"{HERE}.eta", "0").process.wait(300)
        self._planned = True


DESIGNS = (Ours, TodayOnly, SendThenMark, Eta)

"""How late messages leave while many fall due within a day; the clock is simulated.

``python -m benchmarks.large_lateness MESSAGES`` prints JSON. Half of the messages are due at nine
in the morning, as reminders are, the others somewhen in the twelve hours after it. Beat rings once
a minute; one process sends. Between rings the clock jumps, while something is sent it runs as it
does here, so lateness is the wait for the ring and the time that sending takes.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import django

RING = timedelta(minutes=1)
HOURS = 12


class Clock:
    """Runs with the machine's clock from wherever it was put."""

    def __init__(self, at: datetime) -> None:
        self.put(at)

    def put(self, at: datetime) -> None:
        """Jump."""
        self._at, self._since = at, time.monotonic()

    def now(self) -> datetime:
        """The simulated instant."""
        return self._at + timedelta(seconds=time.monotonic() - self._since)


def main(count: int) -> None:
    """Measure; see the module."""
    django.setup()
    from benchmarks.large_sending import fill_product  # noqa: PLC0415 - models need django.setup()
    from messaging import dispatch  # noqa: PLC0415
    from messaging.models import Delivery, Message  # noqa: PLC0415

    began = time.perf_counter()
    tomorrow = (datetime.now(tz=ZoneInfo("UTC")) + timedelta(days=1)).date()
    nine = datetime.combine(tomorrow, datetime.min.time(), tzinfo=ZoneInfo("UTC"))
    nine += timedelta(hours=9)
    rng = Random(1)  # noqa: S311 - when something is due, nothing secret
    filled = fill_product(count)
    messages = list(Message.objects.filter(state="planned", key__startswith="bench:"))
    for message in messages:
        late = timedelta(0) if rng.random() < 0.5 else timedelta(hours=HOURS) * rng.random()
        message.send_after = nine + late
        message.expires_at = nine + timedelta(days=2)
    Message.objects.bulk_update(messages, ["send_after", "expires_at"], batch_size=2_000)

    clock = Clock(nine)
    dispatch.database_now = clock.now
    ring = nine
    while ring < nine + timedelta(hours=HOURS) + RING * 2:
        clock.put(max(ring, clock.now()) if ring > nine else ring)
        dispatch.run(limit=100_000)
        ring += RING
        if clock.now() < ring:
            clock.put(ring)
    keys = {message.pk: message.send_after for message in messages}
    sent = Delivery.objects.filter(message__in=keys, outcome="accepted")
    late_s = sorted(
        (outcome_at - keys[message]).total_seconds()
        for message, outcome_at in sent.values_list("message", "outcome_at")
    )
    found = {
        "due": filled,
        "sent": len(late_s),
        "p50_s": late_s[len(late_s) // 2],
        "p99_s": late_s[max(0, -(-len(late_s) * 99 // 100) - 1)],
        "worst_s": late_s[-1],
        "took_s": time.perf_counter() - began,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""A tick over a large clinic: with nothing due, and with a number of courses due.

``python -m benchmarks.large_ticks DUE`` prints JSON: milliseconds of an idle tick, and seconds in
which DUE courses were planned by one process.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta

import django

IDLE_RUNS = 15


def main(due: int) -> None:
    """Measure; see the module."""
    django.setup()

    from audit import chains  # noqa: PLC0415
    from monitoring.actions import planning  # noqa: PLC0415
    from monitoring.models import CourseStanding  # noqa: PLC0415

    now = datetime.now(UTC)
    while planning.tick(now=now):
        pass
    while chains.seal():
        pass
    idle = []
    for _ in range(IDLE_RUNS):
        began = time.perf_counter()
        planning.due(now=now, most=4_000)
        planning.tick(now=now)
        chains.seal()
        idle.append(time.perf_counter() - began)
    courses = CourseStanding.objects.filter(course__stopped_at=None)
    # Spread over the whole table, the same ones whenever it is asked.
    ids = list(courses.order_by("course__public_id").values_list("pk", flat=True)[:due])
    CourseStanding.objects.filter(pk__in=ids).update(replan_after=now - timedelta(minutes=1))
    began = time.perf_counter()
    planned = planning.tick(now=now)
    found = {
        "courses": courses.count(),
        "idle_ms": statistics.median(idle) * 1_000,
        "due": planned,
        "due_s": time.perf_counter() - began,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""The product at size: ticks, sending and pages over a clinic that grows.

``BENCH_PATIENTS`` says how large it gets; 100,000 is the size the goals are set for, and takes
about an hour and 10 GB of disk. The default is small enough to be run in passing. What is
compared is always measured in the same run on the same machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measures import Measure
from local.servers import Postgres, Valkey, free_port

PROJECT = Path(__file__).resolve().parent.parent
FULL = 100_000
DEFAULT = 1_000
_INVENTED = "benchmark-benchmark-benchmark-benchmark-benchmark"
_USERS = 30
_WAYS = {
    "ours": "rows that fall due",
    "periodic": "a periodic task each",
    "eta": "an ETA task each",
}


def size() -> int:
    """How many patients the clinic ends with; at least 400."""
    return max(400, int(os.environ.get("BENCH_PATIENTS", DEFAULT)))


@contextmanager
def machine() -> Iterator[dict[str, str]]:
    """Database, broker and a provider of texts; what a process must know to use them."""
    with tempfile.TemporaryDirectory(prefix="isotrack-bench-") as name:
        folder = Path(name)
        database = Postgres(
            folder / "postgres", folder, folder / "postgres.log", shared_mb=512, connections=60
        )
        broker = Valkey(folder / "valkey", folder / "valkey.log")
        port = free_port()
        database.start()
        try:
            broker.start()
            sink = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "benchmarks.sink", str(port)], cwd=PROJECT
            )
            try:
                yield os.environ | {
                    "DATABASE_URL": database.url,
                    "REDIS_URL": broker.url(),
                    "SECRET_KEY": _INVENTED,
                    "FIELD_KEY": _INVENTED,
                    "DEBUG": "1",
                    "SITE_URL": "http://localhost:8000",
                    "SMS_PROVIDER": "webhook",
                    "SMS_WEBHOOK_URL": f"http://127.0.0.1:{port}/",
                    "SMS_WEBHOOK_SECRET": _INVENTED,
                    "SMS_PER_SECOND": "0",
                    "EMAIL_PER_SECOND": "0",
                    "DJANGO_SETTINGS_MODULE": "isotrack.settings",
                    "LOG_LEVEL": "ERROR",
                }
            finally:
                sink.terminate()
                sink.wait(10)
                broker.stop()
        finally:
            database.stop()


def run(surroundings: dict[str, str], *command: object) -> Any:
    words = [sys.executable, *(str(word) for word in command)]
    done = subprocess.run(  # noqa: S603 - our own commands
        words, cwd=PROJECT, env=surroundings, check=True, stdout=subprocess.PIPE
    )
    said = done.stdout.decode().strip().splitlines()
    return json.loads(said[-1]) if said else None


def measures() -> Iterator[Measure]:
    """Grow the clinic in three steps, and measure at each what is compared."""
    patients = size()
    told = 160 if patients >= FULL else 30
    steps = (max(200, patients // 100), max(300, patients // 10), patients)
    due = min(5_000, steps[1] // 3)
    seconds = 40.0 if patients >= FULL else 10.0
    with machine() as around:
        run(around, "manage.py", "migrate", "-v0")
        run(around, "-m", "benchmarks.large_clinic", steps[0], told)
        few = run(around, "-m", "benchmarks.large_pages", _USERS, seconds)
        run(around, "-m", "benchmarks.large_clinic", steps[1], told)
        ticks = [run(around, "-m", "benchmarks.large_ticks", due)]
        grown = run(around, "-m", "benchmarks.large_clinic", steps[2], told)
        copied = (steps[2] - steps[1]) / grown["seconds"]
        yield Measure("copy a patient, seed_demo", copied, 0.0, "COPY, constraints and triggers on")
        many = run(around, "-m", "benchmarks.large_pages", _USERS, seconds)
        ticks.append(run(around, "-m", "benchmarks.large_ticks", due))
        yield from _of_ticks(ticks)
        yield from _of_pages(few, many, steps)
        yield from _of_sending(run(around, "-m", "benchmarks.large_sending", due))
        yield from _of_lateness(
            run(around, "-m", "benchmarks.large_lateness", min(20_000, patients // 5))
        )
        beside = around | {"DJANGO_SETTINGS_MODULE": "benchmarks.beat_settings"}
        run(beside, "manage.py", "migrate", "django_celery_beat", "-v0")
        for way, words in _WAYS.items():
            kept = run(beside, "-m", "benchmarks.schedules", way, patients)
            counted = run(beside, "-m", "benchmarks.schedules", way, "restart")
            yield from _of_schedule(f"{words}, {patients:,} patients", kept, counted)


def _of_ticks(ticks: list[dict[str, float]]) -> Iterator[Measure]:
    for found in ticks:
        courses = f"{found['courses']:,.0f} active courses"
        yield Measure(f"tick with nothing due, {courses}", 1_000 / found["idle_ms"], 0.0,
                      "goal 50 ms")  # fmt: skip
        per_second = found["due"] / found["due_s"]
        yield Measure(f"plan {found['due']:,.0f} due courses among {courses}", per_second, 0.0,
                      f"{found['due_s']:.1f} s in one process")  # fmt: skip
    small, large = ticks
    times = large["due_s"] / large["due"] / (small["due_s"] / small["due"])
    yield Measure("plan a due course, large beside small", large["due"] / large["due_s"], 0.0,
                  f"{times:.2f} times the small clinic's; goal 1.3")  # fmt: skip


def _of_pages(few: Any, many: Any, steps: tuple[int, ...]) -> Iterator[Measure]:
    for name, found in many.items():
        if name.startswith("bare"):
            yield Measure(f"{name}, p95 of {_USERS} users, {steps[2]:,} patients",
                          1_000 / found["p95_ms"], 0.0,
                          f"{found['rows']:.0f} rows of one indexed query")  # fmt: skip
            continue
        bare = many[f"bare, {name}"]["p95_ms"]
        before = few[name]["p95_ms"]
        yield Measure(
            f"{name}, p95 of {_USERS} users, {steps[2]:,} patients", 1_000 / found["p95_ms"], 0.0,
            f"{found['p95_ms'] / bare:.1f} times a bare page (goal 3); "
            f"{found['p95_ms'] / before:.2f} times {steps[0]:,} patients (goal 1.5); "
            f"median {found['median_ms']:.0f} ms; {found['gzip_kb']:.0f} kB gzip",
        )  # fmt: skip


def _of_sending(found: dict[str, float]) -> Iterator[Measure]:
    for processes in (1, 2, 4):
        ours, bare = found[f"product {processes}"], found[f"bare {processes}"]
        alone = found[f"postgresql {processes}"]
        hands = "1 process" if processes == 1 else f"{processes} processes"
        yield Measure(f"PostgreSQL alone: claim, mark; {hands}", alone, 0.0, "nobody is called")
        yield Measure(f"bare loop: claim, call, mark; {hands}", bare, 0.0, "decides nothing")
        yield Measure(f"dispatch of messages; {hands}", ours, 0.0,
                      f"{ours / bare:.2f} of the bare loop; goal 0.5")  # fmt: skip
        yield Measure(f"plan due courses by Celery; {hands}", found[f"plan {processes}"], 0.0,
                      "from the ring to the last one")  # fmt: skip


def _of_lateness(found: dict[str, float]) -> Iterator[Measure]:
    yield Measure(
        f"lateness, p99 of {found['due']:,.0f} due within a day", 1 / max(found["p99_s"], 0.001),
        0.0, f"median {found['p50_s']:.0f} s, worst {found['worst_s']:.0f} s; simulated clock",
    )  # fmt: skip


def _of_schedule(way: str, kept: dict[str, float], counted: dict[str, int]) -> Iterator[Measure]:
    yield Measure(f"start with {way}", 1 / kept["start_s"], 0.0, f"holds {kept['mb']:.0f} MB")
    if kept["tick_s"]:
        yield Measure(f"tick with nothing due, {way}", 1 / kept["tick_s"], 0.0,
                      f"{kept['changed_s'] * 1_000:.0f} ms after one was moved")  # fmt: skip
    yield Measure(
        f"broker killed among {counted['due']} texts, {way}", 0.0, 0.0,
        f"{counted['missing']} missing, {counted['repeated']} repeated after 20 s",
    )  # fmt: skip

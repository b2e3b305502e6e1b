"""One schedule kept three ways: rows that fall due (ours), a periodic task each, an ETA task each.

``python -m benchmarks.schedules WAY PATIENTS`` prints JSON. Every patient has one reminder a month.
*Start* is what a new process needs before it can send anything, *tick* what it costs to find that
nothing is due, *changed* the first tick after one reminder was moved, *memory* what the process
holds, beyond what it held before it read the schedule.

``WAY restart``: two hundred reminders fall due, two workers send them, and when a tenth has come
the broker is killed and two seconds later started again, as durable as ``make run`` makes it
(append only, synced each second). Counted by key at the provider twenty seconds later: *missing*
have not come (what a worker of Celery had fetched is given out again after an hour), *repeated*
came more than once. Ours is rung once a second here, not once a minute, so that all wait alike.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
import redis

django.setup()

from django.db import connection  # noqa: E402
from django_celery_beat.models import (  # noqa: E402
    ClockedSchedule,
    CrontabSchedule,
    PeriodicTask,
    PeriodicTasks,
)
from django_celery_beat.schedulers import DatabaseScheduler  # noqa: E402

from audit import chains  # noqa: E402
from benchmarks.large_sending import fill_product  # noqa: E402
from benchmarks.schedule_app import app, remind  # noqa: E402
from isotrack.celery import app as product  # noqa: E402
from local.servers import Valkey, free_port  # noqa: E402
from messaging import bell, dispatch  # noqa: E402
from messaging.models import Message  # noqa: E402
from monitoring.actions import planning  # noqa: E402

PROJECT = Path(__file__).resolve().parent.parent
TICKS = 7
RESTARTED = 200
# Time for the processes to start.
DUE_IN_S = 15.0
AWAY_S = 2.0
PATIENCE_S = 20.0


def main(way: str, what: str) -> None:
    """Measure; see the module."""
    if what == "ring":
        product.set_current()
        while True:
            bell.ring()
            time.sleep(1)
    measure = {"ours": _ours, "periodic": _periodic, "eta": _eta}[way]
    found = _restarted(way, RESTARTED) if what == "restart" else measure(int(what))
    print(json.dumps(found))


def _ours(count: int) -> dict[str, float]:
    before, began = _memory_mb(), time.perf_counter()

    def tick() -> None:
        while planning.tick(now=datetime.now(UTC)):
            pass
        chains.seal()
        dispatch.run(limit=1)

    tick()
    start_s = time.perf_counter() - began
    idle = statistics.median(_took(tick) for _ in range(TICKS))
    return {"start_s": start_s, "tick_s": idle, "changed_s": idle, "mb": _memory_mb() - before}


def _periodic(count: int) -> dict[str, float]:
    times = [
        CrontabSchedule.objects.create(minute="0", hour=str(hour), day_of_month=str(day))
        for day in range(1, 29)
        for hour in range(8, 20)
    ]
    rows = (
        PeriodicTask(
            name=f"patient {number}",
            task=remind.name,
            args=json.dumps([f"p{number}"]),
            crontab=times[number % len(times)],
            last_run_at=datetime.now(UTC),
        )
        for number in range(count)
    )
    PeriodicTask.objects.bulk_create(rows, batch_size=2_000)
    before, began = _memory_mb(), time.perf_counter()
    scheduler = DatabaseScheduler(app=app)
    scheduler.tick()
    start_s = time.perf_counter() - began
    idle = statistics.median(_took(scheduler.tick) for _ in range(TICKS))
    PeriodicTasks.update_changed()
    changed_s = _took(scheduler.tick)
    return {
        "start_s": start_s, "tick_s": idle, "changed_s": changed_s, "mb": _memory_mb() - before,
    }  # fmt: skip


def _eta(count: int) -> dict[str, float]:
    at = datetime.now(UTC) + timedelta(days=20)
    with app.producer_or_acquire() as producer:
        for number in range(count):
            remind.apply_async((f"e{number}",), eta=at, producer=producer)
    broker = redis.Redis.from_url(os.environ["REDIS_URL"])
    broker_mb = broker.info("memory")["used_memory"] / 1e6
    with _celery("benchmarks.schedule_app", "worker", "--pool", "solo") as worker:
        while not broker.hlen("unacked"):
            time.sleep(0.02)
        began, before = time.perf_counter(), _memory_mb(worker.pid)
        while broker.hlen("unacked") < count:
            time.sleep(0.05)
        start_s = time.perf_counter() - began
        held_mb = _memory_mb(worker.pid) - before
    broker.flushdb()
    # Its timer wakes for the next one only: there is no tick.
    return {"start_s": start_s, "tick_s": 0.0, "changed_s": 0.0, "mb": held_mb + broker_mb}


def _restarted(way: str, count: int) -> dict[str, int]:
    """Kill the broker among the texts, start it again, and count by key what came."""
    with tempfile.TemporaryDirectory(prefix="isotrack-bench-") as name:
        folder, port = Path(name), free_port()
        broker = Valkey(folder / "valkey", folder / "valkey.log")
        broker.start()
        os.environ["REDIS_URL"] = app.conf.broker_url = broker.url()
        os.environ["SMS_WEBHOOK_URL"] = f"http://127.0.0.1:{port}/"
        with _process("-m", "benchmarks.sink", str(port)), _hands(way, count) as planned:
            _until(lambda: _sink()["taken"] * 10 >= planned, patience_s=120)
            if (process := broker.process) is not None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            time.sleep(AWAY_S)
            broker.start()
            time.sleep(PATIENCE_S)
            said = _sink()
        broker.stop()
    return {"due": planned, "missing": planned - said["taken"], "repeated": said["repeated"]}


@contextmanager
def _hands(way: str, count: int) -> Iterator[int]:
    """So many reminders for a moment in a few seconds, and the processes that send them."""
    due = datetime.now(UTC) + timedelta(seconds=DUE_IN_S)
    plan = {"ours": _plan_ours, "periodic": _plan_periodic, "eta": _plan_eta}[way]
    planned = plan(count, due)
    owner = "isotrack" if way == "ours" else "benchmarks.schedule_app"
    with ExitStack() as running:
        for number in range(2):
            running.enter_context(
                _celery(owner, "worker", "--concurrency", "1", "-n", f"{way}{number}@bench")
            )
        if way == "periodic":
            running.enter_context(
                _celery(owner, "beat", "--max-interval", "1", "--pidfile", "", "--scheduler",
                        "django_celery_beat.schedulers:DatabaseScheduler")
            )  # fmt: skip
        if way == "ours":
            running.enter_context(_process("-m", "benchmarks.schedules", "ours", "ring"))
        yield planned


def _plan_ours(count: int, due: datetime) -> int:
    filled = fill_product(count)
    Message.objects.filter(key__startswith="bench:", state="planned").update(send_after=due)
    return filled


def _plan_periodic(count: int, due: datetime) -> int:
    with connection.cursor() as cursor:
        # Django's own way tells the scheduler of each one that goes.
        cursor.execute(f"TRUNCATE {PeriodicTask._meta.db_table}")
    moment = ClockedSchedule.objects.create(clocked_time=due)
    PeriodicTask.objects.bulk_create(
        PeriodicTask(name=f"due {each}", task=remind.name, args=json.dumps([f"p{each}"]),
                     clocked=moment, one_off=True)
        for each in range(count)
    )  # fmt: skip
    return count


def _plan_eta(count: int, due: datetime) -> int:
    for number in range(count):
        remind.apply_async((f"e{number}",), eta=due)
    return count


@contextmanager
def _process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen(  # noqa: S603 - our own commands
        [sys.executable, *words], cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait(10)


def _celery(owner: str, *words: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    return _process("-m", "celery", "-A", owner, *words, "--loglevel", "ERROR")


def _until(happened: Callable[[], bool], *, patience_s: float) -> None:
    until = time.monotonic() + patience_s
    while not happened():
        if time.monotonic() > until:
            raise TimeoutError("what was waited for has not happened")
        time.sleep(0.02)


def _sink() -> dict[str, int]:
    try:
        with urllib.request.urlopen(os.environ["SMS_WEBHOOK_URL"], timeout=5) as answer:  # noqa: S310
            said: dict[str, int] = json.loads(answer.read())
            return said
    except OSError:
        return {"taken": 0, "repeated": 0}


def _took(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _memory_mb(process: int | str = "self") -> float:
    """What a process holds now, in MB; from ``/proc``, so on Linux only."""
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1_000


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

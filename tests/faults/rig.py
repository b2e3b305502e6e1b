"""The rig: servers, a database whose clock can be moved, processes to start and to kill.

The product compares every time by the database's clock, ``statement_timestamp()``. The rig puts a
function of that name before PostgreSQL's own in the search path and adds a shift to it, so a lease
of two minutes is waited for in a second, and nothing in the product knows.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import redis
from celery import Celery
from psycopg import sql

from local.children import guarded, spawn
from local.servers import Postgres, Valkey, free_port
from tests.faults.processes import PROJECT, Hand, NotInTime, Running
from tests.faults.providers import Provider

# Monday noon in New York: eight hours of day are left.
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
_FORGET = (
    "messaging_delivery, messaging_message, messaging_channelpause, messaging_cliniclimits, "
    "monitoring_pulse"
)
CLOCK = """
    CREATE SCHEMA IF NOT EXISTS rig;
    CREATE TABLE IF NOT EXISTS rig.clock (shift interval NOT NULL);
    TRUNCATE rig.clock;
    INSERT INTO rig.clock VALUES ('0');
    CREATE OR REPLACE FUNCTION rig.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
        AS 'SELECT pg_catalog.statement_timestamp() + shift FROM rig.clock';
"""


@dataclass
class Rig:
    """Everything a row needs; :func:`opened` makes one, :meth:`fresh` begins a row."""

    folder: Path
    admin: str
    template: str
    name: str
    valkey: Valkey
    sms: Provider
    mail: Provider
    postgres: Postgres | None = None
    hand: Hand = field(init=False)
    running: list[Running] = field(default_factory=list)
    shared: Running | None = None
    moved_s: float = 0.0
    _started: int = 0

    @property
    def database_url(self) -> str:
        """The row's own database."""
        head, _, rest = self.admin.partition("?")
        return f"{head.rpartition('/')[0]}/{self.name}?{rest}"

    def environment(self, **more: str) -> dict[str, str]:
        """What every process of the product is given."""
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.valkey.url(),
            "DEBUG": "false",
            "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnop",
            "FIELD_KEY": "only-for-tests-9876543210-ponmlkjihgfedcba",
            "SITE_URL": "http://localhost",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "EMAIL_WEBHOOK_SECRET": "",
            "SMS_PROVIDER": "webhook",
            "SMS_WEBHOOK_URL": f"http://127.0.0.1:{self.sms.port}/send",
            "SMS_WEBHOOK_SECRET": "shared-with-the-sms-provider",
            "HEARTBEAT_URL": "",
            "SENTRY_DSN": "",
            "OPENBLAS_NUM_THREADS": "1",
            **more,
        }

    # --- the database and its clock -------------------------------------------------------

    def query(self, statement: str, *values: object, database: str = "") -> list[Any]:
        """One statement on a connection of its own, committed; its rows, if it has any."""
        url = self.database_url.replace(f"/{self.name}?", f"/{database or self.name}?")
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute(statement, values or None)  # type: ignore[arg-type]
            return found.fetchall() if found.description else []

    def connected(self) -> psycopg.Connection[Any]:
        """A stranger's session, without transactions of its own."""
        return psycopg.connect(self.database_url, autocommit=True)

    def set_clock(self, moment: datetime) -> None:
        """Make it this moment, by the database's clock."""
        self.moved_s = moment.timestamp() - time.time()
        self.query("UPDATE rig.clock SET shift = make_interval(secs => %s)", self.moved_s)

    def advance(self, seconds: float) -> None:
        """Move the database's clock on, or back."""
        self.moved_s += seconds
        self.query("UPDATE rig.clock SET shift = make_interval(secs => %s)", self.moved_s)

    def now(self) -> datetime:
        """The moment by the database's clock."""
        return self.moment(time.time())

    def moment(self, real: float) -> datetime:
        """What the database's clock said at a moment of this machine's, at the present shift."""
        return datetime.fromtimestamp(real + self.moved_s, tz=UTC)

    def fresh(self, *, at: datetime = NOON) -> None:
        """Begin a row: no processes, a new database, nothing rung, and it is ``at``."""
        self.stop_all()
        row, template = sql.Identifier(self.name), sql.Identifier(self.template)
        with psycopg.connect(self.admin, autocommit=True) as connection:
            for statement in (
                "DROP DATABASE IF EXISTS {row} WITH (FORCE)",
                "CREATE DATABASE {row} TEMPLATE {template}",
                "ALTER DATABASE {row} SET search_path = rig, public, pg_catalog",
            ):
                connection.execute(sql.SQL(statement).format(row=row, template=template))  # type: ignore[arg-type]
        self._begin(at)

    def again(self, *, at: datetime = NOON) -> Running:
        """Begin a row that can use the worker which an earlier one started; the worker."""
        shared = self.shared
        if shared is None or shared.process.poll() is not None:
            self.fresh(at=at)
            self.shared = self.worker()
            return self.shared
        for each in self.running:
            if each is not shared:
                each.kill()
        self.running = [shared]
        self.query(f"TRUNCATE {_FORGET} CASCADE")
        self._begin(at)
        return shared

    def _begin(self, at: datetime) -> None:
        broker = self.broker()
        broker.delete("tick", "send", "unacked", "unacked_index")
        self.sms.forget()
        self.mail.forget()
        self.set_clock(at)

    # --- processes ------------------------------------------------------------------------

    def start(self, name: str, *words: str, **environment: str) -> Running:
        """A process of the product, run by this Python."""
        self._started += 1
        log = self.folder / f"{name}-{self._started}.log"
        command = guarded([sys.executable, *words])
        process = spawn(
            command, log=log, environment=self.environment(**environment), folder=PROJECT
        )
        self.running.append(Running(process, log))
        return self.running[-1]

    def worker(self, *, children: int = 2, wait: bool = True, **environment: str) -> Running:
        """A Celery worker; ``wait`` until it is ready."""
        started = self.start(
            "worker",
            *["-m", "celery", "-A", "tests.faults.app", "worker", "--loglevel", "INFO"],
            *["--concurrency", str(children), "--hostname", f"w{self._started}@rig"],
            *["--without-gossip", "--without-mingle"],
            **environment,
        )
        if wait:
            self.ready(started)
        return started

    def workers(self, many: int, **options: Any) -> list[Running]:
        """Several at once."""
        found = [self.worker(wait=False, **options) for _ in range(many)]
        for each in found:
            self.ready(each)
        return found

    def ready(self, worker: Running) -> None:
        """Wait until a worker says that it is."""
        self._answers(worker, " ready.")

    def _answers(self, started: Running, words: str) -> None:
        def has_said() -> bool:
            assert started.process.poll() is None, f"it ended: {started.said()[-1000:]}"
            return words in started.said()

        self.until(has_said, f"{words!r} in {started.log}", 180)

    def beat(self, *, minute_s: float = 1.0) -> Running:
        """A Celery beat, for which a minute passes in ``minute_s`` seconds."""
        schedule = self.folder / f"schedule-{self._started}"
        started = self.start(
            "beat",
            *["-m", "celery", "-A", "tests.faults.app", "beat", "--schedule", str(schedule)],
            *["--max-interval", "1", "--loglevel", "INFO"],
            RIG_MINUTE_S=str(minute_s),
        )
        self._answers(started, "Sending due task")
        return started

    def sweep(self) -> int:
        """``manage.py sweep --once``, to its end; its exit code."""
        return self.start("sweep", "manage.py", "sweep", "--once").process.wait(300)

    def web(self, **environment: str) -> tuple[str, Running]:
        """The web application; its address, and the process."""
        port = free_port()
        started = self.start(
            "web",
            *["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--no-ws"],
            *["--blocking-threads", "4", "--port", str(port), "tests.faults.web:application"],
            **environment,
        )
        address = f"http://127.0.0.1:{port}"
        self._answers(started, "Started worker")
        return address, started

    def stop_all(self) -> None:
        """``kill -9`` for whatever this row has started."""
        for each in self.running:
            each.kill()
        self.running.clear()
        self.shared = None

    # --- the broker -----------------------------------------------------------------------

    def broker(self) -> redis.Redis:
        """A client of the broker."""
        return redis.Redis.from_url(self.valkey.url())

    def ring(self, times: int = 1) -> None:
        """Ask for a dispatch, as beat does each minute; a broker that is away hears nothing."""
        bell = Celery("rig", broker=self.valkey.url(), set_as_current=False)
        bell.conf.task_publish_retry = False
        with contextlib.suppress(Exception), bell.connection_for_write() as connection:
            for _ in range(times):
                bell.send_task(
                    "messaging.tasks.dispatch", queue="send", connection=connection, retry=False
                )

    def consumed(self, patience_s: float = 60.0) -> float:
        """Ring, and wait until a worker has heard it; how many real seconds that took."""
        began = time.monotonic()
        self.ring()
        self.until(lambda: not self.broker().llen("send"), "a worker consumes", patience_s)
        return time.monotonic() - began

    # --- waiting --------------------------------------------------------------------------

    def until(self, true: Callable[[], bool], what: str, patience_s: float = 30.0) -> None:
        """Wait for something; :class:`NotInTime` if it does not come."""
        stop = time.monotonic() + patience_s
        while not true():
            if time.monotonic() > stop:
                raise NotInTime(what)
            time.sleep(0.05)

    def waiting(self) -> int:
        """How many messages are planned or being sent."""
        return int(
            self.query(
                "SELECT count(*) FROM messaging_message WHERE state IN ('planned', 'claimed')"
            )[0][0]
        )

    def quiet(self, *, for_s: float = 0.5, patience_s: float = 120.0) -> None:
        """Wait until nobody works any more: the same rows, no request under way."""
        stop = time.monotonic() + patience_s
        seen, since = None, time.monotonic()
        while time.monotonic() < stop:
            found = (self._picture(), len(self.sms.calls), len(self.mail.calls))
            busy = self.sms.in_flight or self.mail.in_flight
            if found != seen or busy:
                seen, since = found, time.monotonic()
            # A row that is held may be in the hands of somebody slow.
            if time.monotonic() - since > (for_s * 2 if found[0][0] else for_s):
                return
            time.sleep(0.1)
        raise NotInTime("the workers never rest")

    def _picture(self) -> tuple[Any, ...]:
        return tuple(
            self.query(
                "SELECT count(*) FILTER (WHERE state = 'claimed'),"
                " count(*) FILTER (WHERE state = 'planned'),"
                " coalesce(sum(attempts), 0), max(state_at) FROM messaging_message"
            )[0]
        )

    def settle(self, *, minutes: int = 30, ring: bool = True) -> float:
        """Let minutes pass, one ring each, until nothing waits; how many seconds that took.

        By the database's clock. :class:`NotInTime` if messages still wait after ``minutes``.
        """
        began = self.now()
        for minute in range(minutes + 1):
            if ring:
                self.ring()
            self.quiet()
            if not self.waiting():
                return (self.now() - began).total_seconds()
            if minute < minutes:
                self.advance(60)
        raise NotInTime(f"{self.waiting()} messages wait after {minutes} minutes")

    def settle_until(self, moment: datetime, *, every: timedelta) -> None:
        """Let time pass until ``moment``, with a ring at each stop."""
        while True:
            self.ring()
            self.until(self._heard, "a worker has done what it was told", 120)
            self.quiet(for_s=0.3)
            left = (moment - self.now()).total_seconds()
            if left <= 0:
                return
            self.advance(min(left, every.total_seconds()))

    def _heard(self) -> bool:
        """Whether nothing is rung that has not been done; only where no worker has died."""
        with self.broker() as broker:
            return not broker.llen("send") and not broker.hlen("unacked")

    def alarm_after(self, address: str, *, minutes: int) -> int:
        """After how many minutes ``/health/ready`` says that something is wrong."""
        for minute in range(minutes + 1):
            if httpx.get(f"{address}/health/ready", timeout=90).status_code != 200:
                return minute
            self.advance(60)
        raise NotInTime(f"no alarm within {minutes} minutes")

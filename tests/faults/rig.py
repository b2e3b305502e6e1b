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

# Looks in a row at which nobody works, a twentieth of a second apart: one could fall between a
# worker's taking a ring and its saying so.
_LOOKS = 4
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
            "SMS_PER_SECOND": "0",
            "EMAIL_PER_SECOND": "0",
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
        if shared is None or not shared.alive:
            self.fresh(at=at)
            shared = self.shared = self.worker(wait=False)
        self.ready(shared)
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
        shows = log.with_suffix(".work") if name == "worker" else None
        if shows is not None:
            environment["RIG_WORK"] = str(shows)
        command = guarded([sys.executable, *words])
        process = spawn(
            command, log=log, environment=self.environment(**environment), folder=PROJECT
        )
        self.running.append(Running(process, log, shows))
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
            assert started.alive, f"it ended: {started.said()[-1000:]}"
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

    def mend(self) -> None:
        """Whatever the row before has left behind: servers that are down, a hand that is gone."""
        self.stop_all()
        if self.valkey.process is None or self.valkey.process.poll() is not None:
            self.valkey.start()
        server = self.postgres
        if server is not None and (server.process is None or server.process.poll() is not None):
            server.start()
        if not self.hand.alive:
            self.hand = Hand(self.environment(), self.folder / "hand.log")

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

    def quiet(self, *, patience_s: float = 120.0) -> None:
        """Wait until nobody works: nothing rung, no task held, no request under way.

        What a worker holds it says itself, so this is as right on a busy machine as on an idle one.
        """
        stop = time.monotonic() + patience_s
        looks, seen = 0, -1
        while looks < _LOOKS:
            if time.monotonic() > stop:
                raise NotInTime("the workers never rest")
            calls = len(self.sms.calls) + len(self.mail.calls)
            looks = 0 if self.at_work() or calls != seen else looks + 1
            seen = calls
            time.sleep(0.05)

    def at_work(self) -> bool:
        """Whether a worker holds a task, one is rung, or a request is under way."""
        workers = [each for each in self.running if each.shows is not None and each.alive]
        if self.sms.in_flight or self.mail.in_flight:
            return True
        return any(each.work()[0] for each in workers) or bool(workers and self._rung())

    def _rung(self) -> int:
        """How many tasks no worker has taken yet; none while the broker is away."""
        with contextlib.suppress(redis.RedisError), self.broker() as broker:
            return int(broker.llen("send")) + int(broker.llen("tick"))  # type: ignore[arg-type]
        return 0

    def _begun(self) -> int:
        return sum(each.work()[1] for each in self.running if each.shows is not None)

    def round(self, *, ring: bool = True, patience_s: float = 120.0) -> None:
        """One dispatch from its ring, ours or beat's, until nobody works any more."""
        begun = self._begun()
        if ring:
            self.ring()
        self.until(lambda: self._begun() > begun, "a worker heeds a ring", patience_s)
        self.quiet(patience_s=patience_s)

    def settle(self, *, minutes: int = 30, ring: bool = True) -> float:
        """Let minutes pass, one ring each, until nothing waits; how many seconds that took.

        By the database's clock. :class:`NotInTime` if messages still wait after ``minutes``.
        """
        began = self.now()
        for minute in range(minutes + 1):
            self.round(ring=ring)
            if not self.waiting():
                return (self.now() - began).total_seconds()
            if minute < minutes:
                self.advance(60)
        raise NotInTime(f"{self.waiting()} messages wait after {minutes} minutes")

    def settle_until(self, moment: datetime, *, every: timedelta) -> None:
        """Let time pass until ``moment``, with a ring at each stop."""
        while True:
            self.round()
            left = (moment - self.now()).total_seconds()
            if left <= 0:
                return
            self.advance(min(left, every.total_seconds()))

    def alarm_after(self, address: str, *, minutes: int) -> int:
        """After how many minutes ``/health/ready`` says that something is wrong."""
        for minute in range(minutes + 1):
            if httpx.get(f"{address}/health/ready", timeout=90).status_code != 200:
                return minute
            self.advance(60)
        raise NotInTime(f"no alarm within {minutes} minutes")

"""Opening a rig: its servers, and the database from which each row is copied."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from local.servers import Postgres, Valkey
from tests.faults.processes import PROJECT, Hand
from tests.faults.providers import mails, texts
from tests.faults.rig import CLOCK, Rig


@contextmanager
def opened(
    *,
    size: int,
    admin: str = "",
    source: str = "",
    name: str = "faults",
    folder: Path | None = None,
    with_worker: bool = False,
) -> Iterator[Rig]:
    """A rig with servers of its own, or beside a test's database.

    Args:
        size: the most patients that a row needs.
        admin: address of a database server that must not be restarted; with ``source``, a database
            on it that has been migrated and to which nobody is connected.
        name: of the row's database.
        folder: for the database of a rig with servers of its own, if not a temporary one.
        with_worker: start the worker that rows share while everything else is made ready.
    """
    with ExitStack() as stack:
        place = Path(tempfile.mkdtemp(prefix="isotrack-faults-"))
        place.chmod(0o711)  # where PostgreSQL must run as "nobody", it walks through
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        valkey = Valkey(place / "valkey", place / "valkey.log", forgetful=True)
        valkey.start()
        stack.callback(valkey.stop)
        postgres = None
        if not admin:
            where = folder or place
            postgres = Postgres(where / "postgres", place, place / "postgres.log", connections=200)
            postgres.start()
            stack.callback(postgres.stop)
            admin, source = postgres.url.replace("/isotrack?", "/postgres?"), "isotrack"
        rig = Rig(
            folder=place,
            admin=admin,
            template=f"{name}_people",
            name=f"{name}_row",
            valkey=valkey,
            sms=stack.enter_context(texts()),
            mail=stack.enter_context(mails()),
            postgres=postgres,
        )
        stack.callback(_end, rig)
        rig.hand = Hand(rig.environment(), place / "hand.log")  # loads while the rest is made
        stack.callback(lambda: rig.hand.end())
        stack.callback(rig.stop_all)
        if with_worker:
            rig.shared = rig.worker(wait=False)
        if postgres is not None:
            _migrate(rig, source)
        _people(rig, source, size)
        yield rig


def _migrate(rig: Rig, source: str) -> None:
    url = rig.database_url.replace(f"/{rig.name}?", f"/{source}?")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--noinput", "-v", "0"],
        env=rig.environment(DATABASE_URL=url),
        cwd=PROJECT,
        check=True,
    )


def _people(rig: Rig, source: str, size: int) -> None:
    """The database that each row is copied from: migrated, with a clock, and with people."""
    _end(rig)
    with psycopg.connect(rig.admin, autocommit=True) as connection:
        for statement in (
            "CREATE DATABASE {row} TEMPLATE {source}",
            "ALTER DATABASE {row} SET search_path = rig, public, pg_catalog",
        ):
            _execute(connection, statement, row=rig.name, source=source)
    rig.query(CLOCK)
    rig.hand.people(many=size)
    with psycopg.connect(rig.admin, autocommit=True) as connection:
        statement = "CREATE DATABASE {template} TEMPLATE {row}"
        _execute(connection, statement, template=rig.template, row=rig.name)


def _execute(connection: psycopg.Connection[Any], statement: str, **names: str) -> None:
    parts = {each: sql.Identifier(name) for each, name in names.items()}
    connection.execute(sql.SQL(statement).format(**parts))  # type: ignore[arg-type]


def _end(rig: Rig) -> None:
    with psycopg.connect(rig.admin, autocommit=True) as connection:
        for name in (rig.name, rig.template):
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

"""The real servers every test stands on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection

from tests.conftest import PROJECT
from tests.platform.fresh import wait_until_gone

START = """
import os, sys, time
from local import for_tests
database, broker = for_tests.start()
print(database, broker, flush=True)
if "hang" in sys.argv:
    time.sleep(120)
"""


def begin(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A separate test process that starts its own servers under ``folder``."""
    environment = {
        name: value for name, value in os.environ.items() if name != "ISOTRACK_TEST_SERVERS"
    }
    environment |= {"TMPDIR": str(folder), "PYTEST_XDIST_WORKER": ""}
    return subprocess.Popen(
        [sys.executable, "-c", START, *arguments],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path: a socket's path may be about 100 characters long."""
    with tempfile.TemporaryDirectory(prefix="isotrack-check-") as path:
        Path(path).chmod(0o711)  # where PostgreSQL must run as "nobody", it walks through
        yield Path(path)


@pytest.mark.django_db
def test_database_is_postgresql_with_exclusion_constraints() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        installed = {name for (name,) in cursor.fetchall()}

    assert connection.vendor == "postgresql"
    assert "btree_gist" in installed


def test_broker_keeps_what_is_pushed() -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.rpush("platform-test", "first", "second")
        taken = [client.lpop("platform-test"), client.lpop("platform-test")]

    assert taken == [b"first", b"second"]


def test_broker_refuses_without_its_password() -> None:
    with_password = redis.Redis.from_url(settings.REDIS_URL)
    port = with_password.connection_pool.connection_kwargs["port"]

    with pytest.raises(redis.AuthenticationError):
        redis.Redis(host="127.0.0.1", port=port).ping()


def test_two_test_processes_never_share_a_server(folder: Path) -> None:
    first, second = begin(folder), begin(folder)
    addresses = [process.communicate(timeout=60)[0].split() for process in (first, second)]

    assert len({address for pair in addresses for address in pair}) == 4
    wait_until_gone(folder, 10)
    assert list(folder.iterdir()) == []


def test_killed_test_process_leaves_no_server_and_its_folder_is_swept(folder: Path) -> None:
    process = begin(folder, "hang")
    assert process.stdout is not None
    database = process.stdout.readline().split()[0]
    with psycopg.connect(database) as session:
        assert session.execute("SELECT 1").fetchone() == (1,)

    process.send_signal(signal.SIGKILL)
    process.wait()

    wait_until_gone(folder, 10)
    begin(folder).communicate(timeout=60)
    assert list(folder.iterdir()) == []

"""One PostgreSQL and one Redis-protocol server for one test process.

Each pytest process brings its own pair in a temporary folder, so two runs at once never meet. The
workers of pytest-xdist inherit the addresses of the process that started them: pytest-django gives
each its own database, and each gets its own numbered broker database here.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

from local.servers import Postgres, Valkey

PREFIX = "isotrack-test-"
# Set in the environment once the servers run: children use them instead of starting their own.
RUNNING = "ISOTRACK_TEST_SERVERS"


def _sweep_leftovers(parent: Path) -> None:
    """Remove the folders of test processes that were killed: their lock is free."""
    for folder in parent.glob(PREFIX + "*"):
        try:
            with (folder / "lock").open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def _own_folder() -> tuple[Path, IO[bytes]]:
    """A new folder only we can enter, locked for as long as this process lives."""
    parent = Path(tempfile.gettempdir())
    _sweep_leftovers(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    lock = (folder / "lock").open("ab")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return folder, lock


def start() -> tuple[str, str]:
    """Start the pair unless a parent already did; give (DATABASE_URL, REDIS_URL).

    The servers end with this process, also when it is killed.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")
    number = int(worker) + 1 if worker.lstrip("-").isdigit() else 0
    if running := os.environ.get(RUNNING):
        database, broker = running.split(" ")
        return database, f"{broker}/{number}"
    folder, lock = _own_folder()
    postgres = Postgres(
        folder / "postgres", folder, folder / "postgres.log", forgetful=True, connections=200
    )
    valkey = Valkey(folder / "valkey", folder / "valkey.log", forgetful=True)
    owner = os.getpid()

    def end() -> None:
        if os.getpid() == owner:  # never from a forked child
            postgres.stop()
            valkey.stop()
            shutil.rmtree(folder, ignore_errors=True)
            lock.close()

    atexit.register(end)
    valkey.start()
    postgres.start()
    os.environ[RUNNING] = f"{postgres.url} {valkey.url().removesuffix('/0')}"
    return postgres.url, valkey.url(number)

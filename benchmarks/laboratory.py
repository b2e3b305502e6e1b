"""A laboratory's night batch, from the file to planning and standing, beside its two halves.

Each size runs in a process and a database of its own, so that the memory of two sizes can be
compared: 1,000 and 4,000 messages, and as many as ``BENCH_MESSAGES`` says (the goal is set for
10,000). Then a file of 100 MB comes by each way in; see ``laboratory_huge``.
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

from benchmarks.laboratory_huge import WAYS
from benchmarks.laboratory_run import INSERTED
from benchmarks.measures import Measure
from local.servers import Postgres

PROJECT = Path(__file__).resolve().parent.parent
SIZES = (1_000, 4_000)
_INVENTED = "benchmark-benchmark-benchmark-benchmark-benchmark"


def sizes() -> tuple[int, ...]:
    """How many messages each run takes in."""
    asked = int(os.environ.get("BENCH_MESSAGES", "0"))
    return tuple(sorted({*SIZES, asked} - {0}))


@contextmanager
def surroundings() -> Iterator[dict[str, str]]:
    """The environment of a run, with a database that is empty but for its tables."""
    with tempfile.TemporaryDirectory(prefix="isotrack-bench-") as name:
        folder = Path(name)
        database = Postgres(folder / "postgres", folder, folder / "postgres.log")
        database.start()
        try:
            around = os.environ | {
                "DATABASE_URL": database.url,
                "REDIS_URL": "redis://localhost",
                "SECRET_KEY": _INVENTED,
                "FIELD_KEY": _INVENTED,
                "DJANGO_SETTINGS_MODULE": "isotrack.settings",
            }
            _command("manage.py", "migrate", "-v0", around=around)
            yield around
        finally:
            database.stop()


def _command(*arguments: str, around: dict[str, str]) -> bytes:
    done = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, *arguments], cwd=PROJECT, env=around, check=True, stdout=subprocess.PIPE
    )
    return done.stdout


def run(module: str, *arguments: str, around: dict[str, str]) -> dict[str, Any]:
    """What a run in a process of its own measured: seconds and megabytes."""
    found: dict[str, Any] = json.loads(_command("-m", module, *arguments, around=around))
    return found


def measures() -> Iterator[Measure]:
    """Parsing alone, bare inserts alone and the whole way, for each size; then the huge file."""
    for count in sizes():
        with surroundings() as around:
            found = run("benchmarks.laboratory_run", str(count), around=around)
        times = found["whole_s"] / found["parse_s"]
        # On a machine that does other work as well, the clock counts that work too.
        own = found["whole_cpu_s"] / found["parse_cpu_s"]
        yield Measure(f"read {count:,} messages of nine results", count / found["parse_s"], 0.0,
                      "parsing alone")  # fmt: skip
        yield Measure(f"insert {min(count, INSERTED):,} messages, nothing else",
                      count / found["insert_s"], 0.0, "bare rows, one commit each")  # fmt: skip
        yield Measure(
            f"take in {count:,} messages to plan and standing", count / found["whole_s"], 0.0,
            f"{times:.1f} times parsing alone, {own:.1f} by this process's own CPU time; "
            f"peak memory {found['peak_mb']:.0f} MB, {found['before_mb']:.0f} before the first",
        )  # fmt: skip
    with surroundings() as around:
        for way, name in WAYS.items():
            # The page needs built files without DEBUG, which would keep statements elsewhere.
            own = {"DEBUG": "1"} if way == "upload" else {}
            found = run("benchmarks.laboratory_huge", way, around=around | own)
            yield Measure(
                f"100 MB: {name}", 1 / found["took_s"], 0.0,
                f"{found['answer']}; peak memory {found['peak_mb']:.0f} MB, "
                f"{found['before_mb']:.0f} before it",
            )  # fmt: skip

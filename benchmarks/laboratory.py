"""A laboratory's night batch, from the file to planning and standing, beside its two halves.

Each size runs in a process and a database of its own, so that memory at 1,000 and 10,000 messages
can be compared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measures import Measure
from local.servers import Postgres

PROJECT = Path(__file__).resolve().parent.parent
SIZES = (1_000, 10_000)
_INVENTED = "benchmark-benchmark-benchmark-benchmark-benchmark"


def run(count: int) -> dict[str, Any]:
    """What one run measured: seconds and megabytes, see ``laboratory_run``."""
    with tempfile.TemporaryDirectory(prefix="isotrack-bench-") as name:
        folder = Path(name)
        database = Postgres(folder / "postgres", folder, folder / "postgres.log")
        database.start()
        try:
            surroundings = os.environ | {
                "DATABASE_URL": database.url,
                "REDIS_URL": "redis://localhost",
                "SECRET_KEY": _INVENTED,
                "FIELD_KEY": _INVENTED,
                "DJANGO_SETTINGS_MODULE": "isotrack.settings",
            }
            for command in (
                [sys.executable, "manage.py", "migrate", "-v0"],
                [sys.executable, "-m", "benchmarks.laboratory_run", str(count)],
            ):
                done = subprocess.run(  # noqa: S603 - our own commands
                    command, cwd=PROJECT, env=surroundings, check=True, stdout=subprocess.PIPE
                )
        finally:
            database.stop()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measures() -> Iterator[Measure]:
    """Parsing alone, bare inserts alone and the whole way, for each size."""
    for count in SIZES:
        found = run(count)
        times = found["whole_s"] / found["parse_s"]
        # On a machine that does other work as well, the clock counts that work too.
        own = found["whole_cpu_s"] / found["parse_cpu_s"]
        yield Measure(f"read {count:,} messages of nine results", count / found["parse_s"], 0.0,
                      "parsing alone")  # fmt: skip
        yield Measure(f"insert {count:,} messages, nothing else", count / found["insert_s"], 0.0,
                      "bare rows, one commit each")  # fmt: skip
        yield Measure(
            f"take in {count:,} messages to plan and standing", count / found["whole_s"], 0.0,
            f"{times:.1f} times parsing alone, {own:.1f} by this process's own CPU time; "
            f"peak memory {found['peak_mb']:.0f} MB",
        )  # fmt: skip

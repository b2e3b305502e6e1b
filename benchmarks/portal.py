"""The patient's pages on a slow telephone: when the largest thing stands, what moves, the weight.

Chromium with 400 ms a round trip, 1.6 Mbit/s and a processor four times slower than this one; each
page with an empty cache. The goals are 1.5 s, 0.05 and 150 kB.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator

from benchmarks.large import PROJECT, machine, run
from benchmarks.measures import Measure
from local.servers import free_port

LARGEST_S, MOVES, WEIGHT_KB = 1.5, 0.05, 150.0


def measures() -> Iterator[Measure]:
    """One line a page; the rate is how often the largest thing could stand in a second."""
    with machine() as around, tempfile.TemporaryDirectory(prefix="isotrack-static-") as folder:
        _do(around, "migrate", "-v0")
        _do(around, "seed_demo")
        port = free_port()
        around |= {
            "DEBUG": "0",
            "SITE_URL": f"http://localhost:{port}",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "BENCH_STATIC": folder,
            "DJANGO_SETTINGS_MODULE": "benchmarks.portal_settings",
        }
        _do(around, "collectstatic", "-v0", "--noinput")
        for name, found in run(around, "-m", "benchmarks.portal_pages", port).items():
            kept = (
                found["lcp_s"] <= LARGEST_S
                and found["cls"] <= MOVES
                and found["gzip_kb"] <= WEIGHT_KB
            )
            yield Measure(
                f"patient's page, {name}", 1 / found["lcp_s"], 0.0,
                f"largest thing after {found['lcp_s']:.2f} s, moves {found['cls']:.3f}, "
                f"{found['gzip_kb']:.0f} kB gzip; {'in' if kept else 'OUTSIDE'} the goals",
            )  # fmt: skip


def _do(around: dict[str, str], *words: str) -> None:
    subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "manage.py", *words],
        cwd=PROJECT,
        env=around,
        check=True,
        stdout=subprocess.DEVNULL,
    )

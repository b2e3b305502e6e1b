"""``python -m benchmarks [MODULE...]``: run all or some, print one table, keep it in ``results/``.

``BENCH_PATIENTS`` says how large the large clinic gets; see ``large``.
"""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import decision, intake, laboratory, large, portal, rules, scenarios
from benchmarks.measures import Measure

RESULTS = Path(__file__).parent / "results"
MODULES = (rules, decision, intake, scenarios, laboratory, large, portal)


def machine() -> str:
    """What the figures were measured on; figures of two machines do not compare."""
    cores = os.cpu_count()
    return (
        f"{platform.system()} {platform.machine()}, {cores} cores with a load of "
        f"{os.getloadavg()[1]:.1f}, Python {sys.version.split()[0]}"
    )


def table(measures: list[Measure], on: datetime) -> str:
    """The result as Markdown."""
    lines = [
        f"Measured {on:%Y-%m-%d %H:%M} UTC on {machine()}.",
        f"The large clinic has {large.size():,} patients (BENCH_PATIENTS).",
        "",
        "| what | per second | one takes | spread | where |",
        "|---|--:|--:|--:|---|",
    ]
    for one in measures:
        takes = f"{1_000 / one.per_second:,.3f} ms" if one.per_second else ""
        lines.append(
            f"| {one.name} | {one.per_second:,.0f} | {takes} | {one.spread:.0%} | {one.note} |"
        )
    return "\n".join([*lines, ""])


def main() -> int:
    """Run every benchmark, or those that are named; 0 when all ended."""
    measures: list[Measure] = []
    wanted = sys.argv[1:]
    for module in MODULES:
        if wanted and module.__name__.rpartition(".")[2] not in wanted:
            continue
        for one in module.measures():
            print(f"{one.name}: {one.per_second:,.0f}/s", file=sys.stderr, flush=True)
            measures.append(one)
    on = datetime.now(UTC)
    text = table(measures, on)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{on:%Y-%m-%d-%H%M}.md").write_text(text, "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

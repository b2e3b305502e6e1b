"""The tables: at the terminal, and in ``docs/reliability.md`` between its marks."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.faults.baselines.compare import Result
from tests.faults.matrix import Row, Seen
from tests.faults.processes import PROJECT

PAGE = PROJECT / "docs" / "reliability.md"
BEGIN, END = "<!-- begin: make faults -->", "<!-- end: make faults -->"
Compared = Sequence[tuple[str, str, dict[str, Result | str]]]


def table(results: Sequence[tuple[Row, Seen | str]]) -> list[str]:
    """One line a fault: expected and seen."""
    lines = [
        "| id | fault | due | loss | dup (key) | dup (plain) | allowed | recovery | seen |",
        "|---|---|---:|---:|---:|---:|---|---:|---|",
    ]
    for each, seen in results:
        if isinstance(seen, str):
            lines.append(f"| {each.id} | {each.fault} | | | | | | | {seen} |")
            continue
        recovery = "" if seen.recovery_s is None else f"{seen.recovery_s:.0f} s"
        allowed = each.allowed if each.allowed == "0" else f"{seen.most_plain}: {each.allowed}"
        lines.append(
            f"| {each.id} | {each.fault} | {seen.occurrences} | {seen.loss} | {seen.dup_key} "
            f"| {seen.dup_plain} | {allowed} | {recovery} | {seen.note} |"
        )
    return lines


def comparison(compared: Compared) -> list[str]:
    """One line a fault, one column a design: lost / sent once too often."""
    if not compared:
        return []
    names = list(compared[0][2])
    lines = ["| | fault | " + " | ".join(names) + " |", "|---|---|" + "---:|" * len(names)]
    for id, words, cells in compared:
        said = [_cell(cells[name]) for name in names]
        lines.append(f"| {id} | {words} | " + " | ".join(said) + " |")
    return lines


def _cell(result: Result | str) -> str:
    return result if isinstance(result, str) else f"{result.loss} / {result.plain}"


def keep(
    results: Sequence[tuple[Row, Seen | str]], compared: Compared, *, size: int, compared_size: int
) -> None:
    """Write both tables into the page, with the day and the kind of machine."""
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    day = datetime.now(tz=UTC).date().isoformat()
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    made = [
        BEGIN,
        "",
        f"Run on {day}, {machine}, Python {platform.python_version()}, {size} messages a row where "
        "the row does not need fewer.",
        "",
        *table(results),
        "",
        "### Beside three common designs",
        "",
        f"{compared_size} messages each; *lost / repeated by a plain provider*.",
        "",
        *comparison(compared),
        "",
        END,
    ]
    PAGE.write_text(head + "\n".join(made) + tail, "utf-8")

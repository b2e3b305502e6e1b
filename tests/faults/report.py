"""The tables: at the terminal, and in ``docs/reliability.md`` between its marks.

What each row has shown last is kept in ``var/faults.json``, so that one row can be played anew.
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from tests.faults.baselines.compare import FAULTS, Result
from tests.faults.baselines.designs import DESIGNS
from tests.faults.matrix import ROWS, Row, Seen
from tests.faults.processes import PROJECT

PAGE = PROJECT / "docs" / "reliability.md"
KEPT = PROJECT / "var" / "faults.json"
BEGIN, END = "<!-- begin: make faults -->", "<!-- end: make faults -->"


def keep_row(each: Row, seen: Seen | str) -> None:
    """Remember what a row has shown; a failure too."""
    kept = _kept()
    kept["rows"][each.id] = seen if isinstance(seen, str) else asdict(seen)
    _write(kept)


def keep_design(fault: str, design: str, result: Result | str) -> None:
    """Remember what one design has shown under one fault."""
    kept = _kept()
    cells = kept["compared"].setdefault(fault, {})
    cells[design] = result if isinstance(result, str) else asdict(result)
    _write(kept)


def table() -> list[str]:
    """One line a fault: expected and seen."""
    kept = _kept()["rows"]
    lines = [
        "| id | fault | due | loss | dup (key) | dup (plain) | allowed | recovery | seen |",
        "|---|---|---:|---:|---:|---:|---|---:|---|",
    ]
    for each in sorted(ROWS, key=lambda each: each.id):
        seen = kept.get(each.id, "not played")
        if isinstance(seen, str):
            lines.append(f"| {each.id} | {each.fault} | | | | | | | {seen} |")
            continue
        recovery = "" if seen["recovery_s"] is None else f"{seen['recovery_s']:.0f} s"
        allowed = each.allowed if each.allowed == "0" else f"{seen['most_plain']}, {each.allowed}"
        lines.append(
            f"| {each.id} | {each.fault} | {seen['occurrences']} | {seen['loss']} "
            f"| {seen['dup_key']} | {seen['dup_plain']} | {allowed} | {recovery} | {seen['note']} |"
        )
    return lines


def comparison() -> list[str]:
    """One line a fault, one column a design: lost / repeated by a plain provider."""
    kept = _kept()["compared"]
    names = [made.name for made in DESIGNS]
    lines = ["| | fault | " + " | ".join(names) + " |", "|---|---|" + "---:|" * len(names)]
    for id, words, _ in FAULTS:
        said = [_cell(kept.get(words, {}).get(name, "not played")) for name in names]
        lines.append(f"| {id} | {words} | " + " | ".join(said) + " |")
    return lines


def renew_page() -> None:
    """Write both tables into the page, with the day and the kind of machine."""
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    day = datetime.now(tz=UTC).date().isoformat()
    kept = _kept()["compared"].values()
    each = max(
        (cell["meant"] for row in kept for cell in row.values() if "meant" in cell), default=0
    )
    made = [
        BEGIN,
        "",
        f"Renewed on {day}; {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}.",
        "",
        *table(),
        "",
        "### Beside three common designs",
        "",
        f"At most {each} messages each; *lost / repeated by a plain provider*.",
        "",
        *comparison(),
        "",
        END,
    ]
    PAGE.write_text(head + "\n".join(made) + tail, "utf-8")


def _cell(result: dict[str, int] | str) -> str:
    return result if isinstance(result, str) else f"{result['loss']} / {result['plain']}"


def _kept() -> dict[str, Any]:
    found: dict[str, Any] = {"rows": {}, "compared": {}}
    if KEPT.exists():
        found.update(json.loads(KEPT.read_text("utf-8")))
    return found


def _write(kept: dict[str, Any]) -> None:
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(kept, indent=1), "utf-8")

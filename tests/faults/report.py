"""The tables: at the terminal, and in ``docs/reliability.md`` between its marks.

One run fills them all. What has been seen so far is kept in ``var/faults.json`` as well, in case
the run is broken off.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.faults.baselines.compare import FAULTS, Result
from tests.faults.baselines.designs import DESIGNS
from tests.faults.matrix import ROWS, Row, Seen
from tests.faults.processes import PROJECT
from tests.faults.together import TOGETHER

PAGE = PROJECT / "docs" / "reliability.md"
KEPT = PROJECT / "var" / "faults.json"
BEGIN, END = "<!-- begin: make faults -->", "<!-- end: make faults -->"
_HEAD = (
    "| id | fault | due | loss | dup (key) | dup (plain) | allowed | recovery | seen |",
    "|---|---|---:|---:|---:|---:|---|---:|---|",
)


@dataclass
class Run:
    """What one run has shown so far; a text stands for what went wrong.

    Attributes:
        rows: by the row's id.
        compared: by the fault's words, then by the design's name.
    """

    commit: str
    day: str
    rows: dict[str, Seen | str] = field(default_factory=dict)
    compared: dict[str, dict[str, Result | str]] = field(default_factory=dict)

    def keep(self) -> None:
        """Write down what is known."""
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(json.dumps(asdict(self), indent=1), "utf-8")

    def failed(self) -> list[str]:
        """What did not hold, or could not be played; a row skipped by name is neither."""
        bad = [id for id, seen in self.rows.items() if _is_failure(seen)]
        for words, cells in self.compared.items():
            for name, cell in cells.items():
                # Where nothing is broken no design may lose anything: it would be the rig's doing.
                sound = name == DESIGNS[0].name or words == FAULTS[0][1]
                if isinstance(cell, str) or (sound and (cell.loss or cell.keyed)):
                    bad.append(f"{words}: {name}: {cell}")
        return bad


def begun() -> Run:
    """A run of the code as it lies here."""
    commit = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return Run(
        commit=(commit or "unknown") + (" with changes" if changed else ""),
        day=datetime.now(tz=UTC).date().isoformat(),
    )


def table(run: Run) -> list[str]:
    """One line a fault: expected and seen."""
    lines = [_line(each, run) for each in sorted(ROWS, key=lambda each: each.id)]
    return [*_HEAD, *lines]


def together(run: Run) -> list[str]:
    """The one line of everything at once."""
    return [*_HEAD, _line(TOGETHER, run)]


def comparison(run: Run) -> list[str]:
    """One line a fault, one column a design: lost / repeated by a plain provider."""
    names = [made.name for made in DESIGNS]
    lines = ["| | fault | " + " | ".join(names) + " |", "|---|---|" + "---:|" * len(names)]
    for id, words, _ in FAULTS:
        cells = run.compared.get(words, {})
        said = [_cell(cells.get(name, "not played")) for name in names]
        lines.append(f"| {id} | {words} | " + " | ".join(said) + " |")
    return lines


def renew_page(run: Run, *, took_s: float) -> None:
    """Write the tables into the page, with the day, the code and the kind of machine."""
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    compared = [
        cell.meant
        for cells in run.compared.values()
        for cell in cells.values()
        if isinstance(cell, Result)
    ]
    made = [
        BEGIN,
        "",
        f"One run on {run.day} of commit {run.commit}, {took_s / 60:.0f} minutes; "
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}.",
        "",
        *table(run),
        "",
        "### All of it at once",
        "",
        *together(run),
        "",
        "### Beside three common designs",
        "",
        f"{max(compared, default=0)} messages each; *lost / repeated by a plain provider*.",
        "",
        *comparison(run),
        "",
        END,
    ]
    PAGE.write_text(head + "\n".join(made) + tail, "utf-8")


def _line(each: Row, run: Run) -> str:
    seen = run.rows.get(each.id, "not played")
    if isinstance(seen, str):
        return f"| {each.id} | {each.fault} | | | | | | | {seen} |"
    recovery = "" if seen.recovery_s is None else f"{seen.recovery_s:.0f} s"
    allowed = each.allowed if each.allowed == "0" else f"{seen.most_plain}, {each.allowed}"
    return (
        f"| {each.id} | {each.fault} | {seen.occurrences} | {seen.loss} "
        f"| {seen.dup_key} | {seen.dup_plain} | {allowed} | {recovery} | {seen.note} |"
    )


def _cell(result: Result | str) -> str:
    return result if isinstance(result, str) else f"{result.loss} / {result.plain}"


def _is_failure(seen: Seen | str) -> bool:
    return isinstance(seen, str) and not seen.startswith("skipped")


def _git(*words: str) -> str:
    answer: Any = subprocess.run(
        ["git", *words], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return str(answer.stdout).strip()

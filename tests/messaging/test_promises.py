"""What docs/reminders.md promises: every guarantee and requirement, and a test that names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ((?:G|REM-)\d[^|]*?) \|.*\| ([^|]*) \|$", re.MULTILINE)
PROMISED = {f"G{number}" for number in range(1, 7)} | {f"REM-{n:02}" for n in range(1, 25)}
ROWS = {
    name: re.findall(r"`(?:tests/)?([\w/]+\.py)`", tested)
    for names, tested in ROW.findall((PROJECT / "docs/reminders.md").read_text("utf-8"))
    for name in names.split(", ")
}


def test_every_guarantee_and_requirement_has_its_row() -> None:
    assert set(ROWS) == PROMISED


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_a_test_that_the_row_names_says_what_it_is_for(name: str) -> None:
    texts = []
    for each in ROWS[name]:
        path = PROJECT / "tests" / each if "/" in each else Path(__file__).parent / each
        texts.append(path.read_text("utf-8"))
    assert any(re.search(rf"\b{name}\b", text) for text in texts), ROWS[name]

"""What laboratories of seven countries write, and how each of it must be read.

The readings were set down before anything was run. Whatever is not certain waits with a reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.monitoring.intake.messages import obx, only_line

_LINES = Path(__file__).with_name("countries.txt").read_text(encoding="utf-8").splitlines()[1:]
ROWS = [[cell.strip() for cell in line.split("|")] for line in _LINES]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[2]}")
def test_a_line_of_another_country_is_read_or_waits(row: list[str]) -> None:
    code, kind, value, unit, limits, *expected = row

    line = only_line(obx(code, value, unit, limits, kind=kind, flag=""))

    found = [line.analyte, line.value, line.comparator, line.unit, line.low, line.high]
    assert [*found, line.disposition.value] == expected
    assert line.why or line.disposition.value in {"stored", "not-monitored"}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        *[(letter, "cancelled") for letter in "XWD"],
        *[(letter, "preliminary") for letter in "PISRANO"],
        *[("", "preliminary"), ("FINAL", "preliminary"), ("f", "final"), ("C", "corrected")],
    ],
)
def test_a_status_that_is_not_plainly_final_meets_nothing(sent: str, status: str) -> None:
    assert only_line(obx(status=sent)).status.value == status

"""The fault matrix: what may be lost, and what may be repeated, when things break (G1–G6)."""

from __future__ import annotations

import pytest

from tests.faults import rows_broker, rows_database, rows_provider, rows_time, rows_workers
from tests.faults.conftest import SIZE
from tests.faults.matrix import ROWS, Row, hold_to
from tests.faults.rig import Rig

__all__ = ["rows_broker", "rows_database", "rows_provider", "rows_time", "rows_workers"]

IDS = {f"F-{number:02d}" for number in range(1, 27)}


@pytest.mark.django_db  # it is what makes the database that the rig copies
@pytest.mark.parametrize("each", [row for row in ROWS if row.fast], ids=lambda row: row.id)
def test_fault_loses_nothing_and_repeats_no_more_than_it_may(rig: Rig, each: Row) -> None:
    hold_to(each, each.play(rig, SIZE))


def test_every_fault_has_its_row() -> None:
    """F-25, a restored backup, is a drill of its own."""
    assert {row.id for row in ROWS} == IDS - {"F-25"}
    assert len(ROWS) == len(IDS) - 1

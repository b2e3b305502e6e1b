"""Every reason, check, owner and level has words for staff and for the patient."""

from __future__ import annotations

from enum import Enum

import pytest

from clinic import wording as staff
from portal import reason_table
from portal import wording as patient
from protocol.vocabulary import Check, Level, Owner, Reason


@pytest.mark.parametrize(
    ("table", "words"),
    [
        pytest.param(staff.REASONS, Reason, id="staff-reasons"),
        pytest.param(staff.CHECKS, Check, id="staff-checks"),
        pytest.param(staff.OWNERS, Owner, id="staff-owners"),
        pytest.param(staff.LEVELS, Level, id="staff-levels"),
        pytest.param(reason_table.REASONS, Reason, id="patient-reasons"),
        pytest.param(patient.CHECKS, Check, id="patient-checks"),
        pytest.param(patient.OWNERS, Owner, id="patient-owners"),
    ],
)
def test_a_table_of_words_is_total(table: dict[Enum, object], words: type[Enum]) -> None:
    assert set(words) - set(table) == set()
    assert [word for word in words if not table[word]] == []

"""Every reason, check, owner and level has words for staff, patient and pharmacist."""

from __future__ import annotations

from enum import Enum

import pytest

from clinic import wording as staff
from clinic.reasons import REST
from portal import reason_table
from portal import wording as patient
from portal.pharmacist_words import PHARMACIST_REST, PHARMACIST_WORDS
from protocol.vocabulary import Check, Level, Owner, Reason, Rest


@pytest.mark.parametrize(
    ("table", "words"),
    [
        pytest.param(staff.REASONS, Reason, id="staff-reasons"),
        pytest.param(staff.CHECKS, Check, id="staff-checks"),
        pytest.param(staff.OWNERS, Owner, id="staff-owners"),
        pytest.param(staff.LEVELS, Level, id="staff-levels"),
        pytest.param(REST, Rest, id="staff-rest"),
        pytest.param(PHARMACIST_REST, Rest, id="pharmacist-rest"),
        pytest.param(reason_table.REASONS, Reason, id="patient-reasons"),
        pytest.param(PHARMACIST_WORDS, Reason, id="pharmacist-reasons"),
        pytest.param(patient.CHECKS, Check, id="patient-checks"),
        pytest.param(patient.OWNERS, Owner, id="patient-owners"),
    ],
)
def test_a_table_of_words_is_total(table: dict[Enum, object], words: type[Enum]) -> None:
    assert set(words) - set(table) == set()
    assert [word for word in words if not table[word]] == []


@pytest.mark.parametrize("private", ["pregnan", "mood", "self-harm", "sexual", "liver"])
def test_pharmacist_is_told_nothing_private(private: str) -> None:
    assert [words for words in PHARMACIST_WORDS.values() if private in words.lower()] == []

"""Who a result belongs to: identifier and birth date, or the queue (field study B1, B2)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.intake.matching import Candidate, Matched, Unmatched, match
from monitoring.intake.report import PatientHints, PatientIdentifier

BORN = date(2004, 2, 10)
ADA = Candidate("ada", ("MRN-7001",), BORN)
BEA = Candidate("bea", ("MRN-7002",), date(1999, 9, 9))


def hints(*values: str, born: date | None = BORN) -> PatientHints:
    return PatientHints(tuple(PatientIdentifier(value) for value in values), born, "Example", "Ada")


def test_identifier_and_birth_date_together_match() -> None:
    assert match(hints("MRN-7001"), [ADA, BEA]) == Matched(ADA)


def test_any_one_of_several_identifiers_may_match() -> None:
    assert match(hints("X-1", " MRN-7001 "), [ADA, BEA]) == Matched(ADA)


@pytest.mark.parametrize(
    ("sent", "why", "suggested"),
    [
        (hints(), "no patient identifier", ()),
        (hints("", "  "), "no patient identifier", ()),
        (hints("MRN-9999"), "no patient of this clinic", ()),
        (hints("MRN-7001", born=None), "no birth date to confirm", (ADA,)),
        (hints("MRN-7001", born=date(2004, 10, 2)), "birth date differs", (ADA,)),
    ],
    ids=["none", "blank", "unknown", "no birth date", "another birth date"],
)
def test_anything_less_is_left_to_a_person(
    sent: PatientHints, why: str, suggested: tuple[Candidate, ...]
) -> None:
    answer = match(sent, [ADA, BEA])

    assert isinstance(answer, Unmatched)
    assert why in answer.why
    assert answer.suggestions == suggested
    assert not answer.ambiguous


def test_record_without_birth_date_is_never_matched() -> None:
    answer = match(hints("MRN-7001"), [Candidate("ada", ("MRN-7001",), None)])

    assert isinstance(answer, Unmatched)
    assert "record has no birth date" in answer.why


def test_identifiers_of_two_patients_are_ambiguous_even_if_one_birth_date_agrees() -> None:
    answer = match(hints("MRN-7001", "MRN-7002"), [ADA, BEA])

    assert isinstance(answer, Unmatched)
    assert answer.ambiguous
    assert set(answer.suggestions) == {ADA, BEA}


def test_same_patient_listed_twice_is_one_candidate() -> None:
    assert match(hints("MRN-7001"), [ADA, ADA]) == Matched(ADA)


@given(st.lists(st.sampled_from(["", " ", "\t"])), st.sampled_from([BORN, None]))
def test_empty_identifier_never_matches_an_empty_identifier(
    blanks: list[str], born: date | None
) -> None:
    nobody = Candidate("nobody", ("", " "), BORN)

    assert isinstance(match(hints(*blanks, born=born), [nobody]), Unmatched)

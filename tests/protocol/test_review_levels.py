"""A clinic may raise the level of a review code and never lower it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from protocol.findings import Finding
from protocol.gate import dose as dose_rules
from protocol.gate.decide import earliest_on
from protocol.policy import ClinicPolicy
from protocol.review_levels import OWN_LEVELS, NotRaised, read_levels, stricter
from protocol.vocabulary import Level, Reason
from tests.protocol.clinical_facts import weight
from tests.protocol.gate_questions import BLOCK, OVERRIDE, START, WARN, ask, levels, running

LONG = START + timedelta(weeks=20, days=1)


def judged(chosen: dict[Reason, Level]) -> dict[Reason, Finding]:
    """A course of more than 20 weeks, under a clinic's levels."""
    facts = running(weights=(weight(60, on=START), weight(60, on=LONG)))
    return ask(facts, dose_rules.RULES, on=LONG, policy=ClinicPolicy(review_levels=chosen))


@pytest.mark.parametrize(
    ("chosen", "level"),
    [
        ({}, WARN),
        ({Reason.COURSE_LENGTH: OVERRIDE}, OVERRIDE),
        ({Reason.COURSE_LENGTH: BLOCK}, BLOCK),
        ({Reason.COURSE_LENGTH: Level.ALLOW}, WARN),
        ({Reason.WEIGHT_STALE: BLOCK}, WARN),
    ],
)
def test_a_code_stops_as_hard_as_the_stricter_of_rule_book_and_clinic(
    chosen: dict[Reason, Level], level: Level
) -> None:
    assert levels(judged(chosen)) == {Reason.COURSE_LENGTH: level}


def test_no_later_day_makes_a_course_that_is_too_long_shorter() -> None:
    assert earliest_on(LONG, judged({Reason.COURSE_LENGTH: BLOCK}).values()) is None


def test_stored_words_become_levels() -> None:
    said = {"LAB_OVERDUE": "block", "LAB_T2": "override", "SYMPTOM_RED": "block"}
    assert read_levels(said) == {
        Reason.LAB_OVERDUE: BLOCK,
        Reason.LAB_T2: OVERRIDE,
        Reason.SYMPTOM_RED: BLOCK,
    }


@pytest.mark.parametrize(
    "said",
    [
        {"LAB_OVERDUE": "warn"},
        {"LAB_T2": "allow"},
        {"LAB_T2": "much"},
        {"TEST_MISSING": "block"},
        {"NO_SUCH_CODE": "block"},
    ],
)
def test_what_cannot_be_raised_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(NotRaised):
        read_levels(said)


def test_only_what_is_above_its_own_level_can_be_chosen() -> None:
    assert stricter(Reason.LAB_T2) == (OVERRIDE, BLOCK)
    assert stricter(Reason.MH_ITEM9) == (BLOCK,)
    assert stricter(Reason.SYMPTOM_RED) == ()
    assert min(OWN_LEVELS.values()) is WARN


@pytest.mark.parametrize(
    ("codes", "level"),
    [
        ("LAB_OVERDUE LAB_BASELINE_MISSING LAB_T3 LAB_T4", OVERRIDE),
        ("MH_ITEM9 MH_ITEM9_UNANSWERED MH_REVIEW SEXUAL_FN_REVIEW SYMPTOM_URGENT", OVERRIDE),
        ("LAB_UNIT_CONFIRM SYMPTOM_RED", BLOCK),
        ("LAB_T2 WEIGHT_STALE COURSE_LENGTH CUMULATIVE_ALERT", WARN),
        ("BLISTER_BROKEN TEST_CYCLE_DAY", WARN),
    ],
)
def test_every_review_code_has_the_rule_books_level(codes: str, level: Level) -> None:
    assert {OWN_LEVELS[Reason(code)] for code in codes.split()} == {level}

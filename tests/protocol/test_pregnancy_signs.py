"""What counts as a sign of pregnancy, and what answers it (US-23, CI-01)."""

from __future__ import annotations

from datetime import date

import pytest

from protocol.facts import Condition, PregnancyTest, Stopped
from protocol.pregnancy_signs import known_pregnancies, pregnancy_stands
from protocol.schedule import question_on
from protocol.vocabulary import TestResult, TestSetting
from tests.protocol.world import POLICY, days, in_order, sampled

BEGAN = date(2026, 12, 1)
POSITIVE = BEGAN + days(10)
TODAY = BEGAN + days(25)


def stands(*tests: PregnancyTest, **own: object) -> bool:
    facts = in_order(TODAY, fills=(BEGAN,), pregnancy_tests=tests, **own)
    return pregnancy_stands(question_on(facts, as_of=TODAY, policy=POLICY))


def positive(on: date = POSITIVE) -> PregnancyTest:
    return sampled(on, TestResult.POSITIVE)


def test_a_positive_test_stands_until_it_is_answered() -> None:
    assert stands(sampled(BEGAN), positive())


@pytest.mark.parametrize(
    ("setting", "answered"),
    [
        (TestSetting.CLINIC, True),
        (TestSetting.REMOTE_SUPERVISED, True),
        (TestSetting.HOME, False),
        (None, False),
    ],
)
def test_only_a_later_supervised_negative_answers_it(
    setting: TestSetting | None, answered: bool
) -> None:
    later = sampled(POSITIVE + days(2), setting=setting)
    assert stands(sampled(BEGAN), positive(), later) is not answered


def test_the_newest_supervised_negative_counts() -> None:
    assert not stands(sampled(BEGAN), positive(), sampled(POSITIVE + days(2)))
    assert stands(sampled(BEGAN), sampled(BEGAN + days(3)), positive())


def test_an_unclear_test_afterwards_answers_nothing() -> None:
    unclear = sampled(POSITIVE + days(2), TestResult.INDETERMINATE)
    assert stands(sampled(BEGAN), positive(), unclear)


@pytest.mark.parametrize(("on", "counts"), [(-1, False), (0, False), (1, True)])
def test_a_sign_of_before_the_last_stop_belongs_to_the_course_that_ended(
    on: int, counts: bool
) -> None:
    stop = BEGAN + days(5)
    ended = (Stopped(ref="stop", on=stop, last_dose=stop),)
    assert stands(positive(stop + days(on)), stopped=ended) is counts
    known = (Condition(ref="c", on=stop + days(on), name="pregnancy"),)
    assert stands(stopped=ended, conditions=known) is counts


@pytest.mark.parametrize(("name", "on"), [("diabetes", POSITIVE), ("pregnancy", TODAY + days(1))])
def test_another_condition_and_one_of_tomorrow_are_no_pregnancy(name: str, on: date) -> None:
    facts = in_order(TODAY, conditions=(Condition(ref="c", on=on, name=name),))
    assert list(known_pregnancies(facts, as_of=TODAY)) == []


def test_a_recorded_pregnancy_is_answered_by_no_test() -> None:
    known = (Condition(ref="c", on=POSITIVE, name="pregnancy"),)
    assert stands(sampled(BEGAN), sampled(POSITIVE + days(2)), conditions=known)

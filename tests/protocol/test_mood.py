"""PHQ-2, PHQ-9 and PHQ-A: bands, blanks, item 9, rise, and the lines shown in a crisis."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.crisis import crisis_lines, emergency_number
from protocol.facts import Questionnaire, Stopped
from protocol.mood import (
    BadAnswers,
    Item9,
    MoodAssessment,
    MoodLevel,
    Severity,
    assess,
    baseline_for,
    course_baseline,
    instrument_name,
    is_quiet,
    newest_assessment,
    score_of,
    severity_of,
)
from protocol.vocabulary import Instrument
from tests.protocol.clinical_facts import DAY, course, dose


def phq9(*answers: int | None, on: date = DAY) -> Questionnaire:
    return Questionnaire(ref=f"q-{on}", on=on, instrument=Instrument.PHQ9, answers=answers)


def phq2(*answers: int | None, on: date = DAY) -> Questionnaire:
    return Questionnaire(ref=f"q-{on}", on=on, instrument=Instrument.PHQ2, answers=answers)


def total(score: int, *, ninth: int | None = 0, on: date = DAY) -> Questionnaire:
    """A PHQ-9 whose first eight items add up to a score."""
    answers = [0] * 8
    for item in range(score):
        answers[item % 8] += 1
    return phq9(*answers, ninth, on=on)


def judged(questionnaire: Questionnaire, baseline: Questionnaire | None = None) -> MoodAssessment:
    return assess(questionnaire, baseline=baseline, country="US")


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        (0, Severity.MINIMAL),
        (4, Severity.MINIMAL),
        (5, Severity.MILD),
        (9, Severity.MILD),
        (10, Severity.MODERATE),
        (14, Severity.MODERATE),
        (15, Severity.MODERATELY_SEVERE),
        (19, Severity.MODERATELY_SEVERE),
        (20, Severity.SEVERE),
        (27, Severity.SEVERE),
    ],
)
def test_severity_band_changes_exactly_at_its_edge(score: int, severity: Severity) -> None:
    assert severity_of(score) is severity


@pytest.mark.parametrize("score", [-1, 28])
def test_total_that_does_not_exist_is_refused(score: int) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        severity_of(score)


@pytest.mark.parametrize(
    ("answers", "score", "prorated"),
    [
        ((1, 1, 1, 1, 1, 1, 1, 1, 1), 9, False),
        ((None, 1, 1, 1, 1, 1, 1, 1, 1), 9, True),
        ((None, 2, 1, 1, 1, 1, 1, 1, 0), 9, True),  # 8 x 9 / 8
        ((None, None, 1, 1, 1, 1, 1, 1, 1), 9, True),
        ((None, None, 1, 1, 1, 1, 1, 1, 0), 8, True),  # 6 x 9 / 7 = 7.71
        ((None, 1, 1, 1, 1, 0, 0, 0, 0), 5, True),  # 4 x 9 / 8 = 4.5, half up
        ((None, 2, 0, 0, 0, 0, 0, 0, 0), 2, True),  # 2.25
        ((None, None, None, 3, 3, 3, 3, 3, 3), None, False),
    ],
)
def test_up_to_two_blanks_are_made_up_for_and_three_give_no_score(
    answers: tuple[int | None, ...], score: int | None, prorated: bool
) -> None:
    assert score_of(phq9(*answers)) == (score, prorated)


@pytest.mark.parametrize(
    ("questionnaire", "level"),
    [
        (total(0), MoodLevel.NONE),
        (total(9), MoodLevel.NONE),
        (total(10), MoodLevel.REVIEW_BEFORE_NEXT),
        (total(14), MoodLevel.REVIEW_BEFORE_NEXT),
        (total(15), MoodLevel.REVIEW_1_WORKING_DAY),
        (total(24), MoodLevel.REVIEW_1_WORKING_DAY),
        (total(0, ninth=1), MoodLevel.RED),
        (total(24, ninth=3), MoodLevel.RED),
        (total(0, ninth=None), MoodLevel.REVIEW_BEFORE_NEXT),
        (total(16, ninth=None), MoodLevel.REVIEW_1_WORKING_DAY),
        (phq9(None, None, None, 0, 0, 0, 0, 0, 0), MoodLevel.REVIEW_BEFORE_NEXT),
    ],
)
def test_level_follows_total_and_item_nine(questionnaire: Questionnaire, level: MoodLevel) -> None:
    assert judged(questionnaire).level is level


@pytest.mark.parametrize(
    ("before", "after", "asked"), [(0, 4, False), (0, 5, True), (4, 9, True), (9, 3, False)]
)
def test_rise_of_five_asks_for_a_review(before: int, after: int, asked: bool) -> None:
    assessment = judged(total(after), total(before, on=DAY - timedelta(days=30)))
    assert (assessment.asks_review, assessment.rise) == (asked, after - before)


def test_item_nine_is_never_made_up() -> None:
    high = judged(phq9(3, 3, 3, 3, 3, 3, 3, 3, None))
    assert (high.item9, high.score, high.prorated) == (Item9.UNANSWERED, 27, True)
    assert judged(total(3, ninth=1)).item9 is Item9.YES
    assert judged(total(3)).item9 is Item9.NO


@pytest.mark.parametrize(
    ("questionnaire", "shown"),
    [(total(9), False), (total(14), False), (total(15), True), (total(0, ninth=1), True)],
)
def test_crisis_lines_are_shown_when_a_clinician_must_look_soon(
    questionnaire: Questionnaire, shown: bool
) -> None:
    assert judged(questionnaire).crisis_lines == (("988", "911") if shown else ())


def test_blank_item_nine_shows_the_crisis_lines_too() -> None:
    assert judged(total(0, ninth=None)).crisis_lines == ("988", "911")


@pytest.mark.parametrize(
    ("answers", "score", "offered"),
    [
        ((1, 1), 2, False),
        ((2, 1), 3, True),
        ((3, 3), 6, True),
        ((None, 0), None, True),
        ((None, None), None, True),
    ],
)
def test_phq2_of_three_or_a_blank_that_could_make_it_offers_the_phq9(
    answers: tuple[int | None, ...], score: int | None, offered: bool
) -> None:
    assessment = judged(phq2(*answers))
    assert (assessment.score, assessment.offer_phq9) == (score, offered)
    assert (assessment.level, assessment.severity, assessment.item9) == (MoodLevel.NONE, None, None)
    assert (assessment.prorated, assessment.asks_review) == (False, False)


@pytest.mark.parametrize("score", [2, 3, 27])
def test_phq9_never_offers_itself(score: int) -> None:
    assert not judged(total(min(score, 24), ninth=max(score - 24, 0))).offer_phq9


@pytest.mark.parametrize(
    "bad", [phq9(1, 2), phq9(*[0] * 10), phq9(4, *[0] * 8), phq9(-1, *[0] * 8), phq2(1, 1, 1)]
)
def test_answers_that_do_not_belong_are_refused(bad: Questionnaire) -> None:
    with pytest.raises(BadAnswers):
        judged(bad)


@pytest.mark.parametrize(
    ("instrument", "age", "name"),
    [
        (Instrument.PHQ9, 10, "PHQ-9"),
        (Instrument.PHQ9, 11, "PHQ-A"),
        (Instrument.PHQ9, 17, "PHQ-A"),
        (Instrument.PHQ9, 18, "PHQ-9"),
        (Instrument.PHQ9, None, "PHQ-9"),
        (Instrument.PHQ2, 15, "PHQ-2"),
    ],
)
def test_phq9_is_called_phq_a_from_eleven_to_seventeen(
    instrument: Instrument, age: int | None, name: str
) -> None:
    assert instrument_name(instrument, age) == name


def test_baseline_is_the_first_of_the_course_and_not_of_an_earlier_one() -> None:
    old = total(0, on=DAY - timedelta(days=200))
    first = total(6, on=DAY - timedelta(days=3))
    now = total(9, on=DAY + timedelta(days=30))
    facts = course(
        questionnaires=(old, first, now),
        doses=(dose(40, on=DAY - timedelta(days=190)), dose(40, on=DAY)),
        stopped=(
            Stopped(ref="s", on=DAY - timedelta(days=90), last_dose=DAY - timedelta(days=90)),
        ),
    )
    newest = newest_assessment(facts, as_of=DAY + timedelta(days=30))
    assert newest is not None and (newest.questionnaire, newest.rise) == (now, 3)
    earlier = newest_assessment(facts, as_of=DAY)
    assert earlier is not None and (earlier.questionnaire, earlier.rise) == (first, None)


def test_baseline_is_the_first_phq9_that_has_a_score() -> None:
    short = phq2(1, 1, on=DAY - timedelta(days=9))
    blank = phq9(*[None] * 3, *[0] * 6, on=DAY - timedelta(days=8))
    first = total(2, on=DAY - timedelta(days=7))
    second = total(7, on=DAY)
    facts = course(questionnaires=(short, blank, first, second))
    assert course_baseline(facts, as_of=DAY) is first
    assert baseline_for(facts, second, as_of=DAY) is first
    assert baseline_for(facts, first, as_of=DAY) is None
    assert baseline_for(facts, blank, as_of=DAY) is None
    assert baseline_for(course(), second, as_of=DAY) is None


@pytest.mark.parametrize(("days", "counts"), [(0, False), (1, True)])
def test_answers_after_a_stop_are_the_baseline_of_the_next_course(days: int, counts: bool) -> None:
    last_dose = DAY - timedelta(days=60)
    asked = total(3, on=last_dose + timedelta(days=days))
    facts = course(
        questionnaires=(asked,),
        doses=(dose(40, on=DAY - timedelta(days=200)),),
        stopped=(Stopped(ref="s", on=last_dose, last_dose=last_dose),),
    )
    assert course_baseline(facts, as_of=DAY) is (asked if counts else None)
    assert course_baseline(facts, as_of=last_dose - timedelta(days=1)) is asked
    begun = replace(facts, doses=(*facts.doses, dose(40, on=DAY)))
    assert course_baseline(begun, as_of=DAY) is (asked if counts else None)


def test_newer_baseline_is_not_compared_with() -> None:
    assert judged(total(9), total(0, on=DAY + timedelta(days=1))).rise is None
    other_of_the_day = total(0)
    assert judged(total(9), other_of_the_day).rise == 9


def test_second_questionnaire_of_a_day_is_compared_with_the_first() -> None:
    first, second = total(2), replace(total(8), ref="later")
    facts = course(questionnaires=(first, second))
    assert baseline_for(facts, second, as_of=DAY) is first
    assert baseline_for(facts, first, as_of=DAY) is None


def test_nothing_asked_has_no_assessment() -> None:
    assert newest_assessment(course(), as_of=DAY) is None


ANSWERS = st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=9, max_size=9)


@given(answers=ANSWERS, before=st.one_of(st.none(), st.integers(0, 24)))
def test_quiet_questionnaire_is_one_that_asks_for_nobody(
    answers: list[int | None], before: int | None
) -> None:
    baseline = None if before is None else total(before, on=DAY - timedelta(days=30))
    assessment = judged(phq9(*answers), baseline)
    quiet = is_quiet(phq9(*answers), baseline=baseline)
    assert quiet is (assessment.level is MoodLevel.NONE)


@pytest.mark.parametrize(
    ("questionnaire", "before", "quiet"),
    [
        (total(4), 0, True),
        (total(5), 0, False),
        (total(5), 1, True),
        (total(9), None, True),
        (total(10), None, False),
        (total(0, ninth=1), None, False),
        (total(0, ninth=None), None, False),
        (phq2(3, 3), None, True),
    ],
)
def test_quiet_questionnaire_has_no_total_rise_or_thought_to_look_at(
    questionnaire: Questionnaire, before: int | None, quiet: bool
) -> None:
    baseline = None if before is None else total(before, on=DAY - timedelta(days=30))
    assert is_quiet(questionnaire, baseline=baseline) is quiet


@given(answers=ANSWERS, item=st.integers(0, 8))
def test_worse_answer_never_makes_the_level_milder(answers: list[int | None], item: int) -> None:
    answer = answers[item]
    if answer is None or answer == 3:
        return
    worse = [*answers[:item], answer + 1, *answers[item + 1 :]]
    order = list(MoodLevel)
    before, after = judged(phq9(*answers)), judged(phq9(*worse))
    assert order.index(after.level) >= order.index(before.level)


@pytest.mark.parametrize(
    ("country", "lines", "emergency"),
    [
        ("US", ("988", "911"), "911"),
        ("GB", ("999", "111 option 2", "116 123", "85258"), "999"),
        ("uk", ("999", "111 option 2", "116 123", "85258"), "999"),
        ("CA", ("988",), "911"),
        ("AU", ("13 11 14", "000"), "000"),
        ("IE", ("116 123", "112"), "112"),
        ("FR", ("112",), "112"),
        ("ES", ("112",), "112"),
        ("unknown", ("findahelpline.com",), ""),
        ("", ("findahelpline.com",), ""),
        ("NZ", ("findahelpline.com",), ""),
    ],
)
def test_crisis_lines_are_those_of_the_country_and_no_number_is_guessed(
    country: str, lines: tuple[str, ...], emergency: str
) -> None:
    assert (crisis_lines(country), emergency_number(country)) == (lines, emergency)

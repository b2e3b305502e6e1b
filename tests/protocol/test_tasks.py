"""Which kinds of task are open on a day: a task closes because something was done."""

from __future__ import annotations

from datetime import date

import pytest

from protocol.facts import (
    Condition,
    LabAcknowledged,
    Questionnaire,
    Reviewed,
    SexualFunctionAsked,
    Stopped,
    Symptom,
)
from protocol.tasks import TaskKind, open_tasks
from protocol.vocabulary import (
    Category,
    Instrument,
    ReviewOf,
    SexualFunction,
    TestResult,
)
from tests.protocol.world import POLICY, days, drawn, in_order, sampled

BEGAN = date(2026, 12, 1)
LATER = date(2026, 12, 20)


def tasks(on: date, **own: object) -> set[TaskKind]:
    """What is open in a running course that is otherwise in order."""
    facts = in_order(BEGAN, fills=(BEGAN,), **own)
    return set(open_tasks(facts, as_of=on, policy=POLICY))


def test_a_course_in_order_has_only_the_notice_about_blood() -> None:
    assert tasks(LATER) == {TaskKind.BLOOD_DONATION_NOTICE}


def test_test_and_check_in_open_a_week_before_the_supply_ends() -> None:
    opens = BEGAN + days(23)

    assert not {TaskKind.PREGNANCY_TEST, TaskKind.CHECK_IN} & tasks(opens - days(1))
    assert {TaskKind.PREGNANCY_TEST, TaskKind.CHECK_IN} <= tasks(opens)


@pytest.mark.parametrize(
    ("alt", "opened"), [("80", False), ("81", True), ("121", True), ("-1", True)]
)
def test_a_result_of_tier_2_or_in_doubt_is_reviewed(alt: str, opened: bool) -> None:
    results = drawn(LATER, alt=(alt, "U/L", "40"), triglycerides=("85", "mg/dL", "150"))

    assert (TaskKind.REVIEW_LAB in tasks(LATER, labs=results)) is opened


def test_an_acknowledged_result_is_settled() -> None:
    results = drawn(LATER, alt=("121", "U/L", "40"), triglycerides=("85", "mg/dL", "150"))
    read = LabAcknowledged(ref="read", on=LATER + days(1), plan="repeat in a week")

    open_then = tasks(LATER, labs=results, lab_acknowledged=(read,))
    open_after = tasks(LATER + days(1), labs=results, lab_acknowledged=(read,))

    assert TaskKind.REVIEW_LAB in open_then
    assert TaskKind.REVIEW_LAB not in open_after


@pytest.mark.parametrize(
    ("answers", "opened"),
    [
        ((0,) * 8 + (1,), True),
        ((0,) * 8 + (None,), True),
        ((2, 2, 2, 2, 2, 0, 0, 0, 0), True),
        ((1, 1, 1, 1, 0, 0, 0, 0, 0), False),
    ],
)
def test_answers_that_ask_for_a_clinician_open_a_review_until_one_looked(
    answers: tuple[int | None, ...], opened: bool
) -> None:
    asked = Questionnaire(ref="phq", on=LATER, instrument=Instrument.PHQ9, answers=answers)
    looked = Reviewed(ref="looked", on=LATER, of=ReviewOf.MENTAL_HEALTH)

    assert (TaskKind.REVIEW_MENTAL_HEALTH in tasks(LATER, questionnaires=(asked,))) is opened
    assert TaskKind.REVIEW_MENTAL_HEALTH not in tasks(
        LATER, questionnaires=(asked,), reviewed=(looked,)
    )


def test_a_later_better_questionnaire_settles_nothing() -> None:
    alarming = Questionnaire(
        ref="phq-1", on=BEGAN, instrument=Instrument.PHQ9, answers=(0,) * 8 + (2,)
    )
    calm = Questionnaire(ref="phq-2", on=LATER, instrument=Instrument.PHQ9, answers=(0,) * 9)

    assert TaskKind.REVIEW_MENTAL_HEALTH in tasks(LATER, questionnaires=(alarming, calm))


@pytest.mark.parametrize(
    ("code", "opened"), [("dry-lips", False), ("night-vision", True), ("jaundice", True)]
)
def test_urgent_and_red_symptoms_are_reviewed(code: str, opened: bool) -> None:
    reported = Symptom(ref="symptom", on=LATER, code=code)

    assert (TaskKind.REVIEW_SYMPTOM in tasks(LATER, symptoms=(reported,))) is opened


def test_a_bothersome_change_is_reviewed() -> None:
    asked = SexualFunctionAsked(ref="asked", on=LATER, answer=SexualFunction.BOTHERSOME)

    assert TaskKind.REVIEW_SEXUAL_FUNCTION in tasks(LATER, sexual_function=(asked,))


PREGNANT = {TaskKind.STOP_TREATMENT, TaskKind.REPORT_PREGNANCY, TaskKind.REFER_OBGYN}


def test_a_pregnancy_in_treatment_is_stopped_reported_and_referred() -> None:
    first = (sampled(BEGAN - days(40)), sampled(BEGAN))

    positive = tasks(LATER, pregnancy_tests=(*first, sampled(LATER, TestResult.POSITIVE)))
    in_blood = tasks(LATER, labs=drawn(LATER, hcg=("26", "IU/L", "5")))
    known = tasks(LATER, conditions=(Condition(ref="c", on=LATER, name="pregnancy"),))

    assert positive >= PREGNANT
    assert in_blood >= PREGNANT
    assert known >= PREGNANT
    assert not PREGNANT & tasks(LATER, labs=drawn(LATER, hcg=("25", "IU/L", "5")))


def test_a_positive_test_that_was_reported_counts_until_a_clinician_has_looked() -> None:
    reported = Symptom(ref="late", on=LATER, code="late-period", features=("positive-test",))
    looked = Reviewed(ref="seen", on=LATER, of=ReviewOf.SYMPTOM)

    assert tasks(LATER, symptoms=(reported,)) >= PREGNANT | {TaskKind.REVIEW_SYMPTOM}
    assert not PREGNANT & tasks(LATER, symptoms=(reported,), reviewed=(looked,))
    other = Symptom(ref="late", on=LATER, code="late-period")
    assert not PREGNANT & tasks(LATER, symptoms=(other,))


@pytest.mark.parametrize(
    "sign",
    [
        {"pregnancy_tests": (sampled(LATER, TestResult.POSITIVE),)},
        {"labs": drawn(LATER, hcg=("26", "IU/L", "5"))},
        {"conditions": (Condition(ref="c", on=LATER, name="pregnancy"),)},
        {
            "symptoms": (
                Symptom(ref="s", on=LATER, code="unprotected-sex", features=("positive-test",)),
            )
        },
    ],
)
def test_nothing_of_the_next_supply_is_asked_for_while_a_pregnancy_stands(
    sign: dict[str, object],
) -> None:
    month_end = BEGAN + days(30)
    supply = {TaskKind.PREGNANCY_TEST, TaskKind.CHECK_IN, TaskKind.LAB}
    assert supply & tasks(month_end)
    assert not supply & tasks(month_end, **sign)


def test_a_positive_test_before_treatment_needs_no_report() -> None:
    facts = in_order(LATER, pregnancy_tests=(sampled(LATER, TestResult.POSITIVE),))

    assert not PREGNANT & set(open_tasks(facts, as_of=LATER, policy=POLICY))


def test_after_the_course_tests_blood_and_the_last_question_remain() -> None:
    stopped = Stopped(ref="stopped", on=LATER, last_dose=LATER)
    after = tasks(LATER + days(1), stopped=(stopped,))

    assert after == {
        TaskKind.PREGNANCY_TEST,
        TaskKind.ASK_SEXUAL_FUNCTION,
        TaskKind.BLOOD_DONATION_NOTICE,
    }


def test_blood_may_be_given_from_the_31st_day_on() -> None:
    stopped = Stopped(ref="stopped", on=LATER, last_dose=LATER)

    assert TaskKind.BLOOD_DONATION_NOTICE in tasks(LATER + days(30), stopped=(stopped,))
    assert TaskKind.BLOOD_DONATION_NOTICE not in tasks(LATER + days(31), stopped=(stopped,))


def test_patients_who_cannot_become_pregnant_have_no_tests() -> None:
    facts = in_order(BEGAN, category=Category.NCP, fills=(BEGAN,))
    found = open_tasks(facts, as_of=BEGAN + days(30), policy=POLICY)

    assert TaskKind.PREGNANCY_TEST not in found
    assert TaskKind.CHECK_IN in found

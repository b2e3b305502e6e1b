"""Laboratory results at the gate: levels, days, and what clears a finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from protocol.facts import (
    LabAcknowledged,
    LabResult,
    PregnancyTest,
    Stopped,
)
from protocol.gate import labs
from protocol.vocabulary import (
    Action,
    Level,
    Reason,
    TestResult,
    TestSetting,
)
from tests.protocol.clinical_facts import WOMAN, course, result
from tests.protocol.gate_questions import (
    ALLOW,
    BLOCK,
    LATER,
    OVERRIDE,
    START,
    WARN,
    ask,
    levels,
    running,
)


def draw(on: date, alt: object = 20, triglycerides: object = 100) -> tuple[LabResult, ...]:
    return (
        result("alt", alt, "U/L", 40, on=on),
        result("triglycerides", triglycerides, "mg/dL", on=on, fasting=True),
    )


@pytest.mark.parametrize(
    ("collected", "missing"),
    [
        (date(2025, 2, 2), True),
        (date(2025, 2, 3), False),
        (date(2025, 3, 3), False),
    ],
)
def test_baseline_is_valid_for_a_calendar_month(collected: date, missing: bool) -> None:
    found = ask(course(labs=draw(collected)), labs.RULES, on=START, action=Action.START)
    assert levels(found) == ({Reason.LAB_BASELINE_MISSING: OVERRIDE} if missing else {})


def test_baseline_needs_both_alt_and_triglycerides() -> None:
    for only in draw(START):
        found = ask(course(labs=(only,)), labs.RULES, on=START, action=Action.START)
        assert levels(found) == {Reason.LAB_BASELINE_MISSING: OVERRIDE}


def test_baseline_that_is_missing_is_named_and_no_other_analyte_stands_in_for_it() -> None:
    alt, triglycerides = draw(START)
    ast = result("ast", 20, "U/L", 40, on=START)
    cholesterol = result("cholesterol", 150, "mg/dL", 200, on=START)
    for had, named in [((alt, cholesterol), "triglycerides"), ((triglycerides, ast), "alt")]:
        found = ask(course(labs=had), labs.RULES, on=START, action=Action.START)
        assert found[Reason.LAB_BASELINE_MISSING].detail == (("analyte", named),)


@pytest.mark.parametrize(
    ("last_dose", "missing"), [(date(2025, 2, 10), True), (date(2025, 2, 9), False)]
)
def test_draw_of_the_course_before_is_no_baseline(last_dose: date, missing: bool) -> None:
    facts = course(
        labs=draw(date(2025, 2, 10)),
        stopped=(Stopped(ref="s", on=last_dose, last_dose=last_dose),),
    )
    found = ask(facts, labs.RULES, on=START, action=Action.START)
    assert (Reason.LAB_BASELINE_MISSING in found) is missing


def test_finding_names_the_analytes_of_its_tier_and_their_rule() -> None:
    found = ask(running(labs=draw(LATER, alt=90, triglycerides=640)), labs.RULES)
    finding = found[Reason.LAB_T3]
    assert (finding.rule, finding.detail) == ("LAB-8", (("analyte", "triglycerides"),))
    mild = ask(running(labs=draw(LATER, alt=60)), labs.RULES)[Reason.LAB_T1]
    assert (mild.rule, mild.detail) == ("LAB-7", (("analyte", "alt"),))


def test_baseline_is_not_asked_about_later() -> None:
    assert Reason.LAB_BASELINE_MISSING not in ask(running(), labs.RULES)


@pytest.mark.parametrize(("on", "overdue"), [(date(2025, 4, 10), False), (date(2025, 4, 11), True)])
def test_draw_is_overdue_from_the_eighth_day(on: date, overdue: bool) -> None:
    found = ask(running(labs=draw(START)), labs.RULES, on=on)
    assert levels(found) == ({Reason.LAB_OVERDUE: OVERRIDE} if overdue else {})


@pytest.mark.parametrize(
    ("alt", "expected"),
    [
        (40, {}),
        (41, {Reason.LAB_T1: ALLOW}),
        (81, {Reason.LAB_T2: WARN}),
        (121, {Reason.LAB_T3: OVERRIDE}),
        (201, {Reason.LAB_T4: OVERRIDE}),
    ],
)
def test_tier_has_its_level_until_acknowledged(alt: int, expected: dict[Reason, Level]) -> None:
    facts = running(labs=draw(LATER, alt=alt))
    assert levels(ask(facts, labs.RULES)) == expected
    seen = replace(
        facts, lab_acknowledged=(LabAcknowledged(ref="a", on=LATER, plan="half the dose"),)
    )
    left = {reason: level for reason, level in expected.items() if reason is Reason.LAB_T1}
    assert levels(ask(seen, labs.RULES)) == left


def test_only_the_highest_tier_is_said() -> None:
    found = ask(running(labs=draw(LATER, alt=90, triglycerides=640)), labs.RULES)
    assert levels(found) == {Reason.LAB_T3: OVERRIDE}


def test_acknowledged_t3_leaves_an_unacknowledged_t2() -> None:
    early = LATER - timedelta(days=3)
    facts = running(
        labs=(*draw(early, triglycerides=640), result("ck", 700, "U/L", 200, on=LATER)),
        lab_acknowledged=(LabAcknowledged(ref="a", on=early, plan="half the dose"),),
    )
    assert levels(ask(facts, labs.RULES)) == {Reason.LAB_T2: WARN}


def test_implausible_value_blocks_until_confirmed() -> None:
    odd = result("triglycerides", 5, "mg/dL", on=LATER)
    facts = running(labs=(*draw(LATER), odd))
    assert levels(ask(facts, labs.RULES)) == {Reason.LAB_UNIT_CONFIRM: BLOCK}
    confirmed = running(labs=(*draw(LATER), replace(odd, confirmed=True)))
    assert levels(ask(confirmed, labs.RULES)) == {}


@pytest.mark.parametrize(
    ("programme", "level"), [("us-ipledge", OVERRIDE), ("uk-mhra", BLOCK), ("au", BLOCK)]
)
@pytest.mark.parametrize(("triglycerides", "raised"), [(500, False), (501, True)])
def test_markedly_raised_lipids_speak_against_a_start(
    programme: str, level: Level, triglycerides: int, raised: bool
) -> None:
    facts = course(
        programme=programme,
        labs=draw(START, triglycerides=triglycerides),
        lab_acknowledged=(LabAcknowledged(ref="a", on=START, plan="diet"),),
    )
    found = ask(facts, labs.RULES, on=START, action=Action.START)
    assert levels(found) == ({Reason.CONDITION_LIPIDS: level} if raised else {})


def test_raised_lipids_under_treatment_are_no_contraindication() -> None:
    found = ask(running(labs=draw(LATER, triglycerides=640)), labs.RULES)
    assert Reason.CONDITION_LIPIDS not in found


@pytest.mark.parametrize(
    ("value", "reason"),
    [(4.9, None), (5, Reason.TEST_INDETERMINATE), (25, Reason.TEST_INDETERMINATE)]
    + [(25.1, Reason.TEST_POSITIVE)],
)
def test_blood_hcg_blocks_from_five(value: float, reason: Reason | None) -> None:
    facts = running(labs=(*draw(LATER), result("hcg", value, "IU/L", on=LATER)))
    found = ask(facts, labs.RULES)
    assert (reason in found) is (reason is not None)
    assert all(found[code].level is BLOCK for code in found if code is reason)
    if reason is Reason.TEST_INDETERMINATE:
        assert found[reason].remedy_on == LATER + timedelta(days=2)


@pytest.mark.parametrize(
    ("days", "setting", "cleared"),
    [
        (0, TestSetting.CLINIC, False),
        (1, TestSetting.CLINIC, True),
        (1, TestSetting.HOME, False),
    ],
)
def test_blood_hcg_stands_until_a_later_supervised_negative_test(
    days: int, setting: TestSetting, cleared: bool
) -> None:
    negative = PregnancyTest(
        ref="t", on=LATER + timedelta(days=days), result=TestResult.NEGATIVE, setting=setting
    )
    facts = running(
        person=WOMAN, labs=(result("hcg", 30, "IU/L", on=LATER),), pregnancy_tests=(negative,)
    )
    found = ask(facts, labs.RULES, on=LATER + timedelta(days=2))
    assert (Reason.TEST_POSITIVE not in found) is cleared

"""The clinical rows of the gate: labs, mood, sexual function, symptoms, dose and supply."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from protocol.facts import (
    Condition,
    CourseFacts,
    Dispensed,
    LabAcknowledged,
    LabResult,
    PregnancyTest,
    Prescribed,
    Questionnaire,
    Reviewed,
    SexualFunctionAsked,
    Stopped,
    Supply,
    Symptom,
)
from protocol.findings import Finding
from protocol.gate import dose as dose_rules
from protocol.gate import labs, mood, sexual_function, supply, symptoms
from protocol.gate.decide import judge
from protocol.gate.question import Question, Rule
from protocol.policy import ClinicPolicy
from protocol.programmes import edition_for
from protocol.vocabulary import (
    Action,
    Category,
    Formulation,
    Instrument,
    Level,
    Reason,
    ReviewOf,
    SexualFunction,
    TestResult,
    TestSetting,
)
from tests.protocol.clinical_facts import MAN, POLICY, WOMAN, course, dose, result, weight

START = date(2025, 3, 3)
LATER = date(2025, 4, 2)
ALLOW, WARN, OVERRIDE, BLOCK = Level.ALLOW, Level.WARN, Level.OVERRIDE, Level.BLOCK


def ask(
    facts: CourseFacts,
    rules: tuple[Rule, ...],
    *,
    on: date = LATER,
    action: Action = Action.PRESCRIBE,
    policy: ClinicPolicy = POLICY,
    handed: Supply | None = None,
) -> dict[Reason, Finding]:
    """Findings of some rules by reason, for one question at noon UTC of a day."""
    question = Question(
        facts=facts,
        action=action,
        at=datetime.combine(on, time(17), tzinfo=UTC),
        on=on,
        edition=edition_for(facts.programme, on, policy=policy),
        policy=policy,
        supply=handed,
    )
    return {finding.reason: finding for finding in judge(question, rules).findings}


def levels(found: dict[Reason, Finding]) -> dict[Reason, Level]:
    return {reason: finding.level for reason, finding in found.items()}


def running(**facts: object) -> CourseFacts:
    """A course that was filled and dosed from the start on."""
    plain: dict[str, object] = {
        "weights": (weight(60, on=START),),
        "doses": (dose(40, on=START),),
        "dispensed": (Dispensed(ref="fill", on=START, rma="R1"),),
    }
    return course(**{**plain, **facts})


def draw(on: date, alt: object = 20, triglycerides: object = 100) -> tuple[LabResult, ...]:
    return (
        result("alt", alt, "U/L", 40, on=on),
        result("triglycerides", triglycerides, "mg/dL", on=on, fasting=True),
    )


# Laboratory


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


# Mental health


def phq9(total: int, *, ninth: int | None = 0, on: date = LATER) -> Questionnaire:
    answers = [total // 8 + (item < total % 8) for item in range(8)]
    return Questionnaire(
        ref=f"q-{on}", on=on, instrument=Instrument.PHQ9, answers=(*answers, ninth)
    )


@pytest.mark.parametrize(
    ("questionnaire", "expected"),
    [
        (phq9(9), {}),
        (phq9(10), {Reason.MH_REVIEW: OVERRIDE}),
        (phq9(20), {Reason.MH_REVIEW: OVERRIDE}),
        (phq9(0, ninth=1), {Reason.MH_ITEM9: OVERRIDE}),
        (phq9(20, ninth=2), {Reason.MH_ITEM9: OVERRIDE}),
        (phq9(0, ninth=None), {Reason.MH_ITEM9_UNANSWERED: OVERRIDE}),
        (
            phq9(12, ninth=None),
            {Reason.MH_ITEM9_UNANSWERED: OVERRIDE, Reason.MH_REVIEW: OVERRIDE},
        ),
    ],
)
def test_questionnaire_stands_until_it_is_reviewed(
    questionnaire: Questionnaire, expected: dict[Reason, Level]
) -> None:
    facts = running(questionnaires=(questionnaire,))
    assert levels(ask(facts, mood.RULES)) == expected
    clean_later = replace(facts, questionnaires=(questionnaire, phq9(0, on=date(2025, 4, 5))))
    assert set(ask(clean_later, mood.RULES, on=date(2025, 4, 6))) == set(expected)
    review = Reviewed(ref="r", on=LATER, of=ReviewOf.MENTAL_HEALTH)
    assert levels(ask(replace(facts, reviewed=(review,)), mood.RULES)) == {}
    too_early = replace(review, on=LATER - timedelta(days=1))
    assert levels(ask(replace(facts, reviewed=(too_early,)), mood.RULES)) == expected


def test_rise_of_five_from_baseline_asks_for_a_review() -> None:
    facts = running(questionnaires=(phq9(1, on=START), phq9(6)))
    assert levels(ask(facts, mood.RULES)) == {Reason.MH_REVIEW: OVERRIDE}


@pytest.mark.parametrize(
    ("programme", "on", "level"),
    [
        ("us-ipledge", START, WARN),
        ("uk-mhra", START, OVERRIDE),
        ("uk-mhra", date(2023, 10, 30), WARN),
        ("au", START, OVERRIDE),
        ("eu-ppp", START, WARN),
    ],
)
def test_missing_questionnaire_has_the_level_of_the_edition(
    programme: str, on: date, level: Level
) -> None:
    found = ask(course(programme=programme), mood.RULES, on=on, action=Action.START)
    assert levels(found) == {Reason.PROM_MISSING: level}


@pytest.mark.parametrize(
    ("programme", "asked", "missing"),
    [
        ("uk-mhra", START, True),
        ("uk-mhra", START + timedelta(days=1), False),
        ("us-ipledge", START, False),
    ],
)
def test_united_kingdom_asks_again_for_every_prescription(
    programme: str, asked: date, missing: bool
) -> None:
    facts = running(programme=programme, questionnaires=(phq9(0, on=asked),))
    assert (Reason.PROM_MISSING in ask(facts, mood.RULES)) is missing


@pytest.mark.parametrize(
    ("answers", "followed", "missing"),
    [
        ((1, 1), False, False),
        ((2, 1), False, True),
        ((2, 1), True, False),
        ((None, 1), False, True),
    ],
)
def test_raised_phq2_is_not_enough_without_the_phq9(
    answers: tuple[int | None, ...], followed: bool, missing: bool
) -> None:
    short = Questionnaire(ref="q2", on=LATER, instrument=Instrument.PHQ2, answers=answers)
    asked = (phq9(0), short) if followed else (short,)
    found = ask(running(questionnaires=asked), mood.RULES)
    assert (Reason.PROM_MISSING in found) is missing


# Sexual function


def answered(answer: SexualFunction, on: date = LATER) -> SexualFunctionAsked:
    return SexualFunctionAsked(ref=f"sf-{on}", on=on, answer=answer)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (SexualFunction.NONE, {}),
        (SexualFunction.MILD, {}),
        (SexualFunction.DECLINED, {}),
        (SexualFunction.BOTHERSOME, {Reason.SEXUAL_FN_REVIEW: OVERRIDE}),
    ],
)
def test_bothersome_change_stands_until_reviewed(
    answer: SexualFunction, expected: dict[Reason, Level]
) -> None:
    facts = running(sexual_function=(answered(answer),))
    assert levels(ask(facts, sexual_function.RULES)) == expected
    review = Reviewed(ref="r", on=LATER, of=ReviewOf.SEXUAL_FUNCTION)
    assert levels(ask(replace(facts, reviewed=(review,)), sexual_function.RULES)) == {}
    other = replace(review, of=ReviewOf.SYMPTOM)
    assert levels(ask(replace(facts, reviewed=(other,)), sexual_function.RULES)) == expected


def test_sexual_function_is_asked_before_the_first_and_at_follow_ups() -> None:
    first = ask(course(programme="uk-mhra"), sexual_function.RULES, on=START, action=Action.START)
    assert levels(first) == {Reason.SEXUAL_FN_MISSING: OVERRIDE}
    once = (answered(SexualFunction.NONE, START),)
    later = ask(running(programme="uk-mhra", sexual_function=once), sexual_function.RULES)
    assert levels(later) == {Reason.SEXUAL_FN_MISSING: WARN}


# Symptoms


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("dry-lips", {}),
        ("night-vision", {Reason.SYMPTOM_URGENT: OVERRIDE}),
        ("jaundice", {Reason.SYMPTOM_RED: BLOCK}),
    ],
)
def test_symptom_stands_until_reviewed(code: str, expected: dict[Reason, Level]) -> None:
    facts = running(symptoms=(Symptom(ref="s", on=START, code=code),))
    assert levels(ask(facts, symptoms.RULES)) == expected
    review = Reviewed(ref="r", on=START, of=ReviewOf.SYMPTOM)
    assert levels(ask(replace(facts, reviewed=(review,)), symptoms.RULES)) == {}


# Dose and course


@pytest.mark.parametrize(("on", "long"), [(date(2025, 7, 21), False), (date(2025, 7, 22), True)])
def test_course_is_too_long_after_twenty_weeks_in_the_united_states(on: date, long: bool) -> None:
    facts = running(weights=(weight(60, on=START), weight(60, on=date(2025, 7, 1))))
    found = ask(facts, dose_rules.RULES, on=on)
    assert levels(found) == ({Reason.COURSE_LENGTH: WARN} if long else {})


@pytest.mark.parametrize(("days", "alert"), [(132, False), (133, True)])
def test_more_than_220_mg_per_kg_is_an_alert(days: int, alert: bool) -> None:
    facts = running(
        weights=(weight(60, on=START), weight(60, on=date(2025, 7, 1))),
        doses=(dose(100, on=START),),
    )
    found = ask(facts, dose_rules.RULES, on=START + timedelta(days=days - 1))
    assert levels(found) == ({Reason.CUMULATIVE_ALERT: WARN} if alert else {})


@pytest.mark.parametrize(
    ("programme", "on", "early"),
    [
        ("us-ipledge", date(2025, 5, 2), True),
        ("us-ipledge", date(2025, 5, 3), False),
        ("uk-mhra", date(2025, 4, 27), True),
        ("uk-mhra", date(2025, 4, 28), False),
    ],
)
def test_new_course_too_early_needs_an_override_and_says_when_it_clears(
    programme: str, on: date, early: bool
) -> None:
    facts = course(
        programme=programme,
        weights=(weight(60, on=date(2025, 3, 1)),),
        doses=(dose(40, on=date(2024, 11, 1)),),
        stopped=(Stopped(ref="s", on=START, last_dose=START),),
    )
    found = ask(facts, dose_rules.RULES, on=on, action=Action.START)
    assert levels(found) == ({Reason.RETREAT_GAP: OVERRIDE} if early else {})
    if early:
        assert found[Reason.RETREAT_GAP].clears_on == on + timedelta(days=1)


@pytest.mark.parametrize(
    ("programme", "daily", "renal"),
    [("eu-ppp", 10, False), ("eu-ppp", 20, True), ("us-ipledge", 20, False)],
)
def test_renal_impairment_starts_with_ten_milligrams_in_the_eu(
    programme: str, daily: int, renal: bool
) -> None:
    facts = course(
        programme=programme,
        weights=(weight(30, on=START),),
        conditions=(Condition(ref="c", on=START, name="renal-impairment"),),
    )
    handed = Supply(capsules=30, strength_mg=Decimal(daily), pattern=(Decimal(daily),))
    found = ask(facts, dose_rules.RULES, on=START, action=Action.START, handed=handed)
    assert (Reason.DOSE_RENAL in found) is renal


def test_dose_of_the_supply_is_judged_and_nothing_without_one() -> None:
    facts = running()
    assert levels(ask(facts, dose_rules.RULES)) == {}
    too_much = Supply(pattern=(Decimal("120.1"),))
    assert levels(ask(facts, dose_rules.RULES, handed=too_much)) == {Reason.DOSE_GT_MAX: BLOCK}


def test_supply_without_a_dose_is_judged_by_the_dose_in_force() -> None:
    facts = running(doses=(dose(130, on=START),))
    found = ask(facts, dose_rules.RULES, handed=Supply(capsules=30, strength_mg=Decimal(40)))
    assert levels(found) == {Reason.DOSE_GT_MAX: BLOCK}


# Supply


def capsules(number: int, strength: object = 40, daily: object = 40, **more: object) -> Supply:
    return Supply(
        capsules=number,
        strength_mg=Decimal(str(strength)),
        pattern=(Decimal(str(daily)),),
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("programme", "category", "level"),
    [
        ("us-ipledge", Category.FCP, BLOCK),
        ("us-ipledge", Category.NCP, BLOCK),
        ("uk-mhra", Category.FCP, BLOCK),
        ("uk-mhra", Category.NCP, WARN),
        ("uk-mhra", None, BLOCK),
        ("eu-ppp", Category.FCP, BLOCK),
        ("eu-ppp", Category.NCP, WARN),
    ],
)
def test_supply_of_more_than_thirty_days_has_its_level(
    programme: str, category: Category | None, level: Level
) -> None:
    facts = running(programme=programme, person=replace(MAN, category=category))
    just = ask(facts, supply.RULES, handed=capsules(60, 20))
    assert Reason.SUPPLY_GT_30 not in just
    more = ask(facts, supply.RULES, handed=capsules(70, 20))
    assert more[Reason.SUPPLY_GT_30].level is level


def test_clinic_can_shorten_the_supply_in_the_united_kingdom() -> None:
    facts = running(programme="uk-mhra", person=WOMAN)
    short = ClinicPolicy(uk_supply_days=28)
    assert ask(facts, supply.RULES, handed=capsules(28), policy=short) == {}
    found = ask(facts, supply.RULES, handed=capsules(29), policy=short)
    assert levels(found) == {Reason.SUPPLY_GT_30: BLOCK}


@pytest.mark.parametrize(
    ("handed", "expected"),
    [
        (capsules(30), {}),
        (capsules(30, refills=0), {}),
        (capsules(30, refills=1), {Reason.REFILLS_NOT_ALLOWED: BLOCK}),
        (capsules(28), {Reason.BLISTER_BROKEN: WARN}),
        (capsules(30, 15, 15), {Reason.STRENGTH_UNAVAILABLE: OVERRIDE}),
        (
            capsules(30, 32, 32, formulation=Formulation.ABSORICA_LD),
            {},
        ),
        (
            capsules(
                30,
                32,
                32,
                formulation=Formulation.ABSORICA_LD,
                substitute_for=Formulation.STANDARD,
            ),
            {Reason.FORM_SUBSTITUTION: BLOCK},
        ),
        (capsules(30, substitute_for=Formulation.STANDARD), {}),
    ],
)
def test_united_states_supply_rules(handed: Supply, expected: dict[Reason, Level]) -> None:
    assert levels(ask(running(), supply.RULES, handed=handed)) == expected


def test_united_kingdom_knows_five_milligrams_and_no_whole_packs() -> None:
    facts = running(programme="uk-mhra")
    assert ask(facts, supply.RULES, handed=capsules(28, 5, 5)) == {}


def test_fill_of_another_formulation_than_prescribed_is_blocked() -> None:
    prescribed = Prescribed(ref="rx", on=LATER, supply=capsules(30))
    facts = running(prescribed=(prescribed,))
    other = capsules(30, 32, 32, formulation=Formulation.ABSORICA_LD)
    found = ask(facts, supply.RULES, action=Action.DISPENSE, handed=other)
    assert levels(found) == {Reason.FORM_SUBSTITUTION: BLOCK}
    assert ask(facts, supply.RULES, action=Action.DISPENSE) == {}

"""Dose, course and supply at the gate, by programme and on both sides of every limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from protocol.facts import (
    Condition,
    Prescribed,
    Stopped,
    Supply,
)
from protocol.gate import dose as dose_rules
from protocol.gate import supply
from protocol.policy import ClinicPolicy
from protocol.supplies import SupplyLine, one_strength
from protocol.vocabulary import (
    Action,
    Category,
    Formulation,
    Level,
    Reason,
)
from tests.protocol.clinical_facts import MAN, WOMAN, course, dose, weight
from tests.protocol.gate_questions import (
    BLOCK,
    LATER,
    OVERRIDE,
    START,
    WARN,
    ask,
    levels,
    running,
)

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
    [("eu-ppp", "10", False), ("eu-ppp", "10.1", True), ("us-ipledge", "20", False)],
)
def test_renal_impairment_starts_with_ten_milligrams_in_the_eu(
    programme: str, daily: str, renal: bool
) -> None:
    facts = course(
        programme=programme,
        weights=(weight(30, on=START),),
        conditions=(Condition(ref="c", on=START, name="renal-impairment"),),
    )
    handed = Supply(lines=one_strength(30, Decimal(daily)), pattern=(Decimal(daily),))
    found = ask(facts, dose_rules.RULES, on=START, action=Action.START, handed=handed)
    assert (Reason.DOSE_RENAL in found) is renal


def test_dose_of_the_supply_is_judged_and_nothing_without_one() -> None:
    facts = running()
    assert levels(ask(facts, dose_rules.RULES)) == {}
    too_much = Supply(pattern=(Decimal("120.1"),))
    assert levels(ask(facts, dose_rules.RULES, handed=too_much)) == {Reason.DOSE_GT_MAX: BLOCK}


def test_supply_without_a_dose_is_judged_by_the_dose_in_force() -> None:
    facts = running(doses=(dose(130, on=START),))
    found = ask(facts, dose_rules.RULES, handed=Supply(lines=one_strength(30, Decimal(40))))
    assert levels(found) == {Reason.DOSE_GT_MAX: BLOCK}


# Supply


def capsules(number: int, strength: object = 40, daily: object = 40, **more: object) -> Supply:
    return Supply(
        lines=one_strength(number, Decimal(str(strength))),
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


def several(*lines: tuple[int, int], daily: int) -> Supply:
    named = tuple(SupplyLine(number, Decimal(size)) for number, size in lines)
    return Supply(lines=named, pattern=(Decimal(daily),))


@pytest.mark.parametrize(
    ("handed", "expected"),
    [
        (capsules(30), {}),
        (several((30, 35), (30, 10), daily=45), {}),  # exactly 30 days of both
        (several((30, 35), (40, 10), daily=45), {Reason.SUPPLY_GT_30: BLOCK}),
        (several((28, 35), (30, 10), daily=45), {Reason.BLISTER_BROKEN: WARN}),
        (several((30, 40), (30, 5), daily=45), {Reason.STRENGTH_UNAVAILABLE: OVERRIDE}),
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


def test_course_without_a_weight_is_blocked_for_that_and_nothing_else() -> None:
    found = ask(running(weights=()), dose_rules.RULES, handed=capsules(30))
    assert levels(found) == {Reason.WEIGHT_MISSING: BLOCK}


def test_other_conditions_do_not_ask_for_a_low_start() -> None:
    facts = course(
        programme="eu-ppp",
        weights=(weight(60, on=START),),
        conditions=(Condition(ref="c", on=START, name="ibd"),),
    )
    found = ask(facts, dose_rules.RULES, on=START, action=Action.START, handed=capsules(30))
    assert levels(found) == {}


def test_supply_without_a_dose_is_not_judged_by_that_of_an_earlier_course() -> None:
    facts = course(
        weights=(weight(60, on=date(2025, 8, 1)),),
        doses=(dose(130, on=START),),
        stopped=(Stopped(ref="s", on=date(2025, 4, 1), last_dose=date(2025, 4, 1)),),
    )
    handed = Supply(lines=one_strength(30, Decimal(40)))
    found = ask(facts, dose_rules.RULES, on=date(2025, 8, 4), action=Action.START, handed=handed)
    assert levels(found) == {}


def test_alert_tells_the_cumulative_dose() -> None:
    facts = running(doses=(dose(200, on=START),))
    found = ask(facts, dose_rules.RULES, on=START + timedelta(days=66))
    assert found[Reason.CUMULATIVE_ALERT].detail == (("mg_per_kg", "223"),)


def test_no_day_makes_a_long_course_shorter_or_a_high_total_lower() -> None:
    found = ask(running(doses=(dose(200, on=START),)), dose_rules.RULES, on=date(2025, 7, 22))
    about = (Reason.COURSE_LENGTH, Reason.CUMULATIVE_ALERT)
    assert [found[reason].final for reason in about] == [True, True]


def test_course_of_australia_has_no_longest_supply() -> None:
    facts = running(programme="au", person=WOMAN)
    assert ask(facts, supply.RULES, handed=capsules(200)) == {}


def test_shorter_supply_of_a_united_kingdom_clinic_counts_nowhere_else() -> None:
    short = ClinicPolicy(uk_supply_days=28)
    for programme in ("us-ipledge", "eu-ppp", "ca"):
        facts = running(programme=programme, person=WOMAN)
        assert ask(facts, supply.RULES, handed=capsules(30), policy=short) == {}


def test_supply_without_a_strength_is_not_one_of_a_strength_that_does_not_exist() -> None:
    assert ask(running(), supply.RULES, handed=Supply(days=Decimal(30))) == {}


@pytest.mark.parametrize(
    ("programme", "missing", "too_long"),
    [
        ("us-ipledge", "DOSE-6", "US-18"),
        ("uk-mhra", "UK-20", "UK-14"),
        ("eu-ppp", "DOSE-6", "EU-03"),
        ("ca", "DOSE-6", "DOSE-7"),
    ],
)
def test_finding_about_a_supply_names_the_programmes_rule(
    programme: str, missing: str, too_long: str
) -> None:
    facts = running(programme=programme, person=WOMAN)
    found = ask(facts, supply.RULES, handed=capsules(40, 15, 15))
    assert found[Reason.STRENGTH_UNAVAILABLE].rule == missing
    assert found[Reason.SUPPLY_GT_30].rule == too_long


def test_highest_day_of_a_pattern_decides_about_the_low_start() -> None:
    facts = course(
        programme="eu-ppp",
        weights=(weight(30, on=START),),
        conditions=(Condition(ref="c", on=START, name="renal-impairment"),),
    )
    for pattern, expected in [((10, 10), {}), ((10, 20), {Reason.DOSE_RENAL: OVERRIDE})]:
        handed = Supply(pattern=tuple(Decimal(mg) for mg in pattern))
        found = ask(facts, dose_rules.RULES, on=START, action=Action.START, handed=handed)
        found.pop(Reason.DOSE_BELOW_RANGE, None)
        assert levels(found) == expected

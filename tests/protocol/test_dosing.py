"""Label ranges, days' supply, course length and time off, on both sides of every limit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.dose_tables import brand_strengths, retreatment_from, strengths
from protocol.dosing import (
    average_daily_mg,
    days_supply,
    judge_dose,
    lasts_longer,
    longest_course_end,
    mg_per_kg,
    shortest_course_end,
    supply_pattern,
    whole_packs,
)
from protocol.facts import Supply
from protocol.supplies import one_strength
from protocol.vocabulary import Formulation, Level, Reason
from tests.protocol.clinical_facts import DAY, course, decimal, weight

STANDARD, ABSORICA, LD = (
    Formulation.STANDARD,
    Formulation.ABSORICA,
    Formulation.ABSORICA_LD,
)

RANGES = [
    # DOSE-2 at 60 kg: 30, 60 and 120 mg are the edges
    ("us-ipledge", STANDARD, "29.9", Level.WARN, Reason.DOSE_BELOW_RANGE),
    ("us-ipledge", STANDARD, "30", Level.ALLOW, None),
    ("us-ipledge", STANDARD, "60", Level.ALLOW, None),
    ("us-ipledge", STANDARD, "60.1", Level.WARN, Reason.DOSE_ABOVE_RANGE),
    ("us-ipledge", STANDARD, "120", Level.WARN, Reason.DOSE_ABOVE_RANGE),
    ("us-ipledge", STANDARD, "120.1", Level.BLOCK, Reason.DOSE_GT_MAX),
    ("us-ipledge", ABSORICA, "60", Level.ALLOW, None),
    ("us-ipledge", ABSORICA, "60.1", Level.WARN, Reason.DOSE_ABOVE_RANGE),
    ("uk-mhra", STANDARD, "60", Level.ALLOW, None),
    ("uk-mhra", STANDARD, "60.1", Level.OVERRIDE, Reason.DOSE_ABOVE_RANGE),
    ("eu-ppp", STANDARD, "120", Level.OVERRIDE, Reason.DOSE_ABOVE_RANGE),
    ("eu-ppp", STANDARD, "120.1", Level.BLOCK, Reason.DOSE_GT_MAX),
    ("au", STANDARD, "60.1", Level.WARN, Reason.DOSE_ABOVE_RANGE),
    # DOSE-4 at 60 kg: 24, 48 and 96 mg
    ("us-ipledge", LD, "23.9", Level.WARN, Reason.DOSE_BELOW_RANGE),
    ("us-ipledge", LD, "24", Level.ALLOW, None),
    ("us-ipledge", LD, "48", Level.ALLOW, None),
    ("us-ipledge", LD, "48.1", Level.WARN, Reason.DOSE_ABOVE_RANGE),
    ("us-ipledge", LD, "96", Level.WARN, Reason.DOSE_ABOVE_RANGE),
    ("us-ipledge", LD, "96.1", Level.BLOCK, Reason.DOSE_GT_MAX),
]


@pytest.mark.parametrize(("programme", "formulation", "daily", "level", "reason"), RANGES)
def test_dose_range_changes_exactly_at_its_edges(
    programme: str, formulation: Formulation, daily: str, level: Level, reason: Reason | None
) -> None:
    judged = judge_dose(
        course(programme=programme, weights=(weight(60),)),
        pattern=(Decimal(daily),),
        formulation=formulation,
        on=DAY,
    )
    assert judged.level is level
    assert [finding.reason for finding in judged.findings] == ([reason] if reason else [])


def test_pattern_is_judged_by_its_average() -> None:
    facts = course(weights=(weight(60),))
    for pattern, level in [((20, 40), Level.ALLOW), ((20, 39), Level.WARN)]:
        judged = judge_dose(
            facts, pattern=tuple(map(Decimal, pattern)), formulation=STANDARD, on=DAY
        )
        assert judged.level is level


def test_third_of_a_milligram_is_not_rounded_away() -> None:
    facts = course(weights=(weight(40),))
    judged = judge_dose(
        facts, pattern=(Decimal(20), Decimal(20), Decimal("19.99")), formulation=STANDARD, on=DAY
    )
    assert judged.level is Level.WARN


@pytest.mark.parametrize(
    ("days", "reasons"),
    [(0, []), (90, []), (91, [Reason.WEIGHT_STALE])],
)
def test_weight_is_stale_after_ninety_days(days: int, reasons: list[Reason]) -> None:
    facts = course(weights=(weight(60, on=DAY - timedelta(days=days)),))
    judged = judge_dose(facts, pattern=(Decimal(40),), formulation=STANDARD, on=DAY)
    assert [finding.reason for finding in judged.findings] == reasons
    assert judged.level is (Level.WARN if reasons else Level.ALLOW)


def test_worst_of_what_is_wrong_with_a_dose_is_its_level() -> None:
    facts = course(weights=(weight(60, on=DAY - timedelta(days=91)),))
    judged = judge_dose(facts, pattern=(Decimal(121),), formulation=STANDARD, on=DAY)
    reasons = {finding.reason: finding.level for finding in judged.findings}
    assert reasons == {Reason.WEIGHT_STALE: Level.WARN, Reason.DOSE_GT_MAX: Level.BLOCK}
    assert judged.level is Level.BLOCK


def test_dose_without_a_weight_cannot_be_judged_and_is_blocked() -> None:
    later = course(weights=(weight(60, on=DAY + timedelta(days=1)),))
    judged = judge_dose(later, pattern=(Decimal(40),), formulation=STANDARD, on=DAY)
    assert (judged.level, judged.mg_per_kg) == (Level.BLOCK, None)
    assert [finding.reason for finding in judged.findings] == [Reason.WEIGHT_MISSING]


@pytest.mark.parametrize(
    ("kg", "half", "one", "two"),
    [(40, 20, 40, 80), (50, 25, 50, 100), (60, 30, 60, 120), (70, 35, 70, 140), (80, 40, 80, 160)],
)
def test_label_weight_table_is_reproduced(kg: int, half: int, one: int, two: int) -> None:
    got = [mg_per_kg(Decimal(mg), Decimal(kg)) for mg in (half, one, two)]
    assert got == [Decimal("0.5"), Decimal(1), Decimal(2)]


SUPPLIES = [
    (Supply(lines=one_strength(30, decimal(40)), pattern=(decimal(40),)), "30", False),
    (Supply(lines=one_strength(31, decimal(40)), pattern=(decimal(40),)), "31", True),
    (Supply(lines=one_strength(60, decimal(20)), pattern=(decimal(40),)), "30", False),
    (Supply(lines=one_strength(61, decimal(20)), pattern=(decimal(40),)), "30.5", True),
    (
        Supply(lines=one_strength(40, decimal(20)), pattern=tuple(map(decimal, (20, 20, 40)))),
        "30",
        False,
    ),
    (
        Supply(lines=one_strength(50, decimal(20)), pattern=tuple(map(decimal, (20, 20, 40)))),
        "37.5",
        True,
    ),
    (Supply(lines=one_strength(15, decimal(40)), pattern=(decimal(40), decimal(0))), "30", False),
    (Supply(days=decimal(30)), "30", False),
    (Supply(days=decimal("30.1")), "30.1", True),
    (Supply(lines=one_strength(30, decimal(40)), days=decimal(28)), "28", False),
    (Supply(lines=one_strength(3, decimal(10)), pattern=(decimal(1),)), "30", False),
    (Supply(lines=one_strength(90)), None, None),
    (Supply(lines=one_strength(30, decimal(40)), pattern=(decimal(0),)), None, None),
]


@pytest.mark.parametrize(("supply", "days", "longer"), SUPPLIES)
def test_days_supply_is_capsule_mg_over_average_daily_mg(
    supply: Supply, days: str | None, longer: bool | None
) -> None:
    assert days_supply(supply) == (None if days is None else Decimal(days))
    assert lasts_longer(supply, 30) is longer


def test_supply_without_a_dose_uses_the_one_in_force() -> None:
    supply = Supply(lines=one_strength(60, Decimal(20)))
    assert days_supply(supply, pattern=(Decimal(40),)) == 30


def test_supply_that_states_its_days_is_taken_at_its_word() -> None:
    thirds = Supply(lines=one_strength(35, Decimal(20)), days=Decimal(30))
    daily = supply_pattern(thirds)
    assert days_supply(thirds, pattern=daily) == 30
    assert lasts_longer(thirds, 30, pattern=daily) is False
    assert days_supply(thirds, pattern=(Decimal(40),)) == 30


def test_dose_of_a_supply_follows_from_capsules_and_days() -> None:
    stated = Supply(lines=one_strength(60, Decimal(20)), days=Decimal(30))
    assert supply_pattern(stated) == (Decimal(40),)
    named = Supply(lines=one_strength(60, Decimal(20)), days=Decimal(30), pattern=(Decimal(20),))
    assert supply_pattern(named) == (Decimal(20),)
    assert supply_pattern(Supply(lines=one_strength(60), days=Decimal(30))) == ()
    assert supply_pattern(Supply(lines=one_strength(60, Decimal(20)))) == ()


@given(
    capsules=st.integers(1, 200),
    strength=st.sampled_from([10, 20, 25, 30, 40]),
    pattern=st.lists(st.sampled_from([10, 20, 25, 40, 60]), min_size=1, max_size=5),
)
def test_supply_is_never_rounded_to_fit(capsules: int, strength: int, pattern: list[int]) -> None:
    daily = tuple(map(Decimal, pattern))
    supply = Supply(lines=one_strength(capsules, Decimal(strength)), pattern=daily)
    days = days_supply(supply)
    assert days is not None
    assert abs(days * average_daily_mg(daily) - capsules * strength) < Decimal("1e-20")
    assert lasts_longer(supply, 30) is (capsules * strength * len(pattern) > 30 * sum(pattern))


@pytest.mark.parametrize(("capsules", "whole"), [(0, True), (9, False), (10, True), (35, False)])
def test_pack_is_ten_capsules(capsules: int, whole: bool) -> None:
    assert whole_packs(capsules) is whole


@pytest.mark.parametrize(
    ("programme", "last_dose", "first_day"),
    [
        ("us-ipledge", date(2025, 3, 10), date(2025, 5, 10)),
        ("us-ipledge", date(2025, 12, 31), date(2026, 2, 28)),
        ("uk-mhra", date(2025, 3, 10), date(2025, 5, 5)),
        ("eu-ppp", date(2025, 3, 10), date(2025, 5, 5)),
        ("au", date(2025, 3, 10), date(2025, 5, 5)),
    ],
)
def test_new_course_waits_two_months_or_eight_weeks(
    programme: str, last_dose: date, first_day: date
) -> None:
    assert retreatment_from(last_dose, programme) == first_day


@pytest.mark.parametrize(
    ("programme", "shortest", "longest"),
    [("us-ipledge", 105, 140), ("uk-mhra", 112, 168), ("eu-ppp", 112, 168), ("au", None, None)],
)
def test_course_length_is_that_of_the_label(
    programme: str, shortest: int | None, longest: int | None
) -> None:
    ends = (shortest_course_end(DAY, programme), longest_course_end(DAY, programme))
    assert [end and (end - DAY).days for end in ends] == [shortest, longest]


@pytest.mark.parametrize(
    ("formulation", "programme", "expected"),
    [
        (STANDARD, "us-ipledge", (10, 20, 25, 30, 35, 40)),
        (ABSORICA, "us-ipledge", (10, 20, 25, 30, 35, 40)),
        (LD, "us-ipledge", (8, 16, 24, 32)),
        *[(STANDARD, programme, (5, 10, 20, 40)) for programme in ("uk-mhra", "eu-ppp", "au")],
        (STANDARD, "ca", (10, 20, 25, 30, 35, 40)),
        (STANDARD, "nowhere", ()),
    ],
)
def test_strengths_are_those_of_the_rule_book(
    formulation: Formulation, programme: str, expected: tuple[int, ...]
) -> None:
    assert strengths(formulation, programme) == expected


def test_brand_with_fewer_strengths_is_known() -> None:
    assert brand_strengths("Amnesteem") == (10, 20, 40)
    assert brand_strengths("claravis") == brand_strengths("Zenatane") == (10, 20, 30, 40)
    assert brand_strengths("unheard-of") == ()

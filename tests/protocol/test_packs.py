"""Capsules for a dose: what adds up, whole packs, and nothing that does not exist."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.dose_tables import brand_strengths, strengths
from protocol.dosing import lasts_longer
from protocol.packs import Packing, build, days_made_up, propose
from protocol.supplies import Supply, SupplyLine
from protocol.vocabulary import Formulation

US = {"formulation": Formulation.STANDARD, "programme": "us-ipledge"}


def mg(*values: object) -> tuple[Decimal, ...]:
    return tuple(Decimal(str(value)) for value in values)


def test_one_capsule_a_day_comes_first() -> None:
    best = build(mg(40), days=30, **US)[0]  # type: ignore[arg-type]
    assert best.daily == (mg(40),)
    assert [(line.strength_mg, line.packs, line.left_over) for line in best.lines] == [(40, 3, 0)]
    assert (best.lasts_days, best.breaks_packs) == (30, False)


def test_two_strengths_are_mixed_where_one_does_not_do() -> None:
    best = build(mg(55), days=30, **US)[0]  # type: ignore[arg-type]
    assert sum(best.daily[0]) == 55
    assert best.capsules_a_day == 2


def test_alternating_dose_counts_each_days_capsules() -> None:
    ways = build(mg(20, 40), days=30, **US)  # type: ignore[arg-type]
    mixed = next(way for way in ways if way.daily == (mg(20), mg(40)))
    assert [(line.strength_mg, line.capsules_taken) for line in mixed.lines] == [(40, 15), (20, 15)]
    assert mixed.left_over == 10


def test_whole_packs_that_would_last_too_long_are_said_to_be_broken() -> None:
    (only,) = build(mg(40), days=24, available=mg(40), **US)  # type: ignore[arg-type]
    assert (only.lines[0].packs, only.lasts_days, only.breaks_packs) == (3, 30, False)
    (more,) = build(mg(40), days=31, available=mg(40), **US)  # type: ignore[arg-type]
    assert (more.lasts_days, more.breaks_packs) == (40, True)


def test_dose_that_capsules_cannot_make_has_no_way() -> None:
    assert build(mg(42), days=30, **US) == ()  # type: ignore[arg-type]
    assert build(mg(25), days=30, available=brand_strengths("amnesteem"), **US) == ()  # type: ignore[arg-type]


def test_day_without_a_capsule_is_possible() -> None:
    (only,) = build(mg(40, 0), days=30, available=mg(40), **US)  # type: ignore[arg-type]
    assert only.lines[0].capsules_taken == 15


@pytest.mark.parametrize(("pattern", "days"), [((), 30), (mg(40), 0)])
def test_nothing_to_supply_is_refused(pattern: tuple[Decimal, ...], days: int) -> None:
    with pytest.raises(ValueError, match="needed"):
        build(pattern, days=days, **US)  # type: ignore[arg-type]


def _adds_up(way: Packing, pattern: tuple[Decimal, ...]) -> bool:
    return all(sum(day) == dose for day, dose in zip(way.daily, pattern, strict=True))


@given(
    pattern=st.lists(
        st.sampled_from([0, 5, 8, 10, 15, 20, 30, 45, 60, 80]), min_size=1, max_size=3
    ),
    days=st.integers(1, 30),
    formulation=st.sampled_from(list(Formulation)),
)
def test_every_way_adds_up_with_existing_capsules_and_lasts_long_enough(
    pattern: list[int], days: int, formulation: Formulation
) -> None:
    wanted = mg(*pattern)
    existing = strengths(formulation, "us-ipledge")
    for way in build(wanted, days=days, formulation=formulation, programme="us-ipledge"):
        assert _adds_up(way, wanted)
        assert {line.strength_mg for line in way.lines} <= set(existing)
        assert way.lasts_days >= days
        assert all(0 <= line.left_over < 10 for line in way.lines)


@pytest.mark.parametrize(("daily", "capsules"), [(120, 12), (130, None)])
def test_nobody_swallows_more_than_twelve_capsules_a_day(daily: int, capsules: int | None) -> None:
    ways = build(mg(daily), days=30, available=mg(10), **US)  # type: ignore[arg-type]
    assert [way.capsules_a_day for way in ways] == ([] if capsules is None else [capsules])


def test_capsules_a_day_are_those_of_the_fullest_day_and_the_larger_come_first() -> None:
    (only,) = build(mg(20, 60), days=30, available=mg(20), **US)  # type: ignore[arg-type]
    assert only.capsules_a_day == 3
    mixed = build(mg(60), days=30, available=mg(20, 40), **US)[0]  # type: ignore[arg-type]
    assert mixed.daily == (mg(40, 20),)


@pytest.mark.parametrize(
    ("pattern", "sizes"),
    [
        (mg(1, 40), mg(40)),  # one milligram is not nothing
        (mg(30, 10), mg(30, 20)),  # 10 is not two of 20
    ],
)
def test_day_that_capsules_cannot_make_is_never_made_of_others(
    pattern: tuple[Decimal, ...], sizes: tuple[Decimal, ...]
) -> None:
    assert build(pattern, days=30, available=sizes, **US) == ()  # type: ignore[arg-type]


def test_smaller_capsules_are_tried_where_the_larger_do_not_fit() -> None:
    (way,) = build(mg(40, 60), days=30, available=mg(40, 30), **US)  # type: ignore[arg-type]
    assert way.daily == (mg(40), mg(30, 30))


def test_supply_lasts_until_the_first_strength_runs_out() -> None:
    ways = build(mg(40, 20, 20), days=30, available=mg(40, 20), **US)  # type: ignore[arg-type]
    mixed = next(way for way in ways if len(way.lines) == 2)
    assert [(line.capsules_taken, line.packs) for line in mixed.lines] == [(10, 1), (20, 2)]
    assert (mixed.lasts_days, mixed.left_over) == (30, 0)


def test_thirty_days_are_the_most_unless_said_otherwise() -> None:
    rest_day = (*mg(*[40] * 30), Decimal(0))  # US-18: one day in 31 without a capsule
    (only,) = build(rest_day, days=30, available=mg(40), **US)  # type: ignore[arg-type]
    assert (only.lasts_days, only.breaks_packs) == (31, True)
    (longer,) = build(rest_day, days=30, available=mg(40), most_days=31, **US)  # type: ignore[arg-type]
    assert not longer.breaks_packs


def test_one_day_can_be_supplied() -> None:
    (only,) = build(mg(40), days=1, available=mg(40), **US)  # type: ignore[arg-type]
    assert (only.lines[0].capsules_taken, only.lines[0].packs) == (1, 1)


@pytest.mark.parametrize(
    ("pattern", "programme", "expected"),
    [
        (mg(40), "us-ipledge", [(30, 40)]),
        (mg(45), "uk-mhra", [(30, 40), (30, 5)]),  # nine of 5 mg are too many to swallow
        (mg(45), "us-ipledge", [(30, 35), (30, 10)]),
        (mg(60), "uk-mhra", [(90, 20)]),  # three of one strength before two strengths
        (mg(80), "uk-mhra", [(60, 40)]),
        (mg(15), "uk-mhra", [(90, 5)]),
        (mg(20, 25), "uk-mhra", [(30, 20), (15, 5)]),
        (mg(40, 20, 20, 20), "uk-mhra", [(37, 20)]),  # 30 days would count 30.4 (DOSE-7)
        (mg(3), "uk-mhra", []),
        ((), "uk-mhra", []),
        (mg(0), "uk-mhra", []),
    ],
)
def test_one_prescription_is_proposed_with_few_capsules_of_few_strengths(
    pattern: tuple[Decimal, ...], programme: str, expected: list[tuple[int, int]]
) -> None:
    lines = (
        propose(pattern, days=30, formulation=Formulation.STANDARD, programme=programme)
        if pattern
        else ()
    )
    assert [(line.capsules, line.strength_mg) for line in lines] == expected


@given(
    pattern=st.lists(
        st.sampled_from([0, 5, 10, 15, 20, 25, 35, 45, 60, 65, 80]), min_size=1, max_size=4
    ),
    days=st.integers(1, 30),
    programme=st.sampled_from(["uk-mhra", "us-ipledge"]),
)
def test_lines_add_up_to_the_daily_dose_times_the_days(
    pattern: list[int], days: int, programme: str
) -> None:
    wanted = mg(*pattern)
    lines = propose(wanted, days=days, formulation=Formulation.STANDARD, programme=programme)
    if not lines:
        return
    whole = days_made_up(lines, wanted)
    supply = Supply(lines=lines, pattern=wanted)
    assert supply.capsule_mg == sum(wanted[day % len(wanted)] for day in range(whole))
    assert not lasts_longer(supply, days)  # US-18, UK-14
    sizes = [line.strength_mg for line in lines]
    assert sizes == sorted(set(sizes), reverse=True)  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("lines", "pattern", "days"),
    [
        ([(30, 40), (30, 5)], mg(45), 30),
        ([(30, 40), (29, 5)], mg(45), 29),
        ([(30, 40), (20, 5)], mg(45), 20),
        ([(30, 40)], mg(45), 0),
        ([(30, 40), (38, 5)], mg(45), 30),  # eight of 5 mg are left: not a dose
        ([(15, 40), (60, 20)], mg(60), 30),  # half the days 40 + 20, half three of 20
        ([(30, 20), (15, 5)], mg(20, 25), 30),
        ([(30, 20), (14, 5)], mg(20, 25), 29),
        ([(30, 40), (30, 20), (30, 5)], mg(65), 30),
        ([(200, 20), (200, 10), (200, 5)], mg(80), 87),  # too many ways to look at one by one
        ([], mg(40), 0),
        ([(30, 40)], mg(0), 0),
    ],
)
def test_capsules_make_up_the_dose_until_one_strength_is_short(
    lines: list[tuple[int, int]], pattern: tuple[Decimal, ...], days: int
) -> None:
    named = tuple(SupplyLine(number, Decimal(size)) for number, size in lines)
    assert days_made_up(named, pattern) == days

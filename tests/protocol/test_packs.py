"""Capsules for a dose: what adds up, whole packs, and nothing that does not exist."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.dose_tables import brand_strengths, strengths
from protocol.packs import Packing, build
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

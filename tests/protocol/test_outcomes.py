"""Outcome scales (rule book 11): every band's edge."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.outcomes import (
    DLQI_COPYRIGHT,
    GAGS_FACTORS,
    BadScore,
    DlqiBand,
    GagsBand,
    dlqi,
    dlqi_applies,
    gags,
    iga_success,
    nodule_fall_percent,
)


@pytest.mark.parametrize(
    ("before", "after", "success"),
    [(4, 1, True), (3, 1, True), (3, 0, True), (2, 0, True), (2, 1, False), (4, 2, False)],
)
def test_iga_succeeds_when_almost_clear_and_two_grades_better(
    before: int, after: int, success: bool
) -> None:
    assert iga_success(before, after) is success


def _regions(*grades: int) -> dict[str, int]:
    return dict(zip(GAGS_FACTORS, grades, strict=True))


@pytest.mark.parametrize(
    ("grades", "score", "band"),
    [
        ((0, 0, 0, 0, 0, 0), 0, GagsBand.NONE),
        ((0, 0, 0, 1, 0, 0), 1, GagsBand.MILD),
        ((2, 2, 2, 1, 2, 1), 18, GagsBand.MILD),
        ((2, 2, 2, 1, 3, 1), 19, GagsBand.MODERATE),
        ((3, 3, 3, 3, 3, 2), 30, GagsBand.MODERATE),
        ((3, 3, 3, 3, 4, 2), 31, GagsBand.SEVERE),
        ((4, 4, 3, 4, 3, 3), 38, GagsBand.SEVERE),
        ((4, 4, 3, 4, 4, 3), 39, GagsBand.UNASSIGNED),
        ((4, 4, 4, 3, 4, 3), 40, GagsBand.VERY_SEVERE),
        ((4, 4, 4, 4, 4, 4), 44, GagsBand.VERY_SEVERE),
    ],
)
def test_gags_weighs_regions_and_leaves_39_unassigned(
    grades: tuple[int, ...], score: int, band: GagsBand
) -> None:
    found = gags(_regions(*grades))
    assert (found.score, found.band) == (score, band)


@pytest.mark.parametrize(
    "bad",
    [{}, {"forehead": 1}, _regions(0, 0, 0, 0, 0, 5), _regions(-1, 0, 0, 0, 0, 0)],
)
def test_gags_needs_every_region_with_a_real_grade(bad: dict[str, int]) -> None:
    with pytest.raises(BadScore):
        gags(bad)


@given(grades=st.lists(st.integers(0, 4), min_size=6, max_size=6))
def test_gags_lies_between_0_and_44(grades: list[int]) -> None:
    assert 0 <= gags(_regions(*grades)).score <= 44


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (0, DlqiBand.NONE),
        (1, DlqiBand.NONE),
        (2, DlqiBand.SMALL),
        (5, DlqiBand.SMALL),
        (6, DlqiBand.MODERATE),
        (10, DlqiBand.MODERATE),
        (11, DlqiBand.VERY_LARGE),
        (20, DlqiBand.VERY_LARGE),
        (21, DlqiBand.EXTREMELY_LARGE),
        (30, DlqiBand.EXTREMELY_LARGE),
    ],
)
def test_dlqi_has_its_band_and_the_owners_line(score: int, band: DlqiBand) -> None:
    found = dlqi(score)
    assert (found.band, found.copyright) == (band, DLQI_COPYRIGHT)
    assert "Finlay" in DLQI_COPYRIGHT


@pytest.mark.parametrize("score", [-1, 31, True])
def test_score_that_does_not_exist_is_refused(score: int) -> None:
    with pytest.raises(BadScore):
        dlqi(score)
    with pytest.raises(BadScore):
        iga_success(score, 0) if score is not True else iga_success(0, True)


@pytest.mark.parametrize(("age", "applies"), [(15, False), (16, True), (None, False)])
def test_dlqi_is_for_sixteen_and_over(age: int | None, applies: bool) -> None:
    assert dlqi_applies(age) is applies


@pytest.mark.parametrize(
    ("before", "after", "fall"), [(10, 3, 70), (10, 2, 80), (4, 5, -25), (0, 3, None)]
)
def test_nodule_fall_is_in_per_cent_of_the_start(before: int, after: int, fall: int | None) -> None:
    assert nodule_fall_percent(before, after) == (None if fall is None else Decimal(fall))


@pytest.mark.parametrize(("before", "after"), [(-1, 0), (0, -1), (5, -1)])
def test_negative_count_is_refused(before: int, after: int) -> None:
    with pytest.raises(BadScore):
        nodule_fall_percent(before, after)


def test_last_nodule_gone_is_a_fall_of_everything() -> None:
    assert nodule_fall_percent(3, 0) == 100


@pytest.mark.parametrize("grades", [(5, 0), (0, 5)])
def test_iga_ends_at_four(grades: tuple[int, int]) -> None:
    with pytest.raises(BadScore):
        iga_success(*grades)

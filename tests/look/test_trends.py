"""A trend shows each value once, joins no gap and writes over nothing (UX-04, UX-10)."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from look import trends
from look.lettering import Box, box_of

JUNE = date(2026, 6, 1)


def said(source: str, **values: object) -> str:
    return Template(source).render(Context(values))


def points(*pairs: tuple[date, float]) -> list[trends.Point]:
    return [trends.Point(on, value, 1) for on, value in pairs]


SERIES = st.dictionaries(
    st.dates(min_value=date(2025, 1, 1), max_value=date(2027, 1, 1)),
    st.floats(min_value=0, max_value=5000, allow_nan=False),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize(("days", "joined"), [(1, True), (45, True), (46, False), (90, False)])
def test_trend_never_joins_across_more_than_45_days(days: int, joined: bool) -> None:
    chart = trends.trend(points((JUNE, 20), (JUNE + timedelta(days=days), 30)), unit="U/L")
    assert bool(chart.joins) is joined
    assert [row.gap for row in chart.rows] == [
        "" if joined else f"no test for {days} days",
        "",
    ]
    assert ("no test for" in chart.description) is not joined


def test_trend_says_in_the_plot_how_long_nobody_tested() -> None:
    chart = trends.trend(points((JUNE, 84), (JUNE + timedelta(days=53), 128)), unit="mg/dL")
    assert [words.text for words in chart.gaps] == ["no test for 53 days"]


@given(values=SERIES)
def test_trend_stays_in_its_frame_and_repeats_every_value_in_the_table(
    values: dict[date, float],
) -> None:
    chart = trends.trend(points(*values.items()), unit="U/L", low=7, high=40)
    assert len(chart.grid) <= 6 + 1
    for dot in chart.dots:
        assert 34 <= dot.x <= 346
        assert 0 <= dot.y <= 160
    assert len(chart.dots) == len(values)
    assert [row.on for row in chart.rows] == sorted(values, reverse=True)
    told = [line for line in chart.description.split("; ") if not line.startswith("no test")]
    assert [row.value for row in reversed(chart.rows)] == [line.split(" on ")[0] for line in told]


@given(
    values=SERIES,
    low=st.sampled_from([None, 0, 7]),
    high=st.sampled_from([None, 40, 150]),
    limit=st.sampled_from([None, 80, 300]),
)
def test_words_in_the_plot_cover_no_value_no_line_and_no_other_words(
    values: dict[date, float], low: int | None, high: int | None, limit: int | None
) -> None:
    chart = trends.trend(
        points(*values.items()), unit="U/L", low=low, high=high, limit=limit, limit_words="Act"
    )
    newest = chart.dots[-1].label
    placed = [dot.label for dot in chart.dots[:-1]] + [
        chart.band_words,
        chart.limit_words,
        *chart.gaps,
    ]
    boxes = [box_of(words) for words in placed if words is not None]
    for number, box in enumerate(boxes):
        assert not any(box.meets(other) for other in boxes[number + 1 :])
        assert newest is None or not box.meets(box_of(newest))
        for dot in chart.dots:
            assert not box.meets(Box(dot.x - 3, dot.y - 3, dot.x + 3, dot.y + 3))
        for join in chart.joins:
            middle = Box(
                (join.x1 + join.x2) / 2, (join.y1 + join.y2) / 2,
                (join.x1 + join.x2) / 2 + 0.1, (join.y1 + join.y2) / 2 + 0.1,
            )  # fmt: skip
            assert not box.meets(middle)
    assert newest is not None


def test_what_finds_no_room_in_the_plot_stands_in_the_sentence() -> None:
    """A limit far above every value does not flatten the curve, and is said all the same."""
    chart = trends.trend(
        points((JUNE, 19), (JUNE + timedelta(days=30), 22)),
        unit="U/L", low=7, high=40, limit=200, limit_words="Act above 200 U/L",
    )  # fmt: skip
    assert chart.limit is None
    assert chart.sentence == (
        "Latest 22 U/L on 01-Jul-2026, previous 19 U/L on 01-Jun-2026. "
        "Usual 7–40 U/L. Act above 200 U/L."
    )


def test_a_converted_value_is_marked_in_plot_table_and_description() -> None:
    chart = trends.trend(
        [
            trends.Point(JUNE, 274, 1, as_sent="3.1 mmol/L"),
            trends.Point(JUNE + timedelta(days=30), 150, 0),
        ],
        unit="mg/dL",
    )
    assert [dot.converted for dot in chart.dots] == [True, False]
    assert [row.as_sent for row in chart.rows] == ["", "3.1 mmol/L"]
    assert "274 mg/dL on 01-Jun-2026 (sent as 3.1 mmol/L)" in chart.description


def test_a_sign_stays_with_its_value() -> None:
    chart = trends.trend([trends.Point(JUNE, 5, 0, sign="<")], unit="U/L")
    assert chart.rows[0].value == "<5 U/L"
    assert chart.dots[0].label is not None
    assert chart.dots[0].label.text == "<5"
    assert "<5 U/L" in chart.description


def test_doses_stand_under_the_plot_and_in_its_description() -> None:
    chart = trends.trend(
        points((JUNE, 20), (JUNE + timedelta(days=30), 22)),
        unit="U/L",
        doses=[trends.DoseSpan(JUNE, JUNE + timedelta(days=20), 40)],
    )
    assert [block.words for block in chart.doses] == ["40 mg/day"]
    assert chart.description.endswith("dose 40 mg/day from 01-Jun-2026")


def test_picture_has_a_role_a_title_a_description_and_no_style() -> None:
    shown = said("{% trend series 'ALT' 'U/L' %}", series=points((JUNE, 20)))
    assert re.search(r'role="img" aria-labelledby="trend-alt-title trend-alt-desc"', shown)
    assert '<title id="trend-alt-title">ALT (U/L)</title>' in shown
    assert '<desc id="trend-alt-desc">20 U/L on 01-Jun-2026</desc>' in shown
    assert "style=" not in shown


def test_trend_without_values_says_so() -> None:
    assert "No results yet" in said("{% trend nothing 'ALT' 'U/L' %}", nothing=[])

"""Geometry of the charts: numbers in, coordinates out; the templates only draw them.

Server SVG with presentation attributes and classes, never inline styles (CSP, visual language 8).
Everything is drawn at the size at which it is shown, so text keeps its size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from look.templatetags.clinical import (
    MONTH_NAMES,
    FlagWords,
    day_text,
    flag_words,
    number_text,
)

Number = Decimal | float | int
_Place = Callable[[float], float]

# A line across a longer gap would show values nobody measured (UX-10).
LONGEST_JOIN_DAYS = 45

_WIDTH, _LEFT, _RIGHT, _TOP, _BASE = 350.0, 34.0, 346.0, 14.0, 160.0
_LABEL_ROOM = 46.0


@dataclass(frozen=True, slots=True)
class Point:
    """One measured value: its day, the number, and how it is flagged (UX-05)."""

    on: date
    value: Number
    flag: object = "normal"


@dataclass(frozen=True, slots=True)
class DoseSpan:
    """A dose held from one day until another (exclusive; None: still)."""

    from_on: date
    until_on: date | None
    mg_per_day: Number


@dataclass(frozen=True, slots=True)
class Dot:
    """A drawn value."""

    x: float
    y: float
    label: str
    label_y: float
    label_x: float
    out_of_range: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn line with words at it."""

    x1: float
    y1: float
    x2: float
    y2: float
    words: str = ""

    @property
    def middle_x(self) -> float:
        """Half way along."""
        return round((self.x1 + self.x2) / 2, 1)

    @property
    def words_left_y(self) -> float:
        """Where words at the left end of a grid line stand."""
        return round(self.y1 + 4, 1)

    @property
    def words_above_y(self) -> float:
        """Where words over a line stand."""
        return round(self.y1 - 5, 1)

    @property
    def words_below_y(self) -> float:
        """Where words under a tick stand."""
        return round(self.y1 + 15, 1)

    @property
    def words_x(self) -> float:
        """Under a tick, but not over the edge of the picture."""
        return min(max(self.x1, 30.0), 320.0)


@dataclass(frozen=True, slots=True)
class Block:
    """A drawn box with words in it."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """The same value once more, for the table under the chart."""

    on: date
    value: str
    words: FlagWords
    flag: object


@dataclass(frozen=True, slots=True)
class Trend:
    """A chart of one series in one unit, ready to draw."""

    height: int
    description: str
    band: Block | None
    limit: Line | None
    grid: tuple[Line, ...]
    joins: tuple[Line, ...]
    gaps: tuple[Line, ...]
    dots: tuple[Dot, ...]
    doses: tuple[Block, ...]
    months: tuple[Line, ...]
    axis_y: float
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class NumberLine:
    """One value on a line with the clinic's goal, ready to draw (UX-11)."""

    goal_x: float
    goal_width: float
    ticks: tuple[Line, ...]
    marker: float
    marker_anchor: str
    marker_text: float


def share(part: Number, whole: Number, width: float) -> float:
    """How far along ``width`` the part of the whole reaches, between nothing and all."""
    if float(whole) <= 0:
        return 0.0
    return round(min(max(float(part) / float(whole), 0.0), 1.0) * width, 1)


def ceiling(highest: float) -> tuple[float, float]:
    """A round top for an axis from zero, and its step: at most six ticks (visual language 8.2)."""
    if highest <= 0:
        return 1.0, 0.2
    size = 10 ** math.floor(math.log10(highest / 5))
    for factor in (1, 2, 2.5, 5, 10):
        step = factor * size
        if math.ceil(highest / step) <= 5:
            return step * math.ceil(highest / step), step
    raise AssertionError("ten times the size always suffices")


def months_between(first: date, last: date) -> list[date]:
    """The first of each month after ``first`` up to ``last``."""
    found: list[date] = []
    year, month = first.year, first.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        here = date(year, month, 1)
        if here > last:
            return found
        found.append(here)


def trend(
    points: Iterable[Point],
    *,
    unit: str,
    low: Number | None = None,
    high: Number | None = None,
    limit: Number | None = None,
    limit_words: str = "",
    doses: Iterable[DoseSpan] = (),
    until: date | None = None,
) -> Trend:
    """Lay out a trend. ``low`` and ``high`` are the usual range, ``limit`` the clinic's own limit.

    ``until`` is the right edge of the time axis (the day of the page). A limit far above every
    value does not flatten the curve: it is left to the words when over three times the highest.
    """
    series = sorted(points, key=lambda point: point.on)
    if not series:
        raise ValueError("A chart needs at least one value.")
    strip = tuple(doses)
    highest = max(float(point.value) for point in series)
    reference = max(highest, float(high or 0))
    shown_limit = limit is not None and float(limit) <= 3 * reference
    top, step = ceiling(max(reference, float(limit or 0) if shown_limit else 0.0) * 1.08)
    first = min([series[0].on, *(span.from_on for span in strip)])
    last = max([series[-1].on, *([until] if until else [])])
    days = max((last - first).days, 1)

    def x_of(on: date) -> float:
        inside = min(max(on, first), last)
        return round(_LEFT + 14 + (inside - first).days / days * (_RIGHT - _LEFT - 34), 1)

    def y_of(value: float) -> float:
        return round(_BASE - min(value / top, 1.0) * (_BASE - _TOP), 1)

    steps = tuple(
        Line(_LEFT, y_of(n * step), _RIGHT, y_of(n * step), number_text(round(n * step, 6)))
        for n in range(round(top / step) + 1)
    )
    joins, gaps = _joins(series, x_of, y_of)
    blocks = _strip(strip, x_of, last)
    axis = _BASE + 29 if blocks else _BASE + 8
    return Trend(
        height=round(axis + 18),
        description="; ".join(
            f"{number_text(point.value)} {unit} on {day_text(point.on)}" for point in series
        ),
        band=_band(low, high, unit, y_of),
        limit=(
            Line(_LEFT, y_of(float(limit or 0)), _RIGHT, y_of(float(limit or 0)), limit_words)
            if shown_limit
            else None
        ),
        grid=steps,
        joins=joins,
        gaps=gaps,
        dots=_dots(series, x_of, y_of),
        doses=blocks,
        months=_months(first, last, x_of, axis),
        axis_y=axis,
        rows=tuple(
            TableRow(
                point.on, f"{number_text(point.value)} {unit}", flag_words(point.flag), point.flag
            )
            for point in reversed(series)
        ),
    )


def _band(low: Number | None, high: Number | None, unit: str, y_of: _Place) -> Block | None:
    if high is None:
        return None
    upper, lower = y_of(float(high)), y_of(float(low or 0))
    span = (
        f"up to {number_text(high)}" if low is None else f"{number_text(low)}–{number_text(high)}"
    )
    return Block(
        _LEFT, upper, _RIGHT - _LEFT, round(lower - upper, 1), upper + 13, f"Usual {span} {unit}"
    )


def _joins(
    series: Sequence[Point], x_of: Callable[[date], float], y_of: _Place
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Lines between neighbours in time, and words where nobody tested for too long."""
    joins, gaps = [], []
    for earlier, later in pairwise(series):
        x1, x2 = x_of(earlier.on), x_of(later.on)
        between = (later.on - earlier.on).days
        if between <= LONGEST_JOIN_DAYS:
            joins.append(Line(x1, y_of(float(earlier.value)), x2, y_of(float(later.value))))
        elif x2 - x1 > 100:
            gaps.append(Line(x1, _BASE - 5, x2, _BASE - 5, f"no test for {between} days"))
        else:
            gaps.append(Line(x1, _BASE - 5, x2, _BASE - 5, ""))
    return tuple(joins), tuple(gaps)


def _dots(series: Sequence[Point], x_of: Callable[[date], float], y_of: _Place) -> tuple[Dot, ...]:
    """Every value; the last two carry their numbers, each on the side with room (8.4)."""
    places = [(x_of(point.on), y_of(float(point.value))) for point in series]
    named = {len(series) - 1}
    if len(series) > 1 and places[-1][0] - places[-2][0] >= _LABEL_ROOM / 2:
        named.add(len(series) - 2)
    dots = []
    for index, (point, (x, y)) in enumerate(zip(series, places, strict=True)):
        words = flag_words(point.flag)
        label = f"{number_text(point.value)} {words.symbol}".strip() if index in named else ""
        above = y - 9 > _TOP - 4
        dots.append(
            Dot(x, y, label, y - 9 if above else y + 17, min(x, _RIGHT - 18), bool(words.status))
        )
    return tuple(dots)


def _strip(
    doses: Sequence[DoseSpan], x_of: Callable[[date], float], last: date
) -> tuple[Block, ...]:
    blocks = []
    for span in doses:
        x1, x2 = x_of(span.from_on), x_of(span.until_on or last)
        width = round(max(x2 - x1, 2.0), 1)
        words = f"{number_text(span.mg_per_day)} mg"
        if width > 76:
            words += "/day"
        blocks.append(
            Block(x1, _BASE + 7, width, 15, round(x1 + width / 2, 1), words if width > 40 else "")
        )
    return tuple(blocks)


def _months(
    first: date, last: date, x_of: Callable[[date], float], axis: float
) -> tuple[Line, ...]:
    """Month and year under the axis, every so many months that at most four are written."""
    starts = months_between(first, last)
    every = max(1, math.ceil(len(starts) / 4))
    if not starts:
        starts = [first]
    ticks = []
    for on in starts[::every]:
        x = x_of(on)
        ticks.append(Line(x, axis, x, axis + 4, f"{MONTH_NAMES[on.month - 1]}-{on.year}"))
    return tuple(ticks)


def number_line(
    value: Number,
    *,
    low: Number | None = None,
    high: Number | None = None,
    limit: Number | None = None,
    unit: str = "",
) -> NumberLine:
    """Lay out one value between nought and a little over the clinic's goal (UX-11).

    The goal reaches to ``limit``, the clinic's own action limit; without one, to ``high``.
    """
    goal = limit if limit is not None else high
    reference = max(float(value), float(goal or 0))
    top, _step = ceiling(reference * 1.2)
    width, start = 298.0, 1.0

    def x_of(number: Number) -> float:
        return round(start + share(number, top, width), 1)

    ticks = [Line(start, 0, start, 0, "0")]
    for number in sorted({number for number in (high, goal) if number is not None}):
        words = number_text(number)
        fits = x_of(number) - ticks[-1].x1 > 5 * (len(words) + len(ticks[-1].words))
        ticks.append(Line(x_of(number), 30, x_of(number), 42, words if fits else ""))
    # The end gives way to the goal: the unit stands in the sentence below as well.
    end = f"{number_text(round(top, 6))} {unit}".strip()
    if start + width - ticks[-1].x1 > 7 * len(end) + 4 * len(ticks[-1].words) + 6:
        ticks.append(Line(start + width, 0, start + width, 0, end))
    marker = min(max(x_of(value), 9.0), 291.0)
    anchor = "start" if marker < 40 else "end" if marker > 260 else "middle"
    text_at = {"start": 1.0, "middle": marker, "end": 299.0}[anchor]
    goal_width = x_of(goal) - start if goal is not None else 0.0
    return NumberLine(start, round(goal_width, 1), tuple(ticks), marker, anchor, text_at)


def spark(values: Sequence[Number]) -> str:
    """Points of a 56 by 18 spark line, for the signing list only (visual language 8.10)."""
    low, high = min(map(float, values)), max(map(float, values))
    spread = (high - low) or 1.0
    step = 50 / max(len(values) - 1, 1)
    return " ".join(
        f"{3 + index * step:.1f},{15 - (float(value) - low) / spread * 12:.1f}"
        for index, value in enumerate(values)
    )

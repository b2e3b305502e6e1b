"""Geometry of the charts: numbers in, coordinates out; the templates only draw them.

Server SVG with presentation attributes and classes, never inline styles (CSP, visual language 8).
Everything is drawn at the size at which it is shown, so text keeps its size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from look.templatetags.clinical import number_text

Number = Decimal | float | int


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn line with words at it."""

    x1: float
    y1: float
    x2: float
    y2: float
    words: str = ""

    @property
    def words_left_y(self) -> float:
        """Where words at the left end of a grid line stand."""
        return round(self.y1 + 4, 1)

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
    # Nothing, or less than the six places that an axis is written with.
    if highest < 1e-6:
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


def number_line(
    value: Number,
    *,
    low: Number | None = None,
    high: Number | None = None,
    limit: Number | None = None,
    unit: str = "",
) -> NumberLine:
    """Lay out one value between nought and a little over the clinic's goal (UX-11).

    The goal reaches to ``limit``, the clinic's own action limit; without one, from ``low`` to
    ``high``, as the words below it say.
    """
    goal = limit if limit is not None else high
    reference = max(float(value), float(goal or 0))
    top, _step = ceiling(reference * 1.2)
    width, start = 298.0, 1.0

    def x_of(number: Number) -> float:
        return round(start + share(number, top, width), 1)

    ticks = [Line(start, 0, start, 0, "0")]
    begins = low if limit is None and low is not None and goal is not None and low < goal else 0
    for number in sorted({number for number in (begins, high, goal) if number}):
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
    goal_x = x_of(begins)
    goal_width = x_of(goal) - goal_x if goal is not None else 0.0
    return NumberLine(goal_x, round(goal_width, 1), tuple(ticks), marker, anchor, text_at)


def spark(values: Sequence[Number], *, high: Number | None = None) -> str:
    """Points of a 56 by 18 spark line, beside a number in a list (visual language 8.10).

    From nought to the highest value or the upper limit, so that a small change looks small.
    """
    top = max([float(high or 0), *map(float, values)]) or 1.0
    step = 50 / max(len(values) - 1, 1)
    return " ".join(
        f"{3 + index * step:.1f},{15 - float(value) / top * 12:.1f}"
        for index, value in enumerate(values)
    )

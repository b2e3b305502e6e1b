"""Geometry of a trend: values over time in, coordinates out; the template only draws them (UX-10).

Words stand in the plot only where they cover nothing. What finds no room there is not lost: it
stands in the sentence and in the table under the chart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from look.drawing import Block, Line, Number, ceiling, months_between
from look.lettering import LETTER, Box, Room, Words
from look.templatetags.clinical import (
    MONTH_NAMES,
    FlagWords,
    day_text,
    flag_words,
    number_text,
)

# A line across a longer gap would show values nobody measured (UX-10). It holds whatever the
# clinic's schedule: a test that was planned and left out makes such a gap.
LONGEST_JOIN_DAYS = 45

# Where a value stands in the plot.
Place = tuple[float, float]

_WIDTH, _LEFT, _RIGHT, _TOP, _BASE = 350.0, 34.0, 346.0, 14.0, 160.0


@dataclass(frozen=True, slots=True)
class Point:
    """One measured value: its day, the number in the chart's unit, and how it is flagged (UX-05).

    ``sign`` is ``<`` and its like; ``as_sent`` names the value before it was converted (UX-04);
    ``range`` is the range that was printed beside it.
    """

    on: date
    value: Number
    flag: object = "normal"
    sign: str = ""
    as_sent: str = ""
    range: str = ""


@dataclass(frozen=True, slots=True)
class DoseSpan:
    """A dose held from one day until another (exclusive; None: still)."""

    from_on: date
    until_on: date | None
    mg_per_day: Number


@dataclass(frozen=True, slots=True)
class Dot:
    """A drawn value; a converted one is a square."""

    x: float
    y: float
    label: Words | None
    out_of_range: bool
    converted: bool

    @property
    def corner(self) -> tuple[float, float]:
        """The upper left corner of the square."""
        return round(self.x - 3.5, 1), round(self.y - 3.5, 1)


@dataclass(frozen=True, slots=True)
class TableRow:
    """The same value once more, for the table under the chart; ``gap`` says what lies before it."""

    on: date
    value: str
    as_sent: str
    range: str
    words: FlagWords
    flag: object
    gap: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A chart of one series in one unit, ready to draw."""

    height: int
    description: str
    sentence: str
    band: Block | None
    band_words: Words | None
    limit: Line | None
    limit_words: Words | None
    grid: tuple[Line, ...]
    joins: tuple[Line, ...]
    gaps: tuple[Words, ...]
    dots: tuple[Dot, ...]
    doses: tuple[Block, ...]
    months: tuple[Line, ...]
    axis_y: float
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where days and values stand in the plot."""

    first: date
    last: date
    top: float

    def x_of(self, on: date) -> float:
        """Days beyond the frame stand at its edge."""
        inside = min(max(on, self.first), self.last)
        days = max((self.last - self.first).days, 1)
        return round(_LEFT + 14 + (inside - self.first).days / days * (_RIGHT - _LEFT - 34), 1)

    def y_of(self, value: Number) -> float:
        """From nought at the base."""
        return round(_BASE - min(float(value) / self.top, 1.0) * (_BASE - _TOP), 1)


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
    frame = _Frame(
        first=min([series[0].on, *(span.from_on for span in strip)]),
        last=max([series[-1].on, *([until] if until else [])]),
        top=top,
    )
    places = [(frame.x_of(point.on), frame.y_of(point.value)) for point in series]
    joins = _joins(series, places)
    line = (
        Line(_LEFT, frame.y_of(limit or 0), _RIGHT, frame.y_of(limit or 0)) if shown_limit else None
    )
    room = Room(_WIDTH, _BASE)
    for join in joins:
        room.take_line(join)
    for x, y in places:
        room.take(Box(x - 4, y - 4, x + 4, y + 4))
    if line is not None:
        room.take(Box(line.x1, line.y1 - 1, line.x2, line.y1 + 1))
    dots = _dots(series, places, room)
    gaps = _gaps_between(series)
    blocks = _strip(strip, frame)
    axis = _BASE + 29 if blocks else _BASE + 8
    usual = _usual(low, high, unit)
    return Trend(
        height=round(axis + 18),
        description=_description(series, gaps, unit, strip),
        sentence=_sentence(series, unit, usual, limit_words if limit is not None else ""),
        band=_band(low, high, frame),
        limit=line,
        limit_words=_limit_words(line, limit_words, room),
        band_words=_band_words(low, high, usual, frame, room),
        grid=tuple(
            Line(
                _LEFT,
                frame.y_of(n * step),
                _RIGHT,
                frame.y_of(n * step),
                number_text(round(n * step, 6)),
            )
            for n in range(round(top / step) + 1)
        ),
        joins=joins,
        gaps=_gap_words(places, gaps, room),
        dots=dots,
        doses=blocks,
        months=_months(frame, axis),
        axis_y=axis,
        rows=tuple(
            TableRow(
                point.on,
                value_words(point, unit),
                point.as_sent,
                point.range,
                flag_words(point.flag),
                point.flag,
                gap,
            )
            for point, gap in zip(reversed(series), reversed(gaps), strict=True)
        ),
    )


def value_words(point: Point, unit: str) -> str:
    """``<5 U/L``: a value with its sign and unit."""
    return f"{point.sign}{number_text(point.value)} {unit}"


def _usual(low: Number | None, high: Number | None, unit: str) -> str:
    if high is None:
        return ""
    span = f"{number_text(low)}–{number_text(high)}" if low else f"up to {number_text(high)}"
    return f"Usual {span} {unit}"


def _sentence(series: Sequence[Point], unit: str, usual: str, limit: str) -> str:
    """Latest and previous value in numbers, the range and the limit: all that the plot may omit."""
    newest = series[-1]
    said = f"Latest {value_words(newest, unit)} on {day_text(newest.on)}"
    if len(series) > 1:
        before = series[-2]
        said += f", previous {value_words(before, unit)} on {day_text(before.on)}"
    return ". ".join(part for part in (said, usual, limit) if part) + "."


def _description(
    series: Sequence[Point], gaps: Sequence[str], unit: str, doses: Sequence[DoseSpan]
) -> str:
    parts = []
    for point, gap in zip(series, gaps, strict=True):
        sent = f" (sent as {point.as_sent})" if point.as_sent else ""
        said = f"{value_words(point, unit)} on {day_text(point.on)}{sent}"
        parts += [gap, said] if gap else [said]
    parts += [
        f"dose {number_text(span.mg_per_day)} mg/day from {day_text(span.from_on)}"
        for span in doses
    ]
    return "; ".join(parts)


def _band(low: Number | None, high: Number | None, frame: _Frame) -> Block | None:
    if high is None:
        return None
    upper, lower = frame.y_of(high), frame.y_of(low or 0)
    return Block(_LEFT, upper, _RIGHT - _LEFT, round(lower - upper, 1), upper + 13)


def _gaps_between(series: Sequence[Point]) -> tuple[str, ...]:
    """For each value, the words of the gap before it; mostly none."""
    days = [(later.on - earlier.on).days for earlier, later in pairwise(series)]
    return (
        "",
        *(f"no test for {each} days" if each > LONGEST_JOIN_DAYS else "" for each in days),
    )


def _joins(series: Sequence[Point], places: Sequence[Place]) -> tuple[Line, ...]:
    return tuple(
        Line(*start, *end)
        for (earlier, later), (start, end) in zip(pairwise(series), pairwise(places), strict=True)
        if (later.on - earlier.on).days <= LONGEST_JOIN_DAYS
    )


def _gap_words(places: Sequence[Place], gaps: Sequence[str], room: Room) -> tuple[Words, ...]:
    """Words where nobody tested for too long, where there is room for them."""
    found = []
    for ((x1, _), (x2, _)), words in zip(pairwise(places), gaps[1:], strict=True):
        if not words or x2 - x1 < len(words) * LETTER + 12:
            continue
        middle = round((x1 + x2) / 2, 1)
        if placed := room.place([Words(middle, _BASE - 5, words, "middle")]):
            found.append(placed)
    return tuple(found)


def _dots(series: Sequence[Point], places: Sequence[Place], room: Room) -> tuple[Dot, ...]:
    """Every value; the last two carry their numbers, the previous only where there is room."""
    labels: dict[int, Words | None] = {}
    for index in reversed(range(max(0, len(series) - 2), len(series))):
        point, (x, y) = series[index], places[index]
        words = flag_words(point.flag)
        text = f"{point.sign}{number_text(point.value)} {words.symbol}".strip()
        half = len(text) * LETTER / 2
        middle = min(max(x, _LEFT + half), _RIGHT + 4 - half)
        choices = [
            Words(round(middle, 1), round(y - 9, 1), text, "middle"),
            Words(round(middle, 1), round(y + 17, 1), text, "middle"),
            Words(round(x - 8, 1), round(y + 4, 1), text, "end"),
        ]
        newest = index == len(series) - 1
        labels[index] = room.place(choices, must=newest)
    return tuple(
        Dot(x, y, labels.get(index), bool(flag_words(point.flag).status), bool(point.as_sent))
        for index, (point, (x, y)) in enumerate(zip(series, places, strict=True))
    )


def _limit_words(line: Line | None, words: str, room: Room) -> Words | None:
    if line is None or not words:
        return None
    over, under = round(line.y1 - 5, 1), round(line.y1 + 14, 1)
    return room.place(
        [
            Words(_RIGHT, over, words, "end"),
            Words(_LEFT + 6, over, words),
            Words(_RIGHT, under, words, "end"),
            Words(_LEFT + 6, under, words),
        ]
    )


def _band_words(
    low: Number | None, high: Number | None, words: str, frame: _Frame, room: Room
) -> Words | None:
    """At an edge of the band: inside first, then just over it."""
    if high is None:
        return None
    upper, lower = frame.y_of(high), frame.y_of(low or 0)
    heights = [upper + 13, lower - 5, (upper + lower) / 2 + 4] if lower - upper >= 18 else []
    choices = [
        Words(x, round(y, 1), words, anchor)
        for y in [*heights, upper - 5]
        for x, anchor in ((_LEFT + 6, "start"), (_RIGHT - 2, "end"))
    ]
    return room.place(choices)


def _strip(doses: Sequence[DoseSpan], frame: _Frame) -> tuple[Block, ...]:
    blocks = []
    for span in doses:
        x1, x2 = frame.x_of(span.from_on), frame.x_of(span.until_on or frame.last)
        width = round(max(x2 - x1, 2.0), 1)
        words = f"{number_text(span.mg_per_day)} mg"
        if width > 76:
            words += "/day"
        blocks.append(
            Block(x1, _BASE + 7, width, 15, round(x1 + width / 2, 1), words if width > 40 else "")
        )
    return tuple(blocks)


def _months(frame: _Frame, axis: float) -> tuple[Line, ...]:
    """Month and year under the axis, every so many months that at most four are written."""
    starts = months_between(frame.first, frame.last)
    every = max(1, math.ceil(len(starts) / 4))
    if not starts:
        starts = [frame.first]
    ticks = []
    for on in starts[::every]:
        x = frame.x_of(on)
        ticks.append(Line(x, axis, x, axis + 4, f"{MONTH_NAMES[on.month - 1]}-{on.year}"))
    return tuple(ticks)

"""A trend as SVG, one line of markup for each kind of mark.

A chart has some hundred marks and a course page five charts. Filled in by a template, or escaped
one by one, they took a fifth of the page's time. So numbers are written at once, by ``:g``, which
writes nothing but numbers; words leave a ``{}`` in their place and are escaped together at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from look.drawing import Block, Line
from look.lettering import Words
from look.trends import Dot, Trend

# Of our own words only: an anchor that is not one of these is an error.
_ANCHORS = {each: f' text-anchor="{each}"' for each in ("start", "middle", "end")}


def plot(chart: Trend, *, title: str, unit: str, id: str) -> SafeString:  # noqa: A002 - of the mark
    """The picture, with its title and its values in words for those who do not see it."""
    said = [id, id, id, title, unit, id, chart.description]
    marks = (
        _boxes("band", [chart.band] if chart.band else []),
        _grid(chart.grid, said),
        _lines("lim", [chart.limit] if chart.limit else []),
        _lines("trace", chart.joins),
        "\n".join([_dot(dot, said) for dot in chart.dots]),
        _words("lim-t", [chart.limit_words], said),
        _words("goal-t", [chart.band_words], said),
        _words("", chart.gaps, said),
        _doses(chart.doses, said),
        _lines("axis", [Line(34, chart.axis_y, 346, chart.axis_y)]),
        _months(chart.months, said),
    )
    drawn = "\n".join(filter(None, marks))
    return format_html(
        f'<svg class="it-chart it-trend" viewBox="0 0 350 {chart.height:g}" role="img"'
        ' aria-labelledby="{}-title {}-desc"><title id="{}-title">{} ({})</title>'
        f'<desc id="{{}}-desc">{{}}</desc>{drawn}</svg>',
        *said,
    )


def _lines(kind: str, lines: Iterable[Line]) -> str:
    return "".join([_line(kind, each) for each in lines])


def _line(kind: str, line: Line) -> str:
    where = f'x1="{line.x1:g}" x2="{line.x2:g}" y1="{line.y1:g}" y2="{line.y2:g}"'
    return f'<line class="{kind}" {where}/>'


def _boxes(kind: str, boxes: Iterable[Block]) -> str:
    return "".join([f'<rect class="{kind}" {_sides(box)}/>' for box in boxes])


def _sides(box: Block) -> str:
    return f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'


def _words(kind: str, words: Iterable[Words | None], said: list[str]) -> str:
    """Places for words, which are added to ``said``."""
    found = [each for each in words if each is not None]
    said += [each.text for each in found]
    return "".join([_place(each.x, each.y, _ANCHORS[each.anchor], kind) for each in found])


def _place(x: float, y: float, anchor: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:g}" y="{y:g}"{anchor}>{{}}</text>'


def _grid(lines: Sequence[Line], said: list[str]) -> str:
    """A line at each step of the axis, with its number at the left."""
    said += [line.words for line in lines]
    end = _ANCHORS["end"]
    return "".join([_line("grid", each) + _place(28, each.words_left_y, end) for each in lines])


def _dot(dot: Dot, said: list[str]) -> str:
    """A value that was converted is a square; one out of its range is filled."""
    kind = "pt pt-hi" if dot.out_of_range else "pt"
    label = _words("lab", [dot.label], said)
    if dot.converted:
        x, y = dot.corner
        return f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="7" height="7"/>{label}'
    return f'<circle class="{kind}" cx="{dot.x:g}" cy="{dot.y:g}" r="3.5"/>{label}'


def _doses(blocks: Sequence[Block], said: list[str]) -> str:
    """The strip of doses, with the mg where they fit."""
    said += [block.words for block in blocks if block.words]
    middle = _ANCHORS["middle"]
    return "".join(
        f'<rect class="dose" {_sides(block)} rx="3"/>'
        + (_place(block.middle, 178, middle, "dose-t") if block.words else "")
        for block in blocks
    )


def _months(ticks: Sequence[Line], said: list[str]) -> str:
    said += [tick.words for tick in ticks]
    middle = _ANCHORS["middle"]
    return "".join(
        _line("axis", tick) + _place(tick.words_x, tick.words_below_y, middle) for tick in ticks
    )

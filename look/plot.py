"""A trend as SVG, one line of markup for each kind of mark.

A chart has some hundred marks and a course page five charts. Filled in by a template they took
a sixth of the page's time, so marks are joined here; the words around them stay in the template.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from look.drawing import Block, Line
from look.lettering import Words
from look.trends import Dot, Trend


def plot(chart: Trend, *, title: str, unit: str, id: str) -> SafeString:  # noqa: A002 - of the mark
    """The picture, with its title and its values in words for those who do not see it."""
    marks: list[SafeString] = [
        _boxes("band", [chart.band] if chart.band else []),
        _grid(chart.grid),
        _lines("lim", [chart.limit] if chart.limit else []),
        _lines("trace", chart.joins),
        *map(_dot, chart.dots),
        _words("lim-t", [chart.limit_words]),
        _words("goal-t", [chart.band_words]),
        _words("", chart.gaps),
        _doses(chart.doses),
        _lines("axis", [Line(34, chart.axis_y, 346, chart.axis_y)]),
        _months(chart.months),
    ]
    return format_html(
        '<svg class="it-chart it-trend" viewBox="0 0 350 {0}" role="img"'
        ' aria-labelledby="{1}-title {1}-desc"><title id="{1}-title">{2} ({3})</title>'
        '<desc id="{1}-desc">{4}</desc>{5}</svg>',
        chart.height,
        id,
        title,
        unit,
        chart.description,
        format_html_join("\n", "{}", ((mark,) for mark in marks if mark)),
    )


def _lines(kind: str, lines: Iterable[Line]) -> SafeString:
    return format_html_join(
        "",
        '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>',
        ((kind, line.x1, line.x2, line.y1, line.y2) for line in lines),
    )


def _boxes(kind: str, boxes: Iterable[Block]) -> SafeString:
    return format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
        ((kind, box.x, box.y, box.width, box.height) for box in boxes),
    )


def _words(kind: str, words: Iterable[Words | None]) -> SafeString:
    named = format_html(' class="{}"', kind) if kind else ""
    return format_html_join(
        "",
        '<text{} x="{}" y="{}" text-anchor="{}">{}</text>',
        ((named, each.x, each.y, each.anchor, each.text) for each in words if each is not None),
    )


def _grid(lines: Iterable[Line]) -> SafeString:
    return format_html_join(
        "",
        '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text x="28" y="{}" text-anchor="end">{}</text>',
        ((line.x1, line.x2, line.y1, line.y2, line.words_left_y, line.words) for line in lines),
    )


def _dot(dot: Dot) -> SafeString:
    """A value that was converted is a square; one out of its range is filled."""
    kind = "pt pt-hi" if dot.out_of_range else "pt"
    label = _words("lab", [dot.label])
    if dot.converted:
        return format_html(
            '<rect class="{}" x="{}" y="{}" width="7" height="7"/>{}', kind, *dot.corner, label
        )
    return format_html('<circle class="{}" cx="{}" cy="{}" r="3.5"/>{}', kind, dot.x, dot.y, label)


def _doses(blocks: Iterable[Block]) -> SafeString:
    """The strip of doses, with the mg where they fit."""
    return format_html_join(
        "",
        '<rect class="dose" x="{}" y="{}" width="{}" height="{}" rx="3"/>{}',
        (
            (
                block.x,
                block.y,
                block.width,
                block.height,
                _words("dose-t", [Words(block.middle, 178, block.words, "middle")])
                if block.words
                else "",
            )
            for block in blocks
        ),
    )


def _months(ticks: Iterable[Line]) -> SafeString:
    return format_html_join(
        "",
        '<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        (
            (
                tick.x1,
                tick.x2,
                tick.y1,
                tick.y2,
                tick.words_x,
                tick.words_below_y,
                tick.words,
            )
            for tick in ticks
        ),
    )

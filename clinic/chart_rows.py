"""Trends of the course page: each analyte over the dose, in one unit (UX-04, UX-10)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from clinic import wording
from clinic.result_rows import as_sent, flag_of, range_words
from look.templatetags.clinical import number_text
from look.trends import DoseSpan, Point
from monitoring.queries.course_page import CoursePage
from protocol import dosing, treatment
from protocol.grading import Graded
from protocol.holds import pauses
from protocol.ladders import DEFAULT_LADDER
from protocol.units import Unconvertible, convert
from protocol.vocabulary import Analyte, Tier

# Always shown; the others are folded away unless somebody has to look at them.
_FIRST = (Analyte.ALT, Analyte.TRIGLYCERIDES)
# A pregnancy test is no curve.
_NOT_DRAWN = frozenset({Analyte.HCG})
# A chart begins with the baseline, not with a value of years ago.
_BEFORE_COURSE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Charts:
    """The charts that stand open, and those that are folded away."""

    shown: tuple[dict[str, Any], ...]
    more: tuple[dict[str, Any], ...]

    @property
    def more_names(self) -> str:
        """What is folded away."""
        return ", ".join(each["title"] for each in self.more)


def charts(found: CoursePage) -> Charts:
    """A chart of each analyte that was measured; what is raised to t2 or more stands open."""
    course = treatment.newest(found.facts, as_of=found.today)
    began = course.started if course else found.today
    doses = _dose_spans(found, began)
    shown: list[dict[str, Any]] = []
    more: list[dict[str, Any]] = []
    for analyte in Analyte:
        points = [
            graded
            for graded in found.trends.get(analyte, ())
            if began - _BEFORE_COURSE <= graded.result.on <= found.today
        ]
        if analyte in _NOT_DRAWN or not any(not graded.held for graded in points):
            continue
        newest = max(
            (graded for graded in points if not graded.held), key=lambda graded: graded.result.on
        )
        look_at_it = newest.tier is not None and newest.tier >= Tier.T2
        chart = {**_chart(points, newest, found), "doses": doses}
        (shown if analyte in _FIRST or look_at_it else more).append(chart)
    return Charts(tuple(shown), tuple(more))


def _chart(points: list[Graded], newest: Graded, found: CoursePage) -> dict[str, Any]:
    drawn = [
        point
        for graded in points
        if not graded.held and (point := _point(graded, newest.unit)) is not None
    ]
    ladder = found.policy.ladder or DEFAULT_LADDER
    acts = ladder.acts_at(newest.analyte, newest.unit, newest.uln)
    limit, limit_words = None, ""
    if acts is not None:
        sign, limit = acts
        word = "above" if sign == ">" else "from"
        limit_words = f"Act {word} {number_text(_shown(limit))} {newest.unit}"
    return {
        "title": wording.ANALYTES[newest.analyte.value],
        "unit": newest.unit,
        "points": drawn,
        "low": newest.lln,
        "high": newest.uln,
        "limit": limit,
        "limit_words": limit_words,
        "note": _note(points, drawn),
    }


def _note(points: list[Graded], drawn: list[Point]) -> str:
    """What the picture leaves out, or shows otherwise than it was sent."""
    said = []
    if left := len(points) - len(drawn):
        said.append(f"Not drawn: {left} value{'s' if left > 1 else ''} in doubt or preliminary.")
    if len({point.range for point in drawn}) > 1:
        said.append("The range has changed; band and limit are those of the newest result.")
    if any(point.as_sent for point in drawn):
        said.append("A square is a value converted from another unit.")
    return " ".join(said)


def _point(graded: Graded, unit: str) -> Point | None:
    """The value in the chart's unit; None where there is no factor between the units."""
    if graded.value is None:
        return None
    value, span, sent = graded.value, range_words(graded), as_sent(graded)
    if graded.unit != unit:
        try:
            value = _shown(convert(graded.analyte, graded.value, graded.unit, unit))
        except Unconvertible:
            return None
        sent = f"{graded.result.comparator}{number_text(graded.value)} {graded.unit}"
        span = f"{span} {graded.unit}" if span else ""
    return Point(graded.result.on, value, flag_of(graded), graded.result.comparator, sent, span)


def _shown(value: Decimal) -> Decimal:
    """Three figures are enough of a number that was multiplied."""
    if value == 0:
        return value
    return round(value, max(0, 2 - value.adjusted()))


def _dose_spans(found: CoursePage, began: date) -> list[DoseSpan]:
    """The dose strip; a pause is a gap in it."""
    doses = [dose for dose in found.facts.doses if began <= dose.on <= found.today]
    held = pauses(found.facts, after=None)
    spans = []
    for number, dose in enumerate(doses):
        following = doses[number + 1].on if number + 1 < len(doses) else None
        until = following or found.stopped_on
        spans += _without(held, dose.on, until, dosing.average_daily_mg(dose.pattern))
    return spans


def _without(held: Any, start: date, until: date | None, daily: Decimal) -> list[DoseSpan]:
    """One step of the dose without the pauses in it."""
    spans = []
    for pause in held:
        if (until is not None and pause.begins >= until) or (
            pause.ends is not None and pause.ends <= start
        ):
            continue
        if pause.begins > start:
            spans.append(DoseSpan(start, pause.begins, daily))
        if pause.ends is None:
            return spans
        start = max(start, pause.ends)
    if until is None or start < until:
        spans.append(DoseSpan(start, until, daily))
    return spans

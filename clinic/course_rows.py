"""Rows of the course page: results, doses, dates and what happened, in words."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from clinic import wording
from look.templatetags.clinical import moment_text, number_text, relative_words
from monitoring.queries.course_page import CoursePage, SpecimenRow
from protocol import cumulative, dosing
from protocol.grading import Flag, Graded
from protocol.vocabulary import Analyte, Tier

# The two charts of the page, and the multiple or value at which the clinic acts (5.2, tier 2).
_CHARTED = (Analyte.ALT, Analyte.TRIGLYCERIDES)
_SHOWN_RESULTS = 6
# A chart begins with the baseline, not with a value of years ago.
_BEFORE_COURSE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a chart."""

    on: date
    value: Decimal
    flag: object


@dataclass(frozen=True, slots=True)
class DoseSpan:
    """One bar of the dose strip."""

    from_on: date
    until_on: date | None
    mg_per_day: Decimal


@dataclass(frozen=True, slots=True)
class Happening:
    """One row of the timeline."""

    on: date
    text: str
    detail: str = ""
    status: str = ""
    now: bool = False
    at: None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One result with the laboratory's own range and both flags."""

    name: str
    value: str
    unit: str
    range: str
    flag: object
    tier_words: str
    tier_status: str
    ctcae: int | None
    default_range: bool
    note: str


def flag_of(graded: Graded) -> object:
    """What the flag tag shows: the tier where there is one, else where the value lies."""
    if graded.tier is not None and graded.tier > Tier.T0:
        return graded.tier
    if graded.flag is Flag.LOW:
        return Flag.LOW
    return graded.tier if graded.tier is not None else graded.flag


def result_row(graded: Graded) -> ResultRow:
    """One line of a results table."""
    result = graded.result
    words, status = (
        wording.TIERS[graded.tier] if graded.tier is not None else ("Not graded", "neutral")
    )
    low, high = graded.lln, graded.uln
    span = ""
    if high is not None:
        span = (
            f"{number_text(low)}–{number_text(high)}"
            if low is not None
            else f"≤ {number_text(high)}"
        )
    value = number_text(result.value) if result.value is not None else result.text
    return ResultRow(
        name=wording.ANALYTES[result.analyte.value],
        value=f"{result.comparator}{value}",
        unit=graded.unit or result.unit,
        range=span or "Not recorded",
        flag=flag_of(graded),
        tier_words=words,
        tier_status=status,
        ctcae=graded.ctcae,
        default_range=graded.default_range,
        note=graded.why,
    )


def specimen_rows(found: CoursePage) -> list[dict[str, Any]]:
    """The newest draws, each with its results and whether somebody must read it."""
    return [_specimen(row) for row in found.specimens[:_SHOWN_RESULTS]]


def _specimen(row: SpecimenRow) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "collected_on": row.collected_on,
        "results": [result_row(graded) for graded in row.results],
        "to_acknowledge": row.to_acknowledge,
        "to_confirm": row.to_confirm,
    }


def charts(found: CoursePage) -> list[dict[str, Any]]:
    """The trends of ALT and triglycerides over the dose; one unit a chart (UX-04, UX-10)."""
    drawn = []
    began = min((dose.on for dose in found.facts.doses), default=found.today)
    since = began - _BEFORE_COURSE
    for analyte in _CHARTED:
        points = [graded for graded in found.trends.get(analyte, ()) if graded.result.on >= since]
        if not points:
            continue
        newest = max(points, key=lambda graded: graded.result.on)
        same_unit = [graded for graded in points if graded.unit == newest.unit and not graded.held]
        if not same_unit:
            continue
        drawn.append(
            {
                "title": wording.ANALYTES[analyte.value],
                "unit": newest.unit,
                "points": [
                    Point(graded.result.on, graded.result.value or Decimal(0), flag_of(graded))
                    for graded in same_unit
                ],
                "low": newest.lln,
                "high": newest.uln,
                "doses": _dose_spans(found),
            }
        )
    return drawn


def _dose_spans(found: CoursePage) -> list[DoseSpan]:
    doses = [dose for dose in found.facts.doses if dose.on <= found.today]
    spans = []
    for number, dose in enumerate(doses):
        following = doses[number + 1].on if number + 1 < len(doses) else None
        until = following or found.stopped_on
        spans.append(DoseSpan(dose.on, until, dosing.average_daily_mg(dose.pattern)))
    return spans


def dose_facts(found: CoursePage) -> dict[str, Any]:
    """The ring of the cumulative dose and the figures under it (DOSE-9 to DOSE-11)."""
    taken = found.taken
    dose = cumulative.dose_on(found.facts, found.today)
    daily = dosing.average_daily_mg(dose.pattern) if dose else None
    if taken is None:
        return {"known": False}
    high_on = None
    if daily and taken.target_mg:
        left = taken.target_mg[1] - taken.mg
        if left > 0:
            high_on = found.today + timedelta(days=math.ceil(left / daily))
    return {
        "known": True,
        "mg": taken.mg,
        "mg_per_kg": _tenths(taken.mg_per_kg),
        "time_weighted": _tenths(taken.time_weighted),
        "target_mg": taken.target_mg,
        "earliest": taken.reaches_120_on,
        "latest": high_on,
        "missed": sum(len(row.dates) for row in found.facts.missed),
        "daily": daily,
    }


def _tenths(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 1)


def item_rows(found: CoursePage) -> list[dict[str, Any]]:
    """What is due next, soonest first."""
    rows = []
    for item in found.items:
        word, status = wording.ITEM_STATUS[item.status]
        rows.append(
            {
                "id": item.public_id,
                "title": wording.REQUIREMENTS[item.requirement],
                "due_on": item.due_on,
                "opens_on": item.opens_on,
                "when": relative_words((item.due_on - found.today).days),
                "word": word,
                "status": status,
            }
        )
    return rows


def prescription_rows(found: CoursePage) -> list[dict[str, Any]]:
    """Signed prescriptions, newest first, with the last moment of the window."""
    return [
        {
            "id": row.public_id,
            "signed_at": row.signed_at,
            "signed_by": row.signed_by,
            "words": f"{row.capsules} × {number_text(row.strength_mg)} mg, "
            f"{number_text(row.daily_mg)} mg/day, {number_text(round(row.days, 1))} days",
            "closes_at": row.window_closes_at,
            "open": row.window_closes_at is None
            or row.window_closes_at >= found.decision.judged_at,
            "dispensed_on": row.dispensed_on,
            "override_reason": row.override_reason,
        }
        for row in found.prescriptions
    ]


def timeline_rows(found: CoursePage) -> list[Happening]:
    """What happened and what is to come, newest first; the future on top, hollow."""
    facts = found.facts
    rows = [
        Happening(item.due_on, f"{wording.REQUIREMENTS[item.requirement]} due", status="due")
        for item in found.items
        if item.due_on > found.today
    ]
    if found.decision.window is not None and found.decision.window.last_day >= found.today:
        closes = moment_text(found.decision.window.closes_at, found.zone)
        rows.append(Happening(found.decision.window.last_day, f"Window ends {closes}"))
    week = found.standing.week
    rows.append(Happening(found.today, f"Today, week {week}" if week else "Today", now=True))
    rows += [
        Happening(
            test.on,
            f"Pregnancy test {test.result.value.capitalize()}"
            if test.result
            else "Pregnancy test left out",
            status="ok" if test.result and test.result.value == "negative" else "critical",
        )
        for test in facts.pregnancy_tests
    ]
    rows += [Happening(row.collected_on, _drawn(row), status="info") for row in found.specimens]
    rows += [Happening(row.on, "Check-in done", status="ok") for row in facts.check_ins]
    rows += [
        Happening(
            row.on,
            f"Dose {number_text(dosing.average_daily_mg(row.pattern))} mg/day",
            status="info",
        )
        for row in facts.doses
    ]
    rows += [Happening(row.on, "Picked up", status="ok") for row in facts.dispensed]
    rows += [Happening(row.on, "Prescription signed", status="ok") for row in facts.prescribed]
    rows += [Happening(row.on, "Visit") for row in facts.visits]
    rows += [Happening(row.on, "Treatment on hold", status="warning") for row in facts.holds]
    rows += [Happening(row.on, "Treatment resumed", status="ok") for row in facts.resumes]
    rows += [Happening(row.on, "Course stopped") for row in facts.stopped]
    rows += [Happening(row.on, "Enrolled") for row in facts.enrolled]
    return sorted(rows, key=lambda row: (row.on, not row.now), reverse=True)[:14]


def _drawn(row: SpecimenRow) -> str:
    raised = [graded for graded in row.results if graded.tier is not None and graded.tier > 0]
    if not raised:
        return "Blood test, nothing raised"
    worst = max(raised, key=lambda graded: graded.tier or Tier.T0)
    line = result_row(worst)
    return f"{line.name} {line.value} {line.unit}, {line.tier_words.lower()}"

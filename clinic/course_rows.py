"""Rows of the course page: results, doses, dates and what happened, in words."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from clinic import wording
from clinic.result_rows import result_row
from look.templatetags.clinical import moment_text, number_text, relative_words
from monitoring.queries.course_page import CoursePage, SpecimenRow
from protocol import cumulative, dosing
from protocol.vocabulary import Tier

_SHOWN_RESULTS = 6


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

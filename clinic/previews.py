"""What a form would lead to, before anything is saved: doses, capsules, the end, what follows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from clinic.forms.prescribing import SUPPLY_DAYS
from clinic.reasons import REASONS
from look.templatetags.clinical import lines_text, number_text
from monitoring.queries.course_page import Top, label_course
from protocol import after_course, cumulative, dosing, packs
from protocol.facts import Stopped
from protocol.vocabulary import Formulation
from protocol.what_if import Outlook, Step, course_outlook, held_now

_SHOWN_PACKS = 3


@dataclass(frozen=True, slots=True)
class PackRow:
    """One way to make up a dose for a supply."""

    words: str
    daily: str
    lasts: int
    left_over: int
    opens_packs: bool


def dose_preview(found: Top, form: Any) -> dict[str, Any]:
    """Mg/kg, findings, capsules and the end, as it is planned and with the dose typed."""
    values = form.cleaned_data
    pattern, starts = values.get("pattern"), values.get("starts_on")
    facts, today = found.facts, found.today
    preview: dict[str, Any] = {
        "kind": "dose",
        "now": outlook_row(course_outlook(facts, as_of=today)),
        "held": held_now(facts, as_of=today),
        "ready": bool(pattern and starts and starts >= today),
    }
    if not pattern or starts is None or starts < today:
        return preview
    formulation = Formulation(values.get("formulation") or "standard")
    change = Step(starts=starts, pattern=pattern)
    judged = dosing.judge_dose(facts, pattern=pattern, formulation=formulation, on=today)
    then = course_outlook(facts, as_of=today, change=change)
    return {
        **preview,
        "dose": f"{number_text(judged.daily_mg)} mg/day",
        "mg_per_kg": None if judged.mg_per_kg is None else round(judged.mg_per_kg, 2),
        "weight_kg": judged.weight_kg,
        "findings": [REASONS[finding.reason][1] for finding in judged.findings],
        "then": outlook_row(then),
        "differs": _differs(course_outlook(facts, as_of=today), then),
        "packs": pack_rows(pattern, formulation, facts.programme),
    }


def stop_preview(found: Top, form: Any) -> dict[str, Any]:
    """How far the course has come, what is missing to the target, and what follows the end."""
    day = form.cleaned_data.get("last_dose_on") if form.is_bound else found.today
    if day is None or day > found.today:
        return {"kind": "stop", "ready": False}
    taken = cumulative.cumulative(found.facts, as_of=day)
    short = None
    if taken is not None and taken.mg_per_kg is not None and taken.mg_to_120:
        short = {
            "mg_per_kg": _floor(taken.mg_per_kg),
            "missing_mg": taken.mg_to_120,
            "days": taken.days_to_120,
        }
    ended = replace(
        found.facts,
        stopped=(*found.facts.stopped, Stopped(ref="preview", on=found.today, last_dose=day)),
    )
    begun = taken is not None
    return {
        "kind": "stop",
        "ready": True,
        "label": label_course(found.facts, today=found.today),
        "taken": taken,
        "short": short,
        "day": day,
        "after": after_course.follow_up(ended, as_of=found.today, policy=found.policy)
        if begun
        else None,
        "again_from": dosing.retreatment_from(day, found.facts.programme) if begun else None,
    }


def outlook_row(outlook: Outlook | None) -> dict[str, Any] | None:
    """An outlook in words and days; None stays None."""
    if outlook is None:
        return None
    return {
        "steps": [
            {
                "starts": step.starts,
                "words": pattern_words(step.pattern),
                "began": step.starts < outlook.first_day,
            }
            for step in outlook.steps
        ],
        "taken_mg": outlook.taken_mg,
        "mg_per_kg": round(outlook.mg_per_kg, 1),
        "weight_kg": outlook.weight_kg,
        "low_on": outlook.low_on,
        "high_on": outlook.high_on,
        "low_passed": outlook.low_passed,
        "high_passed": outlook.high_passed,
    }


def pattern_words(pattern: Sequence[Decimal]) -> str:
    """``60 mg/day``, or ``20, 40 mg on days in turn (30 mg/day)``."""
    daily = number_text(round(dosing.average_daily_mg(tuple(pattern)), 1))
    if len(set(pattern)) == 1:
        return f"{daily} mg/day"
    turn = ", ".join(number_text(mg) for mg in pattern)
    return f"{turn} mg in turn ({daily} mg/day)"


def pack_rows(
    pattern: tuple[Decimal, ...], formulation: Formulation, programme: str
) -> list[PackRow]:
    """The best ways to make up a supply of thirty days from whole packs (DOSE-6, US-20)."""
    found = packs.build(pattern, days=SUPPLY_DAYS, formulation=formulation, programme=programme)
    return [
        PackRow(
            words=lines_text(row.lines),
            daily=_daily_words(row.daily),
            lasts=row.lasts_days,
            left_over=row.left_over,
            opens_packs=row.breaks_packs,
        )
        for row in found[:_SHOWN_PACKS]
    ]


def _daily_words(daily: tuple[tuple[Decimal, ...], ...]) -> str:
    days = []
    for day in daily:
        sizes = sorted(set(day), reverse=True)
        each = [f"{day.count(size)} × {number_text(size)} mg" for size in sizes]
        days.append(" and ".join(each) or "none")
    unique = list(dict.fromkeys(days))
    return f"{unique[0]} a day" if len(unique) == 1 else "; ".join(days) + ", day by day"


def _differs(now: Outlook | None, then: Outlook | None) -> str:
    """``24 days sooner``: how the earliest end moves; empty where it cannot be told."""
    if now is None or then is None or now.low_on is None or then.low_on is None:
        return ""
    days = (then.low_on - now.low_on).days
    if days == 0:
        return "The same day as planned."
    unit = "day" if abs(days) == 1 else "days"
    return f"{abs(days)} {unit} {'later' if days > 0 else 'sooner'} than planned."


def _floor(value: Decimal) -> Decimal:
    """Down to a tenth, so that 119.97 does not read as the target."""
    return value.quantize(Decimal("0.1"), rounding="ROUND_DOWN")

"""The throw-away copy that lists sort by: refreshed with every plan, never read by the gate."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from courses.models import Course, Prescription
from monitoring import attention
from monitoring.models import CourseStanding, Escalation
from protocol import cumulative, dosing, labs, standing
from protocol.facts import CourseFacts
from protocol.grading import Flag
from protocol.plan import Plan
from protocol.policy import ClinicPolicy
from protocol.vocabulary import Analyte

# What the list shows of the newest results, most telling first.
_SHOWN = (Analyte.ALT, Analyte.TRIGLYCERIDES, Analyte.AST, Analyte.CHOLESTEROL)


def refresh(
    course: Course,
    facts: CourseFacts,
    *,
    plan: Plan,
    policy: ClinicPolicy,
    replan_after: datetime | None,
    now: datetime,
) -> CourseStanding:
    """Derive the course's standing anew and store it."""
    today = now.astimezone(ZoneInfo(course.clinic.timezone)).date()
    stand = standing.stand(facts, at=now, policy=policy)
    reading = labs.read(facts, as_of=today, policy=policy)
    taken = cumulative.cumulative(facts, as_of=today)
    dose = cumulative.dose_on(facts, today)
    point = attention.stand_of(
        attention.Situation(
            phase=stand.phase,
            decision=stand.decision,
            items=plan.items,
            concern=_concern(course),
            signed_unfilled=_signed_unfilled(course, now),
            supply_ends_on=stand.next_pickup_on,
            today=today,
            now=now,
        )
    )
    window = stand.decision.window
    row, _ = CourseStanding.objects.update_or_create(
        course=course,
        defaults={
            "clinic_id": course.clinic_id,
            "phase": stand.phase.value,
            "attention": point.attention.value,
            "reason": point.reason,
            "owner": point.owner.value,
            "level": stand.decision.level.word,
            "open_checks": sum(not check.met for check in stand.decision.checks),
            "ready_to_sign": point.ready_to_sign,
            "window_closes_at": window.closes_at if window else None,
            "next_due_on": point.due_on,
            "next_requirement": stand.next_item.requirement.value if stand.next_item else "",
            "week": stand.week,
            "daily_mg": dosing.average_daily_mg(dose.pattern) if dose else None,
            "mg_per_kg_so_far": taken.mg_per_kg if taken else None,
            "latest_lab": _latest(reading, today),
            "unread_results": len(reading.awaiting) + len(reading.to_confirm),
            "worst_tier": reading.tier.value if reading.tier is not None else None,
            "edition": stand.decision.edition,
            "replan_after": replan_after,
            "refreshed_at": now,
        },
    )
    return row


def _concern(course: Course) -> str:
    kinds = Escalation.objects.filter(course=course, closed_at__isnull=True)
    return kinds.order_by("raised_at").values_list("kind", flat=True).first() or ""


def _signed_unfilled(course: Course, now: datetime) -> bool:
    """A signed prescription that nobody has collected and that may still be collected."""
    newest = Prescription.objects.filter(course=course).order_by("-signed_at").first()
    if newest is None or newest.dispenses.filter(reversed_at__isnull=True).exists():
        return False
    return newest.window_closes_at is None or newest.window_closes_at >= now


def _latest(reading: labs.LabReading, today: date) -> dict[str, Any]:
    for analyte in _SHOWN:
        graded = reading.newest.get(analyte)
        if graded is not None:
            worst = max(
                reading.newest.values(), key=lambda each: (each.tier or 0, each.analyte == analyte)
            )
            shown = worst if worst.tier else graded
            return {
                "analyte": shown.analyte.value,
                "value": shown.result.text or str(shown.result.value),
                "comparator": shown.result.comparator,
                "unit": shown.unit or shown.result.unit,
                "tier": shown.tier.value if shown.tier is not None else None,
                "high": shown.flag is Flag.HIGH,
                "on": shown.result.on.isoformat(),
            }
    return {}

"""The throw-away copy that lists sort by: refreshed with every plan, never read by the gate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from courses.models import Course, Dispense, Prescription
from monitoring import attention
from monitoring.grounds import Ground
from monitoring.models import CourseStanding, Escalation
from protocol import cumulative, dosing, labs, standing
from protocol.facts import CourseFacts
from protocol.findings import Decision
from protocol.grading import Flag
from protocol.plan import Plan
from protocol.standing import Standing
from protocol.vocabulary import Analyte

_DERIVED = [
    field.name
    for field in CourseStanding._meta.concrete_fields
    if field.name not in {"id", "course"}
]
# What the list shows of the newest results, most telling first.
_SHOWN = (Analyte.ALT, Analyte.TRIGLYCERIDES, Analyte.AST, Analyte.CHOLESTEROL)


@dataclass(frozen=True, slots=True)
class Judged:
    """A locked course with its new plan, and when it has to be planned again by itself."""

    ground: Ground
    plan: Plan
    replan_after: datetime | None


def refresh(courses: Sequence[Judged], *, now: datetime) -> list[tuple[Course, Decision]]:
    """Derive the standing of each course anew and store all of them in one statement.

    Returns each course with the gate's answer about its next prescription.
    """
    ids = [each.ground.course.pk for each in courses]
    concerns, signed = _concerns(ids), _signed_unfilled(ids, now)
    stands = [
        standing.stand(each.ground.facts, at=now, policy=each.ground.policy) for each in courses
    ]
    CourseStanding.objects.bulk_create(
        (
            _standing(
                each,
                stand,
                concern=concerns.get(each.ground.course.pk, ""),
                signed_unfilled=each.ground.course.pk in signed,
                now=now,
            )
            for each, stand in zip(courses, stands, strict=True)
        ),
        update_conflicts=True,
        unique_fields=["course"],
        update_fields=_DERIVED,
    )
    return [
        (each.ground.course, stand.decision) for each, stand in zip(courses, stands, strict=True)
    ]


def _standing(
    judged: Judged, stand: Standing, *, concern: str, signed_unfilled: bool, now: datetime
) -> CourseStanding:
    ground = judged.ground
    facts, policy, today = ground.facts, ground.policy, ground.today
    reading = labs.read(facts, as_of=today, policy=policy)
    taken = cumulative.cumulative(facts, as_of=today)
    dose = cumulative.dose_on(facts, today)
    point = attention.stand_of(
        attention.Situation(
            phase=stand.phase,
            decision=stand.decision,
            items=judged.plan.items,
            concern=concern,
            signed_unfilled=signed_unfilled,
            supply_ends_on=stand.next_pickup_on,
            today=today,
            now=now,
        )
    )
    window = stand.decision.window
    return CourseStanding(
        course_id=ground.course.pk,
        clinic_id=ground.course.clinic_id,
        phase=stand.phase.value,
        attention=point.attention.value,
        reason=point.reason,
        owner=point.owner.value,
        level=stand.decision.level.word,
        open_checks=sum(not check.met for check in stand.decision.checks),
        ready_to_sign=point.ready_to_sign,
        window_closes_at=window.closes_at if window else None,
        next_due_on=point.due_on,
        next_requirement=stand.next_item.requirement.value if stand.next_item else "",
        week=stand.week,
        daily_mg=dosing.average_daily_mg(dose.pattern) if dose else None,
        mg_per_kg_so_far=taken.mg_per_kg if taken else None,
        latest_lab=_latest(reading, ground.facts),
        unread_results=len(reading.awaiting) + len(reading.to_confirm),
        worst_tier=reading.tier.value if reading.tier is not None else None,
        edition=stand.decision.edition,
        replan_after=judged.replan_after,
        refreshed_at=now,
    )


def _concerns(course_ids: Sequence[int]) -> dict[int, str]:
    """The kind of the oldest open concern of each course that has one."""
    rows = Escalation.objects.filter(course__in=course_ids, closed_at__isnull=True)
    newest_first = rows.order_by("-raised_at").values_list("course_id", "kind")
    return dict(newest_first)


def _signed_unfilled(course_ids: Sequence[int], now: datetime) -> set[int]:
    """Courses whose newest prescription nobody has collected and may still be collected."""
    newest = (
        Prescription.objects.filter(course__in=course_ids)
        .order_by("course_id", "-signed_at")
        .distinct("course_id")
        .annotate(
            collected=Exists(
                Dispense.objects.filter(prescription=OuterRef("pk"), reversed_at__isnull=True)
            )
        )
        .values_list("course_id", "collected", "window_closes_at")
    )
    return {
        course_id
        for course_id, collected, closes_at in newest
        if not collected and (closes_at is None or closes_at >= now)
    }


def _latest(reading: labs.LabReading, facts: CourseFacts) -> dict[str, Any]:
    for analyte in _SHOWN:
        graded = reading.newest.get(analyte)
        if graded is not None:
            worst = max(
                reading.newest.values(), key=lambda each: (each.tier or 0, each.analyte == analyte)
            )
            shown = worst if worst.tier else graded
            return {
                "analyte": shown.analyte.value,
                "value": (not shown.converted and shown.result.text) or str(shown.number),
                "comparator": shown.result.comparator,
                "unit": shown.unit or shown.result.unit,
                "tier": shown.tier.value if shown.tier is not None else None,
                "high": shown.flag is Flag.HIGH,
                "on": shown.result.on.isoformat(),
                "earlier": [str(value) for value in labs.earlier_values(facts, shown)],
            }
    return {}

"""The dose: changing it, missing it, holding and resuming it."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import author, record
from courses.models import Course, DoseStep, Hold, MissedDose
from people.models import User


class AlreadyHeld(Exception):
    """Treatment is on hold already."""


class NotHeld(Exception):
    """Treatment is not on hold."""


@trail.action
def change_dose(
    course: Course,
    *,
    pattern: Sequence[Decimal],
    starts_on: date,
    formulation: str,
    reason: str,
    today: date,
    by: trail.Actor,
    now: datetime,
) -> DoseStep:
    """A new dose in mg per day from a day on; a pattern repeats day by day (DOSE-10).

    A later day is a plan until it comes; before the first supply every dose is a plan.
    """
    step = DoseStep.objects.create(
        course=course,
        starts_on=starts_on,
        pattern=list(pattern),
        formulation=formulation,
        planned=course.started_on is None,
        reason=reason,
        recorded_on=today,
        recorded_at=now,
        recorded_by=author(by),
    )
    record(
        Kind.DOSE_CHANGED,
        course,
        by=by,
        now=now,
        on=starts_on.isoformat(),
        reason=reason,
    )
    return step


@trail.action
def record_missed(
    course: Course,
    *,
    days: Sequence[date],
    reported_on: date,
    by: trail.Actor,
    now: datetime,
) -> int:
    """Days on which the dose was not taken; a day already recorded stays as it is (DOSE-10)."""
    known = set(
        MissedDose.objects.filter(course=course, missed_on__in=days).values_list(
            "missed_on", flat=True
        )
    )
    fresh = sorted(set(days) - known)
    if not fresh:
        trail.unchanged()
        return 0
    MissedDose.objects.bulk_create(
        MissedDose(course=course, missed_on=day, reported_on=reported_on, recorded_at=now)
        for day in fresh
    )
    record(Kind.MISSED_DOSES_RECORDED, course, by=by, now=now, days=len(fresh))
    return len(fresh)


@trail.action
def hold(course: Course, *, held_on: date, reason: str, by: User, now: datetime) -> Hold:
    """Pause treatment from a day, that day included.

    Raises:
        AlreadyHeld: an open hold exists.
    """
    Course.objects.select_for_update().get(pk=course.pk)
    if Hold.objects.filter(course=course, resumed_on__isnull=True).exists():
        raise AlreadyHeld
    row = Hold.objects.create(
        course=course, held_on=held_on, reason=reason, held_at=now, held_by=by
    )
    record(Kind.COURSE_HELD, course, by=by, now=now, on=held_on.isoformat(), reason=reason)
    return row


@trail.action
def resume(course: Course, *, resumed_on: date, by: trail.Actor, now: datetime) -> Hold:
    """Resume treatment; the day named is a dosing day.

    Raises:
        NotHeld: there is no open hold.
    """
    row = Hold.objects.select_for_update().filter(course=course, resumed_on__isnull=True).first()
    if row is None:
        raise NotHeld
    row.resumed_on, row.resumed_at, row.resumed_by = resumed_on, now, author(by)
    row.save(update_fields=["resumed_on", "resumed_at", "resumed_by"])
    record(Kind.COURSE_RESUMED, course, by=by, now=now, on=resumed_on.isoformat())
    return row

"""Making the table of due items agree with the plan.

The plan is never edited by hand: ``plan()`` is pure and total, and ``replan`` applies the
difference under the course's lock. It runs after every change and at every tick, so the table is
as fresh as computing on the fly, and people can still see, list and argue with it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import happening
from courses.models import Course
from monitoring import grounds
from monitoring.actions import due_items, reviews, rule_failures, standings
from monitoring.actions.due_items import Changes, Planned
from monitoring.actions.standings import Judged
from monitoring.grounds import Ground
from monitoring.models import CourseStanding
from protocol import calendar, schedule
from protocol.facts import CourseFacts
from protocol.plan import Plan
from protocol.policy import ClinicPolicy

PLANNER = trail.System("planner")

# Courses that wait for the end of a ``planned_once`` block, each with the instant of its plan.
_waiting: ContextVar[dict[int, tuple[Course, datetime]] | None] = ContextVar(
    "waiting", default=None
)


@contextmanager
def planned_once() -> Iterator[None]:
    """Plan each course once at the end of the block instead of after every change in it.

    For a long run of changes that nobody looks at in between, such as taking over a history. The
    plan is made at the latest instant of the changes; nothing is planned when the block fails. A
    block within a block is part of it.
    """
    if _waiting.get() is not None:
        yield
        return
    waiting: dict[int, tuple[Course, datetime]] = {}
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    for course, now in waiting.values():
        replan(course, now=now)


def replan(course: Course, *, now: datetime, by: trail.Actor = PLANNER) -> Changes:
    """Plan one course again and apply the difference; in a ``planned_once`` block, at its end.

    See ``replan_all``.
    """
    waiting = _waiting.get()
    if waiting is None:
        return _lock_and_replan(course.pk, now=now, by=by)
    _, latest = waiting.get(course.pk, (course, now))
    waiting[course.pk] = (course, max(latest, now))
    return Changes()


@transaction.atomic
def _lock_and_replan(course_id: int, *, now: datetime, by: trail.Actor) -> Changes:
    grounds_of = grounds.lock([course_id], now=now)
    return replan_all(grounds_of.values(), now=now, by=by)[course_id]


@trail.action
def replan_all(
    grounds_of: Iterable[Ground], *, now: datetime, by: trail.Actor = PLANNER
) -> dict[int, Changes]:
    """Plan courses again and apply the differences, in a fixed number of statements.

    1. the caller has locked the courses and read their facts in this transaction; 2. plan; 3. make
    the due items agree; 4. bring the list of results to read up to date; 5. refresh the standings;
    6. one audit event for each course of which anything changed, and one where a rule broke.

    Returns:
        what was altered, by course id.
    """
    courses = [Planned(ground, _plan(ground)) for ground in grounds_of]
    due_items.make_agree(courses, now=now)
    reviews.reconcile([each.ground for each in courses], now=now)
    judged = standings.refresh(
        [Judged(each.ground, each.plan, _next_ring(each, now)) for each in courses], now=now
    )
    changed = [_happening(each) for each in courses if each.changes]
    broken = rule_failures.happenings(judged, now=now)
    trail.record_many([*changed, *broken], by=by, now=now)
    return {each.ground.course.pk: each.changes for each in courses}


def _happening(planned: Planned) -> trail.Happening:
    changes = planned.changes
    return happening(
        Kind.PLAN_CHANGED,
        planned.ground.course,
        opened=changes.opened,
        moved=changes.moved,
        ended=changes.ended,
        handed_over=changes.handed_over,
        messages=changes.messages,
    )


def tick(*, now: datetime, limit: int = 2_000) -> int:
    """Replan every course whose own next moment has come; one transaction each.

    Overlapping ticks do no harm: each course is planned under its own lock, and planning twice is
    planning once. Returns how many courses were planned.
    """
    due = CourseStanding.objects.filter(replan_after__lte=now).order_by("replan_after")
    return _replan_each(due.values_list("course_id", flat=True)[:limit], now=now)


def rebuild(*, now: datetime) -> tuple[int, int]:
    """Plan and sort everything anew; returns (courses looked at, courses that had to change).

    A change that was not due by the course's own clock is drift: an operational fault to report,
    not to heal in silence.
    """
    expected = set(
        CourseStanding.objects.filter(replan_after__lte=now).values_list("course_id", flat=True)
    )
    looked, drifted = 0, 0
    for course in Course.objects.select_related("patient", "clinic").iterator(chunk_size=500):
        looked += 1
        changes = replan(course, now=now, by=trail.System("rebuild"))
        if changes and course.pk not in expected:
            drifted += 1
    return looked, drifted


def preview(
    facts: CourseFacts, *, before: ClinicPolicy, after: ClinicPolicy, as_of: date
) -> tuple[Plan, Plan]:
    """The plan under two policies, without touching a row."""
    return (
        schedule.plan(facts, as_of=as_of, policy=before),
        schedule.plan(facts, as_of=as_of, policy=after),
    )


def _replan_each(course_ids: Iterable[int], *, now: datetime) -> int:
    planned = 0
    for course_id in list(course_ids):
        with transaction.atomic():
            replan(Course.objects.get(pk=course_id), now=now, by=trail.System("tick"))
        planned += 1
    return planned


def _plan(ground: Ground) -> Plan:
    if ground.course.stopped_at is not None and ground.course.last_dose_on is None:
        # Ended before the first dose: nothing is owed.
        return Plan(items=(), next_moment=None)
    return schedule.plan(ground.facts, as_of=ground.today, policy=ground.policy)


def _next_ring(planned: Planned, now: datetime) -> datetime | None:
    """The instant at which something changes by itself: a date of the plan, or a nudge's day."""
    plan, zone_name = planned.plan, planned.ground.course.patient.zone
    today = now.astimezone(ZoneInfo(zone_name)).date()
    days = [nudge.on for item in plan.open_items for nudge in item.nudges]
    if plan.next_moment is not None:
        days.append(plan.next_moment)
    coming = [day for day in days if day > today]
    if not coming:
        return None
    return calendar.start_of_day(min(coming), zone_name)

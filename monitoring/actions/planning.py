"""Making the table of due items agree with the plan.

The plan is never edited by hand: ``plan()`` is pure and total, and ``replan`` applies the
difference under the course's lock. It runs after every change and at every tick, so the table is
as fresh as computing on the fly, and people can still see, list and argue with it.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

import structlog
from django.db import InterfaceError, OperationalError, transaction

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

log = structlog.get_logger(__name__)

PLANNER = trail.System("planner")
# Courses of one transaction: enough to share its statements, few enough to be held briefly.
_AT_ONCE = 100
# Well below the tasks' time limit; the next tick goes on.
_BUDGET_S = 240.0

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
    together: dict[datetime, list[int]] = defaultdict(list)
    for pk, (_, now) in waiting.items():
        together[now].append(pk)
    for now, ids in together.items():
        for first in range(0, len(ids), _AT_ONCE):
            _lock_and_replan(ids[first : first + _AT_ONCE], now=now, by=PLANNER)


def replan(course: Course, *, now: datetime, by: trail.Actor = PLANNER) -> Changes:
    """Plan one course again and apply the difference; in a ``planned_once`` block, at its end.

    See ``replan_all``.
    """
    waiting = _waiting.get()
    if waiting is None:
        return _lock_and_replan([course.pk], now=now, by=by)[course.pk]
    _, latest = waiting.get(course.pk, (course, now))
    waiting[course.pk] = (course, max(latest, now))
    return Changes()


@transaction.atomic
def _lock_and_replan(
    course_ids: Iterable[int], *, now: datetime, by: trail.Actor
) -> dict[int, Changes]:
    return replan_all(grounds.lock(course_ids, now=now).values(), now=now, by=by)


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


def tick(*, now: datetime, limit: int = 20_000) -> int:
    """Replan every course whose own next moment has come; returns how many were planned.

    Any number of these may run at once, in as many processes: each takes the next few courses that
    nobody else holds, plans them in one transaction, and goes on until none is left. Planning twice
    is planning once, so an overlap does no harm. A course that cannot be planned is logged, tried
    again at the next tick, and stops no other.
    """
    stop_at = time.monotonic() + _BUDGET_S
    planned, given_up = 0, set[int]()
    while planned < limit and time.monotonic() < stop_at:
        taken = min(_AT_ONCE, limit - planned)
        done = _plan_next(taken, given_up, now=now)
        if done is None:
            break
        planned += done
    return planned


def due(*, now: datetime, most: int) -> int:
    """How many courses wait for a tick; counted up to ``most``."""
    return CourseStanding.objects.filter(replan_after__lte=now)[:most].count()


def rebuild(*, now: datetime) -> tuple[int, int]:
    """Plan and sort everything anew; returns (courses looked at, courses that had to change).

    A change that was not due by the course's own clock is drift: an operational fault to report,
    not to heal in silence.
    """
    by = trail.System("rebuild")
    looked, drifted, after = 0, 0, 0
    while ids := list(
        Course.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]
    ):
        after = ids[-1]
        expected = set(
            CourseStanding.objects.filter(replan_after__lte=now, course__in=ids)
            .values_list("course_id", flat=True)
        )  # fmt: skip
        changes = replan_many(ids, now=now, by=by)
        looked += len(ids)
        drifted += sum(bool(its) and pk not in expected for pk, its in changes.items())
    return looked, drifted


def replan_many(course_ids: Sequence[int], *, now: datetime, by: trail.Actor) -> dict[int, Changes]:
    """Plan courses again, some of them in one transaction; returns what was altered by course id.

    One that cannot be planned is logged, missing in what is returned, and stops no other.
    """
    done: dict[int, Changes] = {}
    for first in range(0, len(course_ids), _AT_ONCE):
        done |= _together_or_each(course_ids[first : first + _AT_ONCE], now=now, by=by)
    return done


def preview(
    facts: CourseFacts, *, before: ClinicPolicy, after: ClinicPolicy, as_of: date
) -> tuple[Plan, Plan]:
    """The plan under two policies, without touching a row."""
    return (
        schedule.plan(facts, as_of=as_of, policy=before),
        schedule.plan(facts, as_of=as_of, policy=after),
    )


def _plan_next(most: int, given_up: set[int], *, now: datetime) -> int | None:
    """Plan the next courses that are due and free; ``None`` if there are none.

    Those that could not be planned are added to ``given_up``.
    """
    by = trail.System("tick")
    waiting = (
        Course.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(standing__replan_after__lte=now)
        .exclude(pk__in=given_up)
        .order_by("standing__replan_after")
        .values_list("pk", flat=True)[:most]
    )
    ids: list[int] = []
    try:
        with transaction.atomic():
            ids = list(waiting)
            if not ids:
                return None
            return len(replan_all(grounds.lock(ids, now=now).values(), now=now, by=by))
    except (OperationalError, InterfaceError):
        # The database is away: nothing can be planned; the next tick finds the same courses.
        raise
    except Exception:  # noqa: BLE001 - which of them it was is found out one by one
        done = _each(ids, now=now, by=by)
        given_up |= set(ids) - done.keys()
        return len(done)


def _together_or_each(ids: Sequence[int], *, now: datetime, by: trail.Actor) -> dict[int, Changes]:
    try:
        with transaction.atomic():
            return replan_all(grounds.lock(ids, now=now).values(), now=now, by=by)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # noqa: BLE001 - which of them it was is found out one by one
        return _each(ids, now=now, by=by)


def _each(ids: Sequence[int], *, now: datetime, by: trail.Actor) -> dict[int, Changes]:
    """Plan courses one by one, so that one that cannot be planned does not stop the others."""
    done: dict[int, Changes] = {}
    for pk in ids:
        try:
            done |= _lock_and_replan([pk], now=now, by=by)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - it is tried again at the next tick
            log.error("course_not_planned", course=pk, error=type(error).__name__)
    return done


def _plan(ground: Ground) -> Plan:
    if ground.course.stopped_at is not None and ground.course.last_dose_on is None:
        # Ended before the first dose: nothing is owed.
        return Plan(items=(), next_moment=None)
    return schedule.plan(ground.facts, as_of=ground.today, policy=ground.policy)


def _next_ring(planned: Planned, now: datetime) -> datetime | None:
    """The instant at which something changes by itself: a date of the plan, or a nudge's day."""
    plan, zone_name = planned.plan, planned.ground.course.patient.zone
    today = calendar.date_in(now, zone_name)
    days = [nudge.on for item in plan.open_items for nudge in item.nudges]
    if plan.next_moment is not None:
        days.append(plan.next_moment)
    coming = [day for day in days if day > today]
    if not coming:
        return None
    return calendar.start_of_day(min(coming), zone_name)

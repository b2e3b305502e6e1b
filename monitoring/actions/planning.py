"""Making the table of due items agree with the plan.

The plan is never edited by hand: ``plan()`` is pure and total, and ``replan`` applies the
difference under the course's lock. It runs after every change and at every tick, so the table is
as fresh as computing on the fly, and people can still see, list and argue with it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import record
from courses.models import Course
from messaging import outbox
from monitoring import grounds, purposes
from monitoring.actions import reviews, standings
from monitoring.grounds import Ground
from monitoring.models import CourseStanding, DueItem, DueItemStep
from protocol import calendar, schedule
from protocol.facts import CourseFacts
from protocol.plan import Plan, PlannedItem
from protocol.policy import ClinicPolicy
from protocol.reminders import Nudge

PLANNER = trail.System("planner")

# Courses that wait for the end of a ``planned_once`` block, each with the instant of its plan.
_waiting: ContextVar[dict[int, tuple[Course, datetime]] | None] = ContextVar(
    "waiting", default=None
)


@dataclass(slots=True)
class Changes:
    """What one run of ``replan`` altered; all empty means that nothing had to be done."""

    opened: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    ended: dict[str, str] = field(default_factory=dict)
    handed_over: list[str] = field(default_factory=list)
    messages: int = 0

    def __bool__(self) -> bool:
        return bool(self.opened or self.moved or self.ended or self.handed_over or self.messages)


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


def replan(
    course: Course, *, now: datetime, by: trail.Actor = PLANNER, ground: Ground | None = None
) -> Changes:
    """Plan one course again and apply the difference; in a ``planned_once`` block, at its end.

    1. lock the course; 2. load its facts; 3. plan; 4. end what is met, lapsed or not wanted;
    5. open and move what should be open; 6. queue the reminder whose day has come, and hand over
    to staff what has waited long enough; 7. bring the list of results to read up to date;
    8. refresh the standing; 9. one audit event if anything changed. A ``ground`` read under
    the lock, and still true, saves steps 1 and 2.
    """
    waiting = _waiting.get()
    if waiting is None:
        return _replan(course, now=now, by=by, ground=ground)
    _, latest = waiting.get(course.pk, (course, now))
    waiting[course.pk] = (course, max(latest, now))
    return Changes()


@trail.action
def _replan(course: Course, *, now: datetime, by: trail.Actor, ground: Ground | None) -> Changes:
    if ground is None:
        ground = grounds.lock([course.pk], now=now)[course.pk]
    locked, facts, policy, today = ground.course, ground.facts, ground.policy, ground.today
    plan = _plan(locked, facts, today, policy)
    changes = Changes()
    open_items = {item.key: item for item in DueItem.objects.filter(course=locked, ended="")}
    _end(plan, open_items, today, now, changes)
    _open_and_move(locked, plan, open_items, changes)
    _remind(locked, plan, open_items, policy, now, changes)
    _hand_over(plan, open_items, today, now, changes)
    reviews.reconcile(locked, facts, policy=policy, today=today, now=now)
    standings.refresh(
        locked,
        facts,
        plan=plan,
        policy=policy,
        replan_after=_next_ring(locked, plan, now),
        now=now,
    )
    if changes:
        record(
            Kind.PLAN_CHANGED,
            locked,
            by=by,
            now=now,
            opened=changes.opened,
            moved=changes.moved,
            ended=changes.ended,
            handed_over=changes.handed_over,
            messages=changes.messages,
        )
    else:
        trail.unchanged()
    return changes


def tick(*, now: datetime, limit: int = 2_000) -> int:
    """Replan every course whose own next moment has come; one transaction each.

    Overlapping ticks do no harm: each course is planned under its own lock, and planning twice is
    planning once. Returns how many courses were planned.
    """
    due = CourseStanding.objects.filter(replan_after__lte=now).order_by("replan_after")
    return _replan_all(due.values_list("course_id", flat=True)[:limit], now=now)


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


def _replan_all(course_ids: Iterable[int], *, now: datetime) -> int:
    planned = 0
    for course_id in list(course_ids):
        with transaction.atomic():
            replan(Course.objects.get(pk=course_id), now=now, by=trail.System("tick"))
        planned += 1
    return planned


def _plan(course: Course, facts: CourseFacts, today: date, policy: ClinicPolicy) -> Plan:
    if course.stopped_at is not None and course.last_dose_on is None:
        # Ended before the first dose: nothing is owed.
        return Plan(items=(), next_moment=None)
    return schedule.plan(facts, as_of=today, policy=policy)


def _end(
    plan: Plan, open_items: dict[str, DueItem], today: date, now: datetime, changes: Changes
) -> None:
    planned = {item.key: item for item in plan.items}
    for key, item in list(open_items.items()):
        wanted = planned.get(key)
        if wanted is not None and wanted.met_by is not None:
            item.ended = DueItem.Ending.MET
            item.met_by = wanted.met_by.ref
            item.met_on = wanted.met_by.on
        elif wanted is None:
            over = item.closes_on is not None and item.closes_on < today
            item.ended = DueItem.Ending.LAPSED if over else DueItem.Ending.WITHDRAWN
        else:
            continue
        item.ended_at = now
        item.save(update_fields=["ended", "ended_at", "met_by", "met_on"])
        outbox.withdraw(about=_about(item), reason=f"due item {item.ended}", now=now)
        changes.ended[key] = item.ended
        del open_items[key]


def _open_and_move(
    course: Course, plan: Plan, open_items: dict[str, DueItem], changes: Changes
) -> None:
    for wanted in plan.items:
        if wanted.met_by is not None:
            continue
        item = open_items.get(wanted.key)
        if item is None:
            open_items[wanted.key] = DueItem.objects.create(
                course=course,
                key=wanted.key,
                requirement=wanted.requirement.value,
                cycle=wanted.cycle,
                opens_on=wanted.opens_on,
                due_on=wanted.due_on,
                closes_on=wanted.closes_on,
            )
            changes.opened.append(wanted.key)
        elif (item.opens_on, item.due_on, item.closes_on) != (
            wanted.opens_on,
            wanted.due_on,
            wanted.closes_on,
        ):
            item.opens_on, item.due_on = wanted.opens_on, wanted.due_on
            item.closes_on = wanted.closes_on
            item.save(update_fields=["opens_on", "due_on", "closes_on"])
            changes.moved.append(wanted.key)


def _remind(
    course: Course,
    plan: Plan,
    open_items: dict[str, DueItem],
    policy: ClinicPolicy,
    now: datetime,
    changes: Changes,
) -> None:
    """Queue the newest nudge whose day has come; older ones would say the same thing again."""
    local_today = now.astimezone(ZoneInfo(course.patient.zone)).date()
    come = {
        _nudge_key(open_items[wanted.key], nudge): (wanted, nudge)
        for wanted in plan.items
        if wanted.key in open_items
        and (nudge := _newest_nudge(wanted, course.due_from, local_today)) is not None
    }
    planned = outbox.known(come)
    for key, (wanted, nudge) in come.items():
        purpose = purposes.OF_REQUIREMENT[wanted.requirement]
        at = calendar.wall_clock(nudge.on, policy.reminder_time, course.patient.zone)
        # One that comes too late has lost its point: the worklist takes over (REM-13).
        if key in planned or at + purpose.expires_after <= now:
            continue
        outbox.enqueue(
            purpose=purpose,
            key=key,
            about=_about(open_items[wanted.key]),
            kind=wanted.requirement.value,
            variant=variant(nudge, wanted.due_on),
            other_way=nudge.other_way,
            patient=course.patient,
            clinic=course.clinic,
            send_after=at,
            now=now,
        )
        changes.messages += 1


def variant(nudge: Nudge, due_on: date) -> str:
    """Which text a reminder has: before, on or after the day."""
    if nudge.on == due_on:
        return "on"
    return "before" if nudge.on < due_on else "after"


def _nudge_key(item: DueItem, nudge: Nudge) -> str:
    # By the item's own id: an item opened again after a stop is reminded of again.
    return f"{_about(item)}:{nudge.step}"


def _newest_nudge(wanted: PlannedItem, due_from: date | None, today: date) -> Nudge | None:
    first = due_from or date.min
    return max((nudge for nudge in wanted.nudges if first <= nudge.on <= today), default=None)


def _hand_over(
    plan: Plan, open_items: dict[str, DueItem], today: date, now: datetime, changes: Changes
) -> None:
    """Note who has taken over what the patient has not answered (REM-17); each step once."""
    for wanted in plan.items:
        item = open_items.get(wanted.key)
        if item is None:
            continue
        for told, on in (("nurse", wanted.nurse_on), ("prescriber", wanted.prescriber_on)):
            if on is None or on > today:
                continue
            _, new = DueItemStep.objects.get_or_create(
                due_item=item, told=told, defaults={"on": on, "at": now}
            )
            if new:
                changes.handed_over.append(f"{wanted.key}:{told}")


def _next_ring(course: Course, plan: Plan, now: datetime) -> datetime | None:
    """The instant at which something changes by itself: a date of the plan, or a nudge's day."""
    zone = ZoneInfo(course.patient.zone)
    today = now.astimezone(zone).date()
    days = [nudge.on for item in plan.open_items for nudge in item.nudges]
    if plan.next_moment is not None:
        days.append(plan.next_moment)
    coming = [day for day in days if day > today]
    if not coming:
        return None
    return calendar.start_of_day(min(coming), course.patient.zone)


def _about(item: DueItem) -> str:
    return f"due-item:{item.public_id}"

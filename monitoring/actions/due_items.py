"""The rows of due items of courses whose plans have been made: ended, opened, moved, reminded of.

Part of planning, for any number of courses at once: the number of statements does not grow with it
beyond the reminders that are queued.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from messaging import outbox
from monitoring import purposes
from monitoring.grounds import Ground
from monitoring.models import DueItem, DueItemStep
from protocol import calendar
from protocol.news import BLOOD_AGAIN
from protocol.plan import Plan, PlannedItem
from protocol.reminders import Nudge


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


@dataclass(slots=True)
class Planned:
    """A locked course with its plan, its open items by key, and what was altered so far."""

    ground: Ground
    plan: Plan
    open_items: dict[str, DueItem] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)


def make_agree(courses: Sequence[Planned], *, now: datetime) -> None:
    """Make the rows agree with the plans, and note in each course's ``changes`` what that took.

    1. end what is met, lapsed or not wanted; 2. open and move what should be open; 3. queue the
    reminder whose day has come; 4. hand over to staff what has waited long enough.
    """
    by_course = {each.ground.course.pk: each for each in courses}
    for item in DueItem.objects.filter(course__in=by_course, ended="").order_by("pk"):
        by_course[item.course_id].open_items[item.key] = item
    _end(courses, now=now)
    _open_and_move(courses)
    _remind(courses, now=now)
    _hand_over(courses, now=now)


def _end(courses: Sequence[Planned], *, now: datetime) -> None:
    over = [item for each in courses for item in _ended(each, now)]
    if not over:
        return
    DueItem.objects.bulk_update(over, ["ended", "ended_at", "met_by", "met_on"])
    for ending in DueItem.Ending:
        about = [_about(item) for item in over if item.ended == ending]
        if about:
            outbox.withdraw_all(about=about, reason=f"due item {ending}", now=now)


def _ended(course: Planned, now: datetime) -> list[DueItem]:
    planned = {item.key: item for item in course.plan.items}
    over = []
    for key, item in list(course.open_items.items()):
        wanted = planned.get(key)
        if wanted is not None and wanted.met_by is not None:
            item.ended = DueItem.Ending.MET
            item.met_by = wanted.met_by.ref
            item.met_on = wanted.met_by.on
        elif wanted is None:
            lapsed = item.closes_on is not None and item.closes_on < course.ground.today
            item.ended = DueItem.Ending.LAPSED if lapsed else DueItem.Ending.WITHDRAWN
        else:
            continue
        item.ended_at = now
        course.changes.ended[key] = item.ended
        over.append(item)
        del course.open_items[key]
    return over


def _open_and_move(courses: Sequence[Planned]) -> None:
    fresh: list[DueItem] = []
    moved: list[DueItem] = []
    for course in courses:
        for wanted in course.plan.items:
            if wanted.met_by is not None:
                continue
            item = course.open_items.get(wanted.key)
            if item is None:
                item = _item(course, wanted)
                course.open_items[wanted.key] = item
                course.changes.opened.append(wanted.key)
                fresh.append(item)
            elif _days(item) != _days(wanted):
                item.opens_on, item.due_on, item.closes_on = _days(wanted)
                course.changes.moved.append(wanted.key)
                moved.append(item)
    if fresh:
        DueItem.objects.bulk_create(fresh)
    if moved:
        DueItem.objects.bulk_update(moved, ["opens_on", "due_on", "closes_on"])


def _item(course: Planned, wanted: PlannedItem) -> DueItem:
    return DueItem(
        course=course.ground.course,
        key=wanted.key,
        requirement=wanted.requirement.value,
        cycle=wanted.cycle,
        opens_on=wanted.opens_on,
        due_on=wanted.due_on,
        closes_on=wanted.closes_on,
    )


def _days(item: DueItem | PlannedItem) -> tuple[date, date, date | None]:
    return item.opens_on, item.due_on, item.closes_on


def _remind(courses: Sequence[Planned], *, now: datetime) -> None:
    """Queue the newest nudge whose day has come; older ones would say the same thing again."""
    come = {
        key: (course, wanted, nudge)
        for course in courses
        for key, wanted, nudge in _come(course, now)
    }
    if not come:
        return
    planned = outbox.known(come)
    for key, (course, wanted, nudge) in come.items():
        patient = course.ground.course.patient
        purpose = purposes.OF_REQUIREMENT[wanted.requirement]
        at = calendar.wall_clock(nudge.on, course.ground.policy.reminder_time, patient.zone)
        # One that comes too late has lost its point: the worklist takes over (REM-13).
        if key in planned or at + purpose.expires_after <= now:
            continue
        outbox.enqueue(
            purpose=purpose,
            key=key,
            about=_about(course.open_items[wanted.key]),
            kind=wanted.requirement.value,
            variant=variant(nudge, wanted),
            other_way=nudge.other_way,
            patient=patient,
            clinic=course.ground.course.clinic,
            send_after=at,
            now=now,
        )
        course.changes.messages += 1


def _come(course: Planned, now: datetime) -> list[tuple[str, PlannedItem, Nudge]]:
    """The nudges of a course whose day has come, each with the key of its message."""
    local_today = calendar.date_in(now, course.ground.course.patient.zone)
    first = course.ground.course.due_from
    return [
        # By the item's own id: an item opened again after a stop is reminded of again.
        (f"{_about(course.open_items[wanted.key])}:{nudge.step}", wanted, nudge)
        for wanted in course.plan.items
        if wanted.key in course.open_items
        and (nudge := _newest_nudge(wanted, first, local_today)) is not None
    ]


def variant(nudge: Nudge, item: DueItem | PlannedItem) -> str:
    """Which text a reminder has: before, on or after the day; told, where nothing is asked."""
    if item.key == BLOOD_AGAIN:
        return "told"
    if nudge.on == item.due_on:
        return "on"
    return "before" if nudge.on < item.due_on else "after"


def _newest_nudge(wanted: PlannedItem, due_from: date | None, today: date) -> Nudge | None:
    first = due_from or date.min
    return max((nudge for nudge in wanted.nudges if first <= nudge.on <= today), default=None)


def _hand_over(courses: Sequence[Planned], *, now: datetime) -> None:
    """Note who has taken over what the patient has not answered (REM-17); each step once."""
    steps = [
        (course, DueItemStep(due_item=course.open_items[wanted.key], told=told, on=on, at=now))
        for course in courses
        for wanted in course.plan.items
        if wanted.key in course.open_items
        for told, on in (("nurse", wanted.nurse_on), ("prescriber", wanted.prescriber_on))
        if on is not None and on <= course.ground.today
    ]
    if not steps:
        return
    known = set(
        DueItemStep.objects.filter(due_item__in={step.due_item_id for _, step in steps})
        .values_list("due_item_id", "told")
    )  # fmt: skip
    fresh = [(course, step) for course, step in steps if (step.due_item_id, step.told) not in known]
    for course, step in fresh:
        course.changes.handed_over.append(f"{step.due_item.key}:{step.told}")
    DueItemStep.objects.bulk_create(step for _, step in fresh)


def _about(item: DueItem) -> str:
    return f"due-item:{item.public_id}"

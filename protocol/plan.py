"""What falls due: the shape of a plan, and the status of an item by the day (LAB-3, SCHED-4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from protocol.facts import TaskAnswer
from protocol.findings import Ref
from protocol.policy import ClinicPolicy
from protocol.reminders import Nudge, ReminderLadder, nudges, taken_over_on
from protocol.vocabulary import ItemStatus, Requirement, Said

SOON_DAYS = 7
# Who asked for help is not reminded while a nurse has two days to call (evidence D).
HELP_QUIET_DAYS = 2
# Days from a patient's word that something is done to its evidence: laboratories report blood
# tests within five days, everything else is entered at once or by the next working day (D).
_WAIT = dict.fromkeys(Requirement, 2) | {Requirement.LABS: 5}
LAB_GRACE_DAYS = 7
OTHER_GRACE_DAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    """One requirement in one cycle of one course.

    ``key`` names it for good within the course, whatever happens to its dates. ``closes_on`` is
    the last day on which it can be met, None without one. ``nudges`` are the reminders to the
    patient unless it has been met; from ``nurse_on`` and ``prescriber_on`` it is their task.
    ``said`` is what the patient answered last, which has changed these days already.
    """

    key: str
    requirement: Requirement
    cycle: int
    opens_on: date
    due_on: date
    closes_on: date | None
    status: ItemStatus
    met_by: Ref | None = None
    nudges: tuple[Nudge, ...] = ()
    nurse_on: date | None = None
    prescriber_on: date | None = None
    said: Said | None = None

    @property
    def is_met(self) -> bool:
        """Done, with evidence."""
        return self.met_by is not None


@dataclass(frozen=True, slots=True)
class Plan:
    """Items in order of their day, and the next day on which anything changes by itself."""

    items: tuple[PlannedItem, ...]
    next_moment: date | None

    @property
    def open_items(self) -> tuple[PlannedItem, ...]:
        """What has not been done yet."""
        return tuple(item for item in self.items if not item.is_met)


def grace_days(requirement: Requirement) -> int:
    """Days after the due date before an item is overdue: labs 7 (LAB-3), the rest 2 (SCHED-4)."""
    return LAB_GRACE_DAYS if requirement is Requirement.LABS else OTHER_GRACE_DAYS


def status_by_day(requirement: Requirement, due_on: date, *, as_of: date) -> ItemStatus:
    """LAB-3, SCHED-4: due soon from seven days before, due on the day, overdue after the grace."""
    if as_of > due_on + timedelta(days=grace_days(requirement)):
        return ItemStatus.OVERDUE
    if as_of >= due_on:
        return ItemStatus.DUE
    if as_of >= due_on - timedelta(days=SOON_DAYS):
        return ItemStatus.DUE_SOON
    return ItemStatus.NOT_DUE


def planned_item(
    requirement: Requirement,
    name: str,
    *,
    cycle: int,
    due_on: date,
    as_of: date,
    policy: ClinicPolicy,
    opens_on: date | None = None,
    closes_on: date | None = None,
    met_by: Ref | None = None,
    ladder: ReminderLadder | None = None,
) -> PlannedItem:
    """An item with its status and its reminder days worked out; by the clinic's ladder, or this."""
    opens_on = due_on - timedelta(days=SOON_DAYS) if opens_on is None else opens_on
    ladder = policy.reminders.get(requirement.value) if ladder is None else ladder
    nurse_on, prescriber_on = taken_over_on(ladder, due_on)
    return PlannedItem(
        key=f"{requirement.value}/{name}",
        requirement=requirement,
        cycle=cycle,
        opens_on=opens_on,
        due_on=due_on,
        closes_on=closes_on,
        status=ItemStatus.DONE
        if met_by is not None
        else status_by_day(requirement, due_on, as_of=as_of),
        met_by=met_by,
        nudges=()
        if met_by is not None
        else nudges(ladder, cycle=cycle, opens_on=opens_on, due_on=due_on, closes_on=closes_on),
        nurse_on=nurse_on,
        prescriber_on=prescriber_on,
    )


def as_answered(item: PlannedItem, answer: TaskAnswer | None) -> PlannedItem:
    """The item after the patient's word on it: reminders wait, and staff are told sooner.

    LATER moves the next reminder to the day asked for. DONE ends the reminders, and if no evidence
    has come within the days that results take, it is the nurse's. HELP is the nurse's at once.
    """
    if answer is None or item.is_met:
        return item
    changed = replace(item, said=answer.said)
    if answer.said is Said.DONE:
        return replace(
            changed, nudges=(), nurse_on=answer.on + timedelta(days=_WAIT[item.requirement])
        )
    if answer.said is Said.HELP:
        quiet = answer.on + timedelta(days=HELP_QUIET_DAYS)
        left = tuple(nudge for nudge in item.nudges if nudge.on > quiet)
        return replace(changed, nudges=left, nurse_on=answer.on)
    until = answer.until or answer.on
    later = Nudge(until, (until - item.due_on).days)
    return replace(changed, nudges=(later, *(each for each in item.nudges if each.on > until)))


def next_change(items: Iterable[PlannedItem], *, as_of: date) -> date | None:
    """The first later day on which an open item opens, nudges, falls due or becomes overdue."""
    days = (
        day
        for item in items
        if not item.is_met
        for day in (
            item.opens_on,
            item.due_on - timedelta(days=SOON_DAYS),
            item.due_on,
            item.due_on + timedelta(days=grace_days(item.requirement) + 1),
            *(nudge.on for nudge in item.nudges),
            item.nurse_on,
            item.prescriber_on,
        )
    )
    return min((day for day in days if day is not None and day > as_of), default=None)

"""What will be said to patients: ladders, what a change of one would do, and what goes out next.

Worked out from the open due items by the function that the planner uses (``protocol.reminders``),
so that a preview cannot differ from what is then done. What depends on things yet to happen, such
as the reminders of the cycle after this one, is not foretold.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from messaging.models import Message
from monitoring.actions.due_items import variant
from monitoring.models import DueItem, DueItemStep
from monitoring.policies import policies_for
from monitoring.purposes import OF_REQUIREMENT
from people.queries import Place
from protocol import calendar
from protocol.news import BLOOD_AGAIN
from protocol.policy import ClinicPolicy
from protocol.reminders import (
    DEFAULT_LADDERS,
    TOLD_ONCE,
    Nudge,
    ReminderLadder,
    nudges,
    taken_over_on,
)
from protocol.vocabulary import Requirement

FORETOLD_DAYS = 30


@dataclass(frozen=True, slots=True)
class LadderRow:
    """One ladder as the clinic has it; ``own``: it differs from the one shipped."""

    key: str
    ladder: ReminderLadder
    own: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What another ladder would do to what is open now; counts only, nothing about anybody.

    ``sooner`` and ``later`` are tasks that staff would take over on another day, or no longer.
    """

    tasks: int
    patients: int
    unchanged: int
    moved: int
    added: int
    dropped: int
    sooner: int
    later: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A task the patient has not answered, and whom of the staff it went to last (REM-17)."""

    requirement: str
    due_on: date
    told: str
    on: date


@dataclass(frozen=True, slots=True)
class Coming:
    """One message that will go out unless what it is about is done before."""

    at: datetime
    patient: uuid.UUID
    name: str
    zone: str
    purpose: str
    variant: str
    other_way: bool
    planned: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next days: every message in order, and how many fall on each day of the clinic."""

    rows: tuple[Coming, ...]
    by_day: tuple[tuple[date, int], ...]


def ladders_of(place: Place, *, on: date) -> tuple[LadderRow, ...]:
    """The clinic's ladders on a day, in the order in which a course meets them."""
    policy = policies_for([place.clinic_id], on=on)[place.clinic_id]
    return tuple(
        LadderRow(key, policy.reminders[key], policy.reminders[key] != shipped)
        for key, shipped in DEFAULT_LADDERS.items()
    )


def effect_of(place: Place, key: str, ladder: ReminderLadder, *, now: datetime) -> Effect:
    """What would change for the open tasks of one kind, from tomorrow on."""
    today = calendar.date_in(now, place.timezone)
    before = policies_for([place.clinic_id], on=today)[place.clinic_id].reminders[key]
    counts: Counter[str] = Counter()
    patients: set[int] = set()
    for item in _open(place.clinic_id).filter(requirement=key).iterator(chunk_size=1_000):
        counts["tasks"] += 1
        old, new = (_days(item, each, today) for each in (before, ladder))
        gone, come = len(old - new), len(new - old)
        moved = min(gone, come)
        counts["unchanged"] += len(old & new)
        counts["moved"] += moved
        counts["dropped"] += gone - moved
        counts["added"] += come - moved
        handed = _handed(item, before), _handed(item, ladder)
        counts["sooner"] += handed[1] < handed[0]
        counts["later"] += handed[1] > handed[0]
        if old != new or handed[0] != handed[1]:
            patients.add(item.course.patient_id)
    names = ("tasks", "unchanged", "moved", "added", "dropped", "sooner", "later")
    return Effect(patients=len(patients), **{name: counts[name] for name in names})


def handed_over(patient: uuid.UUID) -> tuple[HandedOver, ...]:
    """Open tasks of a patient that staff have taken over, each with its last step; oldest first."""
    steps = (
        DueItemStep.objects.filter(due_item__course__patient__public_id=patient, due_item__ended="")
        .select_related("due_item")
        .order_by("due_item__due_on", "due_item_id", "on")
    )
    last = {step.due_item_id: step for step in steps}
    return tuple(
        HandedOver(step.due_item.requirement, step.due_item.due_on, step.told, step.on)
        for step in last.values()
    )


def forecast(place: Place, *, now: datetime, days: int = FORETOLD_DAYS) -> Forecast:
    """Every reminder of the next days as things stand, and what is planned already.

    Two queries whatever the number of patients, and one row for each message.
    """
    until = now + timedelta(days=days)
    here = ZoneInfo(place.timezone)
    policy = policies_for([place.clinic_id], on=now.astimezone(here).date())[place.clinic_id]
    rows = [*_planned(place.clinic_id, until), *_to_come(place.clinic_id, policy, now, until)]
    rows.sort(key=lambda row: (row.at, row.name))
    per_day = Counter(row.at.astimezone(here).date() for row in rows)
    return Forecast(rows=tuple(rows), by_day=tuple(sorted(per_day.items())))


def _open(clinic_id: int) -> QuerySet[DueItem]:
    found = DueItem.objects.filter(course__clinic_id=clinic_id, ended="")
    return found.select_related("course__patient__clinic")


def _nudges(item: DueItem, ladder: ReminderLadder | None) -> tuple[Nudge, ...]:
    return nudges(
        TOLD_ONCE if item.key == BLOOD_AGAIN else ladder,
        cycle=item.cycle,
        opens_on=item.opens_on,
        due_on=item.due_on,
        closes_on=item.closes_on,
    )


def _days(item: DueItem, ladder: ReminderLadder, today: date) -> set[date]:
    """Days still to come on which the patient is reminded of the task."""
    first = max(today, item.course.due_from or today)
    return {nudge.on for nudge in _nudges(item, ladder) if nudge.on > first}


def _handed(item: DueItem, ladder: ReminderLadder) -> tuple[date, date]:
    """When staff take over; a day that never comes is the last of all."""
    nurse, prescriber = taken_over_on(ladder, item.due_on)
    return nurse or date.max, prescriber or date.max


def _to_come(
    clinic_id: int, policy: ClinicPolicy, now: datetime, until: datetime
) -> Iterator[Coming]:
    ladders: Mapping[str, ReminderLadder] = policy.reminders
    for item in _open(clinic_id).iterator(chunk_size=1_000):
        patient = item.course.patient
        for nudge in _nudges(item, ladders.get(item.requirement)):
            if item.course.due_from is not None and nudge.on < item.course.due_from:
                continue
            at = calendar.wall_clock(nudge.on, policy.reminder_time, patient.zone)
            # The planner plans on the day itself: what was to leave before now is in the table.
            if now < at <= until and nudge.on > calendar.date_in(now, patient.zone):
                purpose = OF_REQUIREMENT[Requirement(item.requirement)].name
                yield Coming(
                    at=at,
                    patient=patient.public_id,
                    name=patient.full_name,
                    zone=patient.zone,
                    purpose=purpose,
                    variant=variant(nudge, item),
                    other_way=nudge.other_way,
                    planned=False,
                )


def _planned(clinic_id: int, until: datetime) -> Iterator[Coming]:
    waiting = Message.objects.filter(
        clinic_id=clinic_id,
        patient__isnull=False,
        state__in=[Message.State.PLANNED, Message.State.CLAIMED],
        send_after__lte=until,
    ).select_related("patient__clinic")
    for message in waiting.order_by("send_after"):
        patient = message.patient
        if patient is not None:
            yield Coming(
                at=message.send_after,
                patient=patient.public_id,
                name=patient.full_name,
                zone=patient.zone,
                purpose=message.purpose,
                variant=message.variant,
                other_way=message.other_way,
                planned=True,
            )

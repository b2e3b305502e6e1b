"""When blood is drawn: the five schedules a clinic can choose (rule book 5.1, LAB-2, LAB-3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from protocol.calendar import add_months
from protocol.facts import CourseFacts
from protocol.findings import Ref
from protocol.holds import moved_past_pause, pauses
from protocol.plan import PlannedItem, planned_item
from protocol.policy import ClinicPolicy
from protocol.timeline import course_boundary, since, started_on
from protocol.vocabulary import Analyte, LabSchedule, Requirement, ResultStatus

COUNTS_WITHIN = timedelta(days=14)
AFTER_PEAK = timedelta(days=28)
US_LABEL_DAYS = (14, 28)
EU_SMPC_EVERY = 3
READABLE = (ResultStatus.FINAL, ResultStatus.CORRECTED)
BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Draw:
    """A day on which ALT and triglycerides were both drawn."""

    on: date
    ref: Ref


def draws(facts: CourseFacts) -> tuple[Draw, ...]:
    """Draws that count for the schedule: ALT and triglycerides of one day, final and readable."""
    alt: dict[date, str] = {}
    lipids: set[date] = set()
    for result in facts.labs:
        if result.status not in READABLE or result.value is None or not result.unit:
            continue
        if result.analyte is Analyte.ALT:
            alt[result.on] = result.ref
        elif result.analyte is Analyte.TRIGLYCERIDES:
            lipids.add(result.on)
    return tuple(Draw(on, Ref("lab", ref, on)) for on, ref in sorted(alt.items()) if on in lipids)


def peak_dose_on(facts: CourseFacts, started: date) -> date:
    """LAB-2: the first day of the highest daily dose, given or planned; the start without doses.

    Plans that a later recorded dose has overtaken do not count. An alternating pattern counts by
    its average.
    """
    given = since(facts.doses, started - timedelta(days=1))
    days: list[tuple[Decimal, date]] = [(_average(dose.pattern), dose.on) for dose in given]
    days.extend(
        (_average(plan.pattern), plan.starts)
        for plan in since(facts.planned_doses, started - timedelta(days=1))
        if not given or plan.starts > given[-1].on
    )
    if not days:
        return started
    highest = max(mg for mg, _ in days)
    return min(on for mg, on in days if mg == highest)


def _average(pattern: tuple[Decimal, ...]) -> Decimal:
    return sum(pattern, Decimal(0)) / len(pattern) if pattern else Decimal(0)


def anchored_dates(facts: CourseFacts, started: date, schedule: LabSchedule) -> Iterator[date]:
    """Every due date of the schedule, from the anchor and never from one another (GEN-4)."""
    match schedule:
        case LabSchedule.MONTHLY:
            yield from (add_months(started, number) for number in count(1))
        case LabSchedule.EU_SMPC:
            yield from (add_months(started, number) for number in count(1, EU_SMPC_EVERY))
        case LabSchedule.US_LABEL:
            yield from (started + timedelta(days=days) for days in US_LABEL_DAYS)
        case LabSchedule.DELPHI_2022 | LabSchedule.AAD_2024:
            yield peak_dose_on(facts, started) + AFTER_PEAK


def lab_items(facts: CourseFacts, *, as_of: date, policy: ClinicPolicy) -> Iterator[PlannedItem]:
    """The draws of a course under way, from its first, met ones included; endless for some.

    ``facts`` hold what is known by ``as_of``. A date that was passed over and followed by a draw
    for a later one has lapsed and is left out; so are dates within a pause that has not ended.
    """
    started = started_on(facts)
    if started is None:
        return
    boundary = course_boundary(facts)
    spans = pauses(facts, after=boundary)
    taken = draws(facts)
    met = _met_dates(facts, started, taken, policy)
    last_met = max(met, default=None)
    waived = {waiver.due_on for waiver in facts.waivers if waiver.requirement is Requirement.LABS}
    for number, anchored in enumerate(anchored_dates(facts, started, policy.lab_schedule), 1):
        due_on = anchored if anchored in met else moved_past_pause(spans, anchored)
        if due_on is None:
            return
        met_by = met.get(anchored)
        if met_by is None and due_on != anchored:
            met_by = next((d.ref for d in taken if abs(d.on - due_on) <= COUNTS_WITHIN), None)
        if facts.due_from is not None and due_on < facts.due_from:
            continue
        if met_by is None and (
            (last_met is not None and anchored < last_met)
            or due_on in waived
            or _another_on_resuming(facts, started, policy, spans, anchored, due_on)
        ):
            continue
        yield planned_item(
            Requirement.LABS,
            anchored.isoformat(),
            cycle=number,
            due_on=due_on,
            closes_on=due_on + COUNTS_WITHIN,
            met_by=met_by,
            as_of=as_of,
            policy=policy,
        )


def _another_on_resuming(
    facts: CourseFacts,
    started: date,
    policy: ClinicPolicy,
    spans: tuple,
    anchored: date,
    due_on: date,
) -> bool:
    """Of several dates within one pause, one draw on resuming is enough: the last of them."""
    if due_on == anchored:
        return False
    return any(
        anchored < later < due_on and moved_past_pause(spans, later) == due_on
        for later in _until(anchored_dates(facts, started, policy.lab_schedule), due_on)
    )


def _until(dates: Iterator[date], last: date) -> Iterator[date]:
    for day in dates:
        if day > last:
            return
        yield day


def _met_dates(
    facts: CourseFacts, started: date, taken: tuple[Draw, ...], policy: ClinicPolicy
) -> dict[date, Ref]:
    """LAB-3: each draw counts for the nearest due date, at most 14 days away."""
    if not taken:
        return {}
    horizon = taken[-1].on + COUNTS_WITHIN
    dates = list(_until(anchored_dates(facts, started, policy.lab_schedule), horizon))
    met: dict[date, Ref] = {}
    for draw in taken:
        near = [day for day in dates if abs(draw.on - day) <= COUNTS_WITHIN]
        if near:
            met.setdefault(min(near, key=lambda day: (abs(draw.on - day), day)), draw.ref)
    return met


def baseline_item(
    facts: CourseFacts, *, due_on: date, as_of: date, policy: ClinicPolicy
) -> PlannedItem:
    """LAB-1: before the start, a draw not older than a month."""
    fresh = [draw for draw in draws(facts) if draw.on >= add_months(as_of, -1)]
    return planned_item(
        Requirement.LABS,
        BASELINE,
        cycle=0,
        due_on=due_on,
        opens_on=min(due_on, as_of),
        met_by=fresh[-1].ref if fresh else None,
        as_of=as_of,
        policy=policy,
    )

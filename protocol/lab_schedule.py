"""When blood is drawn: the five schedules a clinic can choose (rule book 5.1, LAB-2, LAB-3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count, takewhile

from protocol.calendar import ONE_DAY, add_months
from protocol.facts import CourseFacts
from protocol.findings import Ref
from protocol.holds import Pause, moved_past_pause, pauses
from protocol.plan import PlannedItem, planned_item, status_by_day
from protocol.policy import ClinicPolicy
from protocol.timeline import course_boundary, since, started_on
from protocol.vocabulary import Analyte, ItemStatus, LabSchedule, Requirement, ResultStatus

COUNTS_WITHIN = timedelta(days=14)
AFTER_PEAK = timedelta(days=28)
US_LABEL_DAYS = (14, 28)
EU_SMPC_EVERY = 3  # months, after the first one (EU-04)
READABLE = (ResultStatus.FINAL, ResultStatus.CORRECTED)
SCHEDULED = frozenset({Analyte.ALT, Analyte.TRIGLYCERIDES})
BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Draw:
    """A day on which ALT and triglycerides were both drawn; ``result`` is the ALT's row."""

    on: date
    result: str

    @property
    def ref(self) -> Ref:
        """The draw as evidence."""
        return Ref("lab", self.result, self.on)


def draws(facts: CourseFacts) -> tuple[Draw, ...]:
    """Draws that count for the schedule: ALT and triglycerides of one day, final and readable."""
    alt: dict[date, str] = {}
    lipids: set[date] = set()
    for result in facts.labs:
        analyte = result.analyte
        if analyte not in SCHEDULED:
            continue
        if result.status not in READABLE or result.value is None or not result.unit:
            continue
        if analyte is Analyte.ALT:
            alt[result.on] = result.ref
        else:
            lipids.add(result.on)
    return tuple(Draw(on, alt[on]) for on in sorted(lipids.intersection(alt)))


def recent_draws(facts: CourseFacts, dates: _DueDates) -> tuple[Draw, ...]:
    """The draws back to the newest that counts for a date of the schedule, oldest first.

    Whatever lies before it has been met or has lapsed, so a question about today needs no more.
    """
    taken: list[Draw] = []
    alt: str | None = None
    lipids = False
    day: date | None = None
    for result in reversed(facts.labs):
        analyte = result.analyte
        if analyte not in SCHEDULED:
            continue
        if result.status not in READABLE or result.value is None or not result.unit:
            continue
        if result.on != day:
            day, alt, lipids = result.on, None, False
        if analyte is Analyte.ALT:
            alt = alt or result.ref
        else:
            lipids = True
        if alt is None or not lipids or (taken and taken[-1].on == day):
            continue
        taken.append(Draw(day, alt))
        if dates.is_near(day):
            break
    return tuple(reversed(taken))


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


@dataclass(frozen=True, slots=True)
class _DueDates:
    """The due dates of a course, each from the anchor and never from one another (GEN-4).

    Either one every few ``months`` without an end, the first after one month, or those ``given``.
    A date is worked out when it is asked for, so that a question about today costs no more late in
    a course than early in it.
    """

    started: date
    months: int | None = None
    given: tuple[date, ...] = ()

    def places_from(self, day: date) -> Iterator[tuple[int, date]]:
        """Every date not before ``day`` with its place, the first of all being 0; oldest first."""
        if self.months is None:
            yield from ((place, on) for place, on in enumerate(self.given) if on >= day)
            return
        # Dates of earlier calendar months than the day's lie before it.
        apart = (day.year - self.started.year) * 12 + day.month - self.started.month
        for place in count(max(0, -((1 - apart) // self.months))):
            on = add_months(self.started, 1 + place * self.months)
            if on >= day:
                yield place, on

    def is_near(self, on: date) -> bool:
        """A draw of a day could count for some date (LAB-3)."""
        following = next(self.places_from(on - COUNTS_WITHIN), None)
        return following is not None and following[1] <= on + COUNTS_WITHIN

    def near(self, on: date) -> list[date]:
        """The dates for which a draw of a day could count (LAB-3)."""
        last = on + COUNTS_WITHIN
        found: list[date] = []
        for _, due_on in self.places_from(on - COUNTS_WITHIN):
            if due_on > last:
                break
            found.append(due_on)
        return found


def schedule_dates(facts: CourseFacts, started: date, schedule: LabSchedule) -> _DueDates:
    """The schedule a clinic has chosen, anchored at the start of a course (rule book 5.1)."""
    match schedule:
        case LabSchedule.MONTHLY:
            return _DueDates(started, months=1)
        case LabSchedule.EU_SMPC:
            return _DueDates(started, months=EU_SMPC_EVERY)
        case LabSchedule.US_LABEL:
            given = tuple(started + timedelta(days=days) for days in US_LABEL_DAYS)
            return _DueDates(started, given=given)
        case LabSchedule.DELPHI_2022 | LabSchedule.AAD_2024:
            return _DueDates(started, given=(peak_dose_on(facts, started) + AFTER_PEAK,))


@dataclass(frozen=True, slots=True)
class DueDraw:
    """One date of the schedule: where it is anchored, when it is due, and what has met it."""

    number: int
    anchored_on: date
    due_on: date
    met_by: Draw | None


def due_draws(
    facts: CourseFacts, policy: ClinicPolicy, *, only_recent: bool = False
) -> Iterator[DueDraw]:
    """The draws of a course under way, from its first, met ones included; endless for some.

    ``facts`` hold what is known by the day of the question. A date that was passed over and
    followed by a draw for a later one has lapsed and is left out; so are dates within a pause that
    has not ended, and waived ones. ``only_recent`` begins with the newest date that a draw has met.
    """
    started = started_on(facts)
    if started is None:
        return
    spans = pauses(facts, after=course_boundary(facts))
    dates = schedule_dates(facts, started, policy.lab_schedule)
    taken = recent_draws(facts, dates) if only_recent else draws(facts)
    met = _met_dates(dates, taken)
    last_met = max(met, default=None)
    waived = {waiver.due_on for waiver in facts.waivers if waiver.requirement is Requirement.LABS}
    begin = last_met if only_recent and last_met is not None else date.min
    for place, anchored in dates.places_from(begin):
        met_by = met.get(anchored)
        if met_by is None and last_met is not None and anchored < last_met:
            continue
        due_on = anchored if met_by is not None else moved_past_pause(spans, anchored)
        if due_on is None:
            return
        if met_by is None and due_on != anchored:
            met_by = next((d for d in taken if abs(d.on - due_on) <= COUNTS_WITHIN), None)
        if facts.due_from is not None and due_on < facts.due_from:
            continue
        if met_by is None and (
            due_on in waived or _another_on_resuming(dates, spans, anchored, due_on)
        ):
            continue
        yield DueDraw(place + 1, anchored, due_on, met_by)


def overdue_draw(facts: CourseFacts, *, as_of: date, policy: ClinicPolicy) -> DueDraw | None:
    """The oldest date not yet done when it is overdue on ``as_of`` (LAB-3), else None.

    Makes no items, because the gate asks this every time.
    """
    for draw in due_draws(facts, policy, only_recent=True):
        if draw.met_by is None:
            late = status_by_day(Requirement.LABS, draw.due_on, as_of=as_of)
            return draw if late is ItemStatus.OVERDUE else None
    return None


def lab_items(facts: CourseFacts, *, as_of: date, policy: ClinicPolicy) -> Iterator[PlannedItem]:
    """``due_draws`` as items of a plan, with their status on ``as_of``."""
    for draw in due_draws(facts, policy):
        yield planned_item(
            Requirement.LABS,
            draw.anchored_on.isoformat(),
            cycle=draw.number,
            due_on=draw.due_on,
            closes_on=draw.due_on + COUNTS_WITHIN,
            met_by=draw.met_by.ref if draw.met_by else None,
            as_of=as_of,
            policy=policy,
        )


def _another_on_resuming(
    dates: _DueDates, spans: tuple[Pause, ...], anchored: date, due_on: date
) -> bool:
    """Of several dates up to the end of a pause, one draw on resuming is enough: the last one."""
    if due_on == anchored:
        return False
    between = takewhile(lambda place: place[1] <= due_on, dates.places_from(anchored + ONE_DAY))
    return any(moved_past_pause(spans, later) == due_on for _, later in between)


def _met_dates(dates: _DueDates, taken: tuple[Draw, ...]) -> dict[date, Draw]:
    """LAB-3: each draw counts for the nearest due date, at most 14 days away."""
    met: dict[date, Draw] = {}
    for draw in taken:
        near = dates.near(draw.on)
        if len(near) > 1:
            distances = [(abs(draw.on - day), day) for day in near]
            met.setdefault(min(distances)[1], draw)
        elif near:
            met.setdefault(near[0], draw)
    return met


def baseline_item(
    facts: CourseFacts, *, due_on: date, opens_on: date, as_of: date, policy: ClinicPolicy
) -> PlannedItem:
    """LAB-1: before the start, a draw not older than a month."""
    fresh = [draw for draw in draws(facts) if draw.on >= add_months(as_of, -1)]
    return planned_item(
        Requirement.LABS,
        BASELINE,
        cycle=0,
        due_on=due_on,
        opens_on=min(due_on, opens_on),
        met_by=fresh[-1].ref if fresh else None,
        as_of=as_of,
        policy=policy,
    )

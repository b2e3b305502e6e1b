"""When the pregnancy test and the check-in of each supply fall due (SCHED-1 to SCHED-4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from protocol.after_course import AfterCourse
from protocol.calendar import add_months
from protocol.dosing import days_supply
from protocol.facts import Dispensed, PregnancyTest
from protocol.findings import Ref
from protocol.holds import moved_past_pause, pauses
from protocol.lab_schedule import baseline_item, draws
from protocol.plan import SOON_DAYS, PlannedItem, planned_item
from protocol.question import Question, days_after
from protocol.specimens import (
    contraception_since,
    first_confirmation_day,
    is_accepted,
    is_confirmation,
    negatives,
    opening,
    window_last_day,
)
from protocol.timeline import first_fact_on, since, started_on
from protocol.vocabulary import Requirement

ONE_SUPPLY_DAYS = 30
# A test that opens no window of days is of use for its visit and the prescription after it.
OTHER_VALID_DAYS = 10


@dataclass(frozen=True, slots=True)
class SupplyCycle:
    """One supply: what it asks for next is due on ``ends_on``, the day it ends (SCHED-1)."""

    number: int
    from_day: date
    ends_on: date


def supply_ends_on(q: Question, fill: Dispensed) -> date:
    """SCHED-1: fill date and days' supply; a part of a day does not last until the next."""
    return fill.on + timedelta(days=int(supply_days(q, fill)))


def supply_days(q: Question, fill: Dispensed) -> int:
    """Whole days a fill lasts: as recorded, else as prescribed, else one usual supply."""
    if fill.days is not None:
        return int(fill.days)
    written = [row for row in q.of_course(q.facts.prescribed) if row.on <= fill.on]
    lasts = days_supply(written[-1].supply) if written else None
    if lasts is not None:
        return int(lasts)
    return q.params.prescription.supply_days or ONE_SUPPLY_DAYS


def current_cycle(q: Question) -> SupplyCycle | None:
    """The supply in hand, or None before the first.

    A course that was brought in while running has a first day and no fills: its supplies are taken
    to follow each other from that day, and the oldest that nobody has answered counts.
    """
    if q.last_fill is not None:
        return SupplyCycle(len(q.fills) + 1, q.last_fill.on, supply_ends_on(q, q.last_fill))
    started = started_on(q.facts)
    if started is None or not q.dosed:
        return None
    days = q.params.prescription.supply_days or ONE_SUPPLY_DAYS
    answered = max(
        (fact.on for dated in (q.tests, q.of_course(q.facts.check_ins)) for fact in dated),
        default=None,
    )
    for number in count(1):
        ends_on = started + timedelta(days=days * number)
        if q.facts.due_from is not None and ends_on < q.facts.due_from:
            continue
        next_opens = ends_on + timedelta(days=days - SOON_DAYS)
        if answered is not None and answered >= next_opens:
            continue
        return SupplyCycle(number + 1, ends_on - timedelta(days=days), ends_on)
    return None


def lapses_on(q: Question, items: Iterable[PlannedItem]) -> Iterator[date]:
    """Days on which something done is of no more use, or a course turns from planned to begun."""
    started = started_on(q.facts)
    if started is not None:
        yield started + timedelta(days=1)
    met = {item.met_by.ref for item in items if item.met_by is not None}
    for test in q.tests:
        if test.ref in met:
            yield days_after(_valid_until(q, test), 1)
    for draw in draws(q.facts):
        if started is None:
            yield add_months(draw.on, 1) + timedelta(days=1)


def cycle_items(q: Question) -> Iterator[PlannedItem]:
    """The test and the check-in of the supply in hand, or of the first prescription."""
    cycle = current_cycle(q)
    if cycle is None:
        yield from before_start_items(q)
        return
    due_on = moved_past_pause(pauses(q.facts, after=q.boundary), cycle.ends_on)
    if due_on is None or (q.facts.due_from is not None and due_on < q.facts.due_from):
        return
    opens_on = max(due_on - timedelta(days=SOON_DAYS), cycle.from_day + timedelta(days=1))
    yield _check_in(
        q,
        name=f"cycle-{cycle.number:02}",
        cycle=cycle.number,
        due_on=due_on,
        opens_on=min(opens_on, due_on),
    )
    if q.can_become_pregnant:
        yield from _tests(q, cycle, due_on=due_on, opens_on=min(opens_on, due_on))


def _check_in(q: Question, *, name: str, cycle: int, due_on: date, opens_on: date) -> PlannedItem:
    met_by = next(
        (
            Ref("check-in", answer.ref, answer.on)
            for answer in q.of_course(q.facts.check_ins)
            if answer.due_on == due_on or (answer.due_on is None and answer.on >= opens_on)
        ),
        None,
    )
    return planned_item(
        Requirement.CHECK_IN,
        name,
        cycle=cycle,
        due_on=due_on,
        opens_on=opens_on,
        met_by=met_by,
        as_of=q.on,
        policy=q.policy,
    )


def _valid_until(q: Question, test: PregnancyTest) -> date:
    return window_last_day(q, test) or days_after(test.on, OTHER_VALID_DAYS)


def _tests(
    q: Question, cycle: SupplyCycle, *, due_on: date, opens_on: date
) -> Iterator[PlannedItem]:
    """The month's test, and another at once when its window has closed without a fill (US-09)."""
    name = f"cycle-{cycle.number:02}"
    taken = [
        test
        for test in negatives(since(q.tests, cycle.from_day))
        if test.on >= opens_on and is_accepted(q, test)
    ]
    for attempt in count(1):
        met = next((test for test in taken if test.on >= opens_on), None)
        yield _test_item(
            q,
            name if attempt == 1 else f"{name}-again-{attempt}",
            cycle=cycle.number,
            due_on=due_on,
            opens_on=opens_on,
            met=met,
        )
        if met is None:
            return
        newest = max((t for t in taken if t.on <= _valid_until(q, met)), key=lambda t: t.on)
        closed = _valid_until(q, newest)
        if q.on <= closed:
            return
        due_on = opens_on = days_after(closed, 1)


def _test_item(
    q: Question,
    name: str,
    *,
    cycle: int,
    due_on: date,
    opens_on: date,
    met: PregnancyTest | None,
) -> PlannedItem:
    return planned_item(
        Requirement.PREGNANCY_TEST,
        name,
        cycle=cycle,
        due_on=due_on,
        opens_on=opens_on,
        met_by=Ref("pregnancy-test", met.ref, met.on) if met else None,
        as_of=q.on,
        policy=q.policy,
    )


def planning_day(q: Question) -> date | None:
    """The day on which a course that has not begun was taken up: enrolment, else first record."""
    for dated in (q.facts.enrolled, q.facts.visits, q.facts.consents, q.facts.counselling):
        recent = q.of_course(dated)
        if recent:
            return recent[0].on
    return first_fact_on(q.facts, q.boundary)


def first_prescription_day(q: Question, taken_up: date) -> date:
    """SCHED-1: nothing filled yet, so due when the pre-treatment rules allow (US-06, US-07)."""
    if not q.can_become_pregnant:
        return taken_up
    months = q.params.contraception.months_before
    if months is not None:
        began = contraception_since(q)
        return max(taken_up, add_months(began, months)) if began else taken_up
    return first_confirmation_day(q, not_before=taken_up)


def before_start_items(q: Question) -> Iterator[PlannedItem]:
    """Baseline, screening test, confirmation test and first check-in, each when it is of use.

    Nothing while nothing is on record.
    """
    taken_up = planning_day(q)
    if taken_up is None:
        return
    due_on = first_prescription_day(q, taken_up)
    if q.facts.due_from is not None and due_on < q.facts.due_from:
        return
    if started_on(q.facts) is None:
        yield baseline_item(q.facts, due_on=due_on, opens_on=taken_up, as_of=q.on, policy=q.policy)
    if not q.can_become_pregnant:
        yield _check_in(q, name="first", cycle=1, due_on=due_on, opens_on=min(taken_up, due_on))
        return
    accepted = [test for test in negatives(q.tests) if is_accepted(q, test)]
    if q.params.pregnancy_tests.before_start > 1:
        yield _test_item(
            q,
            "screening",
            cycle=0,
            due_on=taken_up,
            opens_on=taken_up,
            met=accepted[0] if accepted else None,
        )
        accepted = accepted[1:]
    usable = _usable_confirmation(q, accepted)
    if usable is None and accepted:
        due_on = max(due_on, _next_confirmation_day(q, accepted[-1], taken_up))
    confirm_on = usable.on if usable else due_on
    yield _test_item(
        q,
        "confirmation" if not accepted or usable else f"confirmation-{len(accepted) + 1}",
        cycle=1,
        due_on=confirm_on,
        opens_on=confirm_on,
        met=usable,
    )
    yield _check_in(
        q,
        name="first",
        cycle=1,
        due_on=confirm_on,
        opens_on=confirm_on - timedelta(days=SOON_DAYS),
    )


def _usable_confirmation(q: Question, accepted: list[PregnancyTest]) -> PregnancyTest | None:
    """The test with which a first prescription could be written on the day, if there is one."""
    if q.params.window.days_from_specimen is None:
        return next((test for test in reversed(accepted) if q.on <= _valid_until(q, test)), None)
    opened = opening(q)
    if (
        opened is None
        or opened.locked_by is not None
        or opened.specimen not in accepted
        or not is_confirmation(q, opened.specimen)
        or q.on > _valid_until(q, opened.specimen)
    ):
        return None
    return opened.specimen


def _next_confirmation_day(q: Question, newest: PregnancyTest, taken_up: date) -> date:
    """The first day on which a test after ``newest``, which is of no use, would be of use."""
    if q.params.window.days_from_specimen is None:
        return days_after(_valid_until(q, newest), 1)
    if not is_confirmation(q, newest):
        return first_confirmation_day(q, not_before=taken_up)
    opened = opening(q)
    missed = opened is not None and opened.locked_by is None
    after = _valid_until(q, newest) if missed else newest.on
    return first_confirmation_day(q, not_before=days_after(after, 1))


def after_course_items(q: Question, after: AfterCourse) -> Iterator[PlannedItem]:
    """SCHED-3: after a stop only the tests of the time after it (US-24, UK-16)."""
    for name, due_on, met in (
        ("end", after.end_test_due, after.end_test),
        ("final", after.final_test_due, after.final_test),
    ):
        if due_on is None or (q.facts.due_from is not None and due_on < q.facts.due_from):
            continue
        yield planned_item(
            Requirement.FINAL_TEST,
            name,
            cycle=len(since(q.facts.dispensed, None)) + 1,
            due_on=due_on,
            opens_on=due_on,
            met_by=met,
            as_of=q.on,
            policy=q.policy,
        )

"""When a course reaches its target: as it is planned, and if the dose were another (DOSE-9 to 11).

A forecast, never a rule: nothing is allowed or stopped by it. Doctor and patient see the same one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from protocol.cumulative import cumulative, dose_on, start_weight, taken_mg, weight_on
from protocol.dose_tables import TARGET_HIGH, TARGET_LOW
from protocol.facts import CourseFacts
from protocol.holds import is_held, pauses
from protocol.treatment import last_stop, running

_DAY = timedelta(days=1)
_ZERO = Decimal(0)
# Nobody plans further ahead than this; a dose too small to arrive by then never does.
_HORIZON = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A dose in mg per day from a day on, as a pattern that is repeated day by day."""

    starts: date
    pattern: tuple[Decimal, ...]

    def mg_on(self, day: date) -> Decimal:
        """What is taken on a day of this step."""
        return self.pattern[(day - self.starts).days % len(self.pattern)]

    @property
    def daily_mg(self) -> Decimal:
        """The average of the pattern."""
        return sum(self.pattern, _ZERO) / len(self.pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Where a plan of doses leads, if every dose of it is taken.

    ``taken_mg`` was taken before ``first_day``; ``steps`` are the doses from then on, the first one
    being that in force. ``low_on`` and ``high_on`` are the days on which the total reaches 120 and
    150 mg/kg of ``weight_kg`` (DOSE-11); None when that is past, or not within three years.
    """

    first_day: date
    weight_kg: Decimal
    taken_mg: Decimal
    steps: tuple[Step, ...]
    low_on: date | None
    high_on: date | None
    low_passed: bool
    high_passed: bool

    @property
    def mg_per_kg(self) -> Decimal:
        """What has been taken, for display."""
        return self.taken_mg / self.weight_kg

    @property
    def target_mg(self) -> tuple[Decimal, Decimal]:
        """120 and 150 mg/kg in mg."""
        return TARGET_LOW * self.weight_kg, TARGET_HIGH * self.weight_kg

    def by(self, day: date) -> Decimal:
        """Milligrams in all by the end of a day, if every dose is taken."""
        return self.taken_mg + sum(
            (mg for when, mg in _daily(self.steps, self.first_day, day) if when <= day), _ZERO
        )


def look_ahead(
    *, first_day: date, weight_kg: Decimal, taken: Decimal, steps: Sequence[Step]
) -> Outlook:
    """Follow a plan of doses day by day until 150 mg/kg are reached.

    A step ends where the next one starts; before the first step nothing is taken. Compared
    exactly: mg against target times weight. Raises ValueError without a weight above nought.
    """
    if weight_kg <= 0:
        raise ValueError("a target needs a weight")
    low_mg, high_mg = TARGET_LOW * weight_kg, TARGET_HIGH * weight_kg
    ordered = _in_order(steps, first_day)
    total, low_on, high_on = taken, None, None
    for day, mg in _daily(ordered, first_day, first_day + _HORIZON):
        total += mg
        if low_on is None and taken < low_mg <= total:
            low_on = day
        if taken < high_mg <= total:
            high_on = day
            break
        if taken >= high_mg:
            break
    return Outlook(
        first_day=first_day,
        weight_kg=weight_kg,
        taken_mg=taken,
        steps=ordered,
        low_on=low_on,
        high_on=high_on,
        low_passed=taken >= low_mg,
        high_passed=taken >= high_mg,
    )


def course_outlook(
    facts: CourseFacts, *, as_of: date, change: Step | None = None
) -> Outlook | None:
    """The outlook of the course under way or planned; ``change`` replaces every later dose.

    Today's dose counts as taken (DOSE-10). During a hold the doses are counted from tomorrow on, as
    if treatment were resumed then. None after the end, without a weight and without any dose.
    """
    under_way = running(facts, as_of=as_of)
    if under_way is None:
        return _of_plan(facts, as_of, change)
    total = cumulative(facts, as_of=as_of)
    if total is None or total.start_weight_kg is None:
        return None
    tomorrow = as_of + _DAY
    steps = []
    present = dose_on(facts, as_of, since=under_way.started)
    if present is not None:
        steps.append(Step(starts=present.on, pattern=present.pattern))
    steps += [Step(starts=each.on, pattern=each.pattern) for each in facts.doses if each.on > as_of]
    return look_ahead(
        first_day=tomorrow,
        weight_kg=total.start_weight_kg,
        taken=taken_mg(facts, under_way, as_of=as_of),
        steps=_changed(steps, change),
    )


def held_now(facts: CourseFacts, *, as_of: date) -> bool:
    """Whether treatment rests, so that an outlook supposes a resumption."""
    return is_held(pauses(facts, after=last_stop(facts, as_of=as_of)), as_of)


def _of_plan(facts: CourseFacts, as_of: date, change: Step | None) -> Outlook | None:
    """A course that has not begun: its plan, from the day on which the first dose is planned."""
    ended = last_stop(facts, as_of=as_of)
    plans = [plan for plan in facts.planned_doses if ended is None or plan.starts > ended]
    newest = max(plans, key=lambda plan: (plan.on, plan.starts), default=None)
    if newest is None and ended is not None:
        return None
    steps = [] if newest is None else [Step(starts=newest.starts, pattern=newest.pattern)]
    steps = _changed(steps, change)
    if not steps:
        return None
    first = max(as_of, min(step.starts for step in steps))
    weight = weight_on(facts, first) or start_weight(facts, first, as_of=first)
    if weight is None:
        return None
    steps = [Step(starts=max(first, step.starts), pattern=step.pattern) for step in steps]
    return look_ahead(first_day=first, weight_kg=weight.kg, taken=_ZERO, steps=steps)


def _changed(steps: Sequence[Step], change: Step | None) -> list[Step]:
    if change is None:
        return list(steps)
    return [step for step in steps if step.starts < change.starts] + [change]


def _in_order(steps: Sequence[Step], first_day: date) -> tuple[Step, ...]:
    """By day, the last one given for a day counting; those that are over by the first day go."""
    by_day = {step.starts: step for step in steps}
    days = sorted(by_day)
    over = [day for day in days if day <= first_day][:-1]
    return tuple(by_day[day] for day in days if day not in over)


def _daily(steps: Sequence[Step], first: date, last: date) -> Iterator[tuple[date, Decimal]]:
    """Each day with what is taken on it."""
    place, day = -1, first
    while day <= last:
        while place + 1 < len(steps) and steps[place + 1].starts <= day:
            place += 1
        yield day, steps[place].mg_on(day) if place >= 0 else _ZERO
        day += _DAY

"""What is known by a moment, and which course a fact belongs to. The only place that cuts facts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from operator import attrgetter
from typing import TypeVar

from protocol.calendar import ONE_DAY, date_in
from protocol.facts import CourseFacts, Fact, Stopped

FactType = TypeVar("FactType", bound=Fact)

_DATED = tuple(
    field.name
    for field in fields(CourseFacts)
    if field.name
    not in {
        "course",
        "programme",
        "person",
        "clinic_zone",
        "patient_zone",
        "due_from",
        "indication",
    }
)
_ALL_DATED = attrgetter(*_DATED)
_DAY_OF = attrgetter("on")


def local_date(facts: CourseFacts, at: datetime) -> date:
    """The later of the patient's and the clinic's calendar dates at ``at``.

    A fact carries the date of the place where it happened (GEN-3); which of the two places that
    was is not recorded. Taking the later one never hides something that has happened.
    """
    patient_on = date_in(at, zone_on(facts, at))
    if facts.clinic_zone == facts.patient_zone and not facts.moved:
        return patient_on
    return max(patient_on, date_in(at, facts.clinic_zone))


def zone_on(facts: CourseFacts, at: datetime) -> str:
    """The patient's time zone at ``at``: the last move recorded by then, else the first home."""
    zone = facts.patient_zone
    for move in facts.moved:
        if date_in(at, move.timezone) >= move.on:
            zone = move.timezone
    return zone


def known_by(facts: CourseFacts, moment: date | datetime, zone: str | None = None) -> CourseFacts:
    """The same course with everything later than ``moment`` left out, and what a stop left over.

    With an instant, facts that carry ``at`` count up to that instant and facts with a date alone
    count from the first moment of their day, on the clock of ``zone`` (left out: see
    ``local_date``). With a date, facts of that day and earlier count. Relies on tuples being in
    order of day, as ``CourseFacts`` promises; returns ``facts`` itself when nothing is later.
    """
    if isinstance(moment, datetime):
        instant: datetime | None = moment
        day = date_in(moment, zone) if zone else local_date(facts, moment)
    else:
        instant, day = None, moment
    # A fact's own date and its instant can differ by a day across zones, never by two.
    surely_known = day - ONE_DAY
    changed: dict[str, tuple[Fact, ...]] = {}
    for name, dated in zip(_DATED, _ALL_DATED(facts), strict=True):
        if not dated or dated[-1].on < surely_known:
            continue
        first = len(dated)
        all_known = True
        for fact in reversed(dated):
            if fact.on < surely_known:
                break
            first -= 1
            all_known = all_known and _is_known(fact, day, instant)
        if not all_known:
            kept = (fact for fact in dated[first:] if _is_known(fact, day, instant))
            changed[name] = (*dated[:first], *kept)
    known = replace(facts, **changed) if changed else facts  # type: ignore[arg-type]
    return _without_leftovers(known) if known.stopped else known


def _without_leftovers(facts: CourseFacts) -> CourseFacts:
    prescribed = without_leftovers(facts.prescribed, facts.stopped, facts.doses)
    dispensed = without_leftovers(facts.dispensed, facts.stopped, facts.doses)
    if len(prescribed) == len(facts.prescribed) and len(dispensed) == len(facts.dispensed):
        return facts
    return replace(facts, prescribed=prescribed, dispensed=dispensed)


def without_leftovers(
    supplies: Sequence[FactType], stops: Sequence[Stopped], doses: Sequence[Fact]
) -> tuple[FactType, ...]:
    """Prescriptions or fills, less those that a stop left over: they begin no new course.

    Dated after the last dose and by the day on which the stop was recorded, they were written or
    collected for the course that has ended and never begun. A dose between those days says
    otherwise: then the next course was under way before the stop was recorded. All in order of day.
    """
    kept = tuple(supplies)
    for stop in stops:
        first = bisect_right(kept, stop.last_dose, key=_DAY_OF)
        end = bisect_right(kept, stop.on, key=_DAY_OF)
        if first < end and not any(stop.last_dose < dose.on <= stop.on for dose in doses):
            after = (fact for fact in kept[first:end] if not _left_over(fact, stop))
            kept = (*kept[:first], *after, *kept[end:])
    return kept


def _left_over(fact: Fact, stop: Stopped) -> bool:
    return fact.at is None or stop.at is None or fact.at <= stop.at


def _is_known(fact: Fact, day: date, instant: datetime | None) -> bool:
    if instant is not None and fact.at is not None:
        return fact.at <= instant
    return fact.on <= day


def next_fact_on(facts: CourseFacts, after: date) -> date | None:
    """The first day later than ``after`` on which something is on record, as a start to come."""
    days = (
        fact.on
        for dated in _ALL_DATED(facts)
        if dated and dated[-1].on > after
        for fact in dated
        if fact.on > after
    )
    return min(days, default=None)


def first_fact_on(facts: CourseFacts, boundary: date | None) -> date | None:
    """The first day on which anything of the present course is on record."""
    days = (recent[0].on for dated in _ALL_DATED(facts) if (recent := since(dated, boundary)))
    return min(days, default=None)


def course_boundary(facts: CourseFacts) -> date | None:
    """The last dose of the course before the present one; None in a patient's first course.

    A stop ends a course. As long as nothing has been dosed or filled since, the next prescription
    starts the next course (DOSE-13), so the boundary is the newest stop.
    """
    return facts.stopped[-1].last_dose if facts.stopped else None


def since(dated: tuple[FactType, ...], boundary: date | None) -> tuple[FactType, ...]:
    """The facts dated after ``boundary``; all of them without one.

    Relies on the order by day, so that a cycle costs no more at the end of a long course.
    """
    if boundary is None or not dated or dated[0].on > boundary:
        return dated
    return dated[bisect_right(dated, boundary, key=_DAY_OF) :]


def started_on(facts: CourseFacts) -> date | None:
    """First day of the present course: its first dose, else its first fill, else None."""
    boundary = course_boundary(facts)
    doses = since(facts.doses, boundary)
    if doses:
        return doses[0].on
    fills = since(facts.dispensed, boundary)
    return fills[0].on if fills else None

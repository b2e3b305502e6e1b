"""A patient's courses cut apart: when each began and ended, as the facts tell it.

A course begins with the first dose (or, where none is recorded, the first fill) after the end of
the one before, and ends with the last dose of a ``Stopped``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from protocol.facts import CourseFacts, Fact


@dataclass(frozen=True, slots=True)
class Treatment:
    """One course: ``started`` is its first dosing day, ``last_dose`` None while it runs.

    ``after`` is the last dose of the course before it, None for the first.
    """

    started: date
    last_dose: date | None
    after: date | None


def treatments(facts: CourseFacts, *, as_of: date) -> tuple[Treatment, ...]:
    """Every course begun by ``as_of``, oldest first; what is recorded later is not looked at."""
    found: list[Treatment] = []
    after: date | None = None
    ends: list[date | None] = []
    if facts.stopped:
        ends.extend(sorted(stop.last_dose for stop in facts.stopped if stop.on <= as_of))
    for end in (*ends, None):
        until = as_of if end is None else min(end, as_of)
        # Day-level data first: a fill begins a course only where no dose is recorded (DOSE-10).
        began = _first_between(facts.doses, after, until)
        began = began or _first_between(facts.dispensed, after, until)
        if began is not None:
            found.append(Treatment(started=began, last_dose=end, after=after))
        after = end
    return tuple(found)


def _first_between(dated: Iterable[Fact], after: date | None, until: date) -> date | None:
    """The first day after one day and not later than another; facts are in order of day."""
    for fact in dated:
        if after is None or fact.on > after:
            return fact.on if fact.on <= until else None
    return None


def running(facts: CourseFacts, *, as_of: date) -> Treatment | None:
    """The course under way on ``as_of``, None before the first dose and after a stop."""
    found = treatments(facts, as_of=as_of)
    return found[-1] if found and found[-1].last_dose is None else None


def newest(facts: CourseFacts, *, as_of: date) -> Treatment | None:
    """The course under way, or else the one that ended last."""
    found = treatments(facts, as_of=as_of)
    return found[-1] if found else None


def last_stop(facts: CourseFacts, *, as_of: date) -> date | None:
    """The last dose of the course that ended most recently, None if none has ended."""
    return max((stop.last_dose for stop in facts.stopped if stop.on <= as_of), default=None)

"""Pauses of a course, as half-open spans of days (SCHED-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from protocol.facts import CourseFacts
from protocol.timeline import course_boundary, since
from protocol.vocabulary import Rest


@dataclass(frozen=True, slots=True)
class Pause:
    """Held from ``begins``, that day included, until ``ends``, a dosing day; None: still held."""

    begins: date
    ends: date | None

    def covers(self, on: date) -> bool:
        """The course is held on this day."""
        return self.begins <= on and (self.ends is None or on < self.ends)


def pauses(facts: CourseFacts, *, after: date | None) -> tuple[Pause, ...]:
    """The pauses of the course that began after ``after``, oldest first."""
    resumes = [fact.on for fact in since(facts.resumes, after)]
    found: list[Pause] = []
    for hold in since(facts.holds, after):
        if found and (found[-1].ends is None or hold.on < found[-1].ends):
            continue
        ends = next((on for on in resumes if on >= hold.on), None)
        found.append(Pause(hold.on, ends))
    return tuple(found)


def is_held(spans: tuple[Pause, ...], on: date) -> bool:
    """The course is held on this day."""
    return any(span.covers(on) for span in spans)


def at_rest(facts: CourseFacts, *, as_of: date, ended: bool) -> Rest | None:
    """Whether treatment rests on this day, so that the gate need not even be asked (SCHED-3).

    A reviewed result no longer stops the gate; the hold that was decided about it must. ``ended``
    is the course's own state, since the facts go on to the patient's next course.
    """
    if ended:
        return Rest.ENDED
    return Rest.HELD if is_held(pauses(facts, after=course_boundary(facts)), as_of) else None


def moved_past_pause(spans: tuple[Pause, ...], due_on: date) -> date | None:
    """SCHED-3: a date that falls into a pause is due on resuming; None while still held."""
    for span in spans:
        if span.covers(due_on):
            return span.ends
    return due_on

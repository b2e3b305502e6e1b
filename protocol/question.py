"""What the gate is asked, with everything that several rules need worked out once.

It stands outside ``gate/`` because the schedules ask the same things of the same course.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar

from protocol.calendar import age_on, date_in
from protocol.category import effective_category
from protocol.facts import (
    CourseFacts,
    Dispensed,
    Fact,
    PregnancyTest,
    Prescribed,
    Supply,
    Visit,
)
from protocol.labs import LabReading, read
from protocol.parameters import Parameters
from protocol.policy import ClinicPolicy
from protocol.programmes import Edition, edition_for
from protocol.timeline import course_boundary, local_date, since
from protocol.treatment import Treatment, running
from protocol.vocabulary import Action, Category

FactType = TypeVar("FactType", bound=Fact)
Answer = TypeVar("Answer")


class once(Generic[Answer]):  # noqa: N801 - reads as the decorator it is, like property
    """A property that is worked out when it is first asked for.

    ``functools.cached_property`` takes a lock until Python 3.12, which costs more than most of
    the answers. A question is frozen, so that two threads could only work out the same answer.
    """

    def __init__(self, work_out: Callable[[Any], Answer]) -> None:
        self._work_out = work_out
        self.__doc__ = work_out.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, question: object, owner: type) -> Answer:
        # Python looks into the question's own dictionary first and comes here only once.
        answer: Answer = self._work_out(question)
        question.__dict__[self._name] = answer
        return answer


@dataclass(frozen=True)
class Question:
    """One question to the gate. ``facts`` hold only what is known by ``at``.

    ``on`` is the date on the programme's clock (GEN-1); ``clinic_on`` the clinic's date, by which
    ages are counted (GEN-7). ``supply`` is what the action names, or None.
    """

    facts: CourseFacts
    action: Action
    at: datetime
    on: date
    edition: Edition
    policy: ClinicPolicy
    supply: Supply | None = None
    rma: str | None = None
    # What functions outside have worked out for this question, by their name.
    memory: dict[str, object] = field(default_factory=dict, compare=False, repr=False)

    @once
    def clinic_on(self) -> date:
        """The clinic's calendar date at the instant judged."""
        return date_in(self.at, self.facts.clinic_zone)

    @once
    def day(self) -> date:
        """The latest date at the instant judged, of the programme's clock and where people are.

        Whatever happened by that instant is dated by then (GEN-3).
        """
        return max(self.on, local_date(self.facts, self.at))

    @once
    def lab_reading(self) -> LabReading:
        """The newest laboratory results, read together (LAB-7)."""
        return read(self.facts, as_of=self.day, policy=self.policy, with_ctcae=False)

    @property
    def params(self) -> Parameters:
        """What the edition of the day of the attempt fixes."""
        return self.edition.params

    @property
    def programme(self) -> str:
        """The programme's name, as ``us-ipledge``."""
        return self.facts.programme

    def edition_on(self, on: date) -> Edition:
        """The edition in force on another day (GEN-8). Raises ``EditionUnknown``."""
        if self.edition.covers(on):
            return self.edition
        return edition_for(self.programme, on, policy=self.policy)

    @once
    def zone(self) -> str:
        """The programme's clock (GEN-1)."""
        return self.edition.zone(self.facts.clinic_zone)

    @once
    def age(self) -> int | None:
        """Completed years on the clinic's date (GEN-7); None when the birth date is unknown."""
        born = self.facts.person.born
        return None if born is None else age_on(born, self.clinic_on)

    @once
    def category(self) -> Category | None:
        """The recorded category, else what the anatomy makes it (US-02), else None."""
        return effective_category(self.facts.person)

    @once
    def can_become_pregnant(self) -> bool:
        """The rules for patients who can become pregnant apply."""
        return self.category is Category.FCP

    @property
    def cannot_become_pregnant(self) -> bool:
        """The rules for patients who cannot become pregnant apply."""
        return self.category is Category.NCP

    # The course and its fills

    @once
    def boundary(self) -> date | None:
        """Last dose of the course before this one; earlier facts belong to earlier courses."""
        return course_boundary(self.facts)

    def of_course(self, dated: tuple[FactType, ...]) -> tuple[FactType, ...]:
        """The facts of the present course."""
        return since(dated, self.boundary)

    @once
    def fills(self) -> tuple[Dispensed, ...]:
        """Fills of this course so far."""
        return self.of_course(self.facts.dispensed)

    @property
    def last_fill(self) -> Dispensed | None:
        """The newest fill of this course."""
        return self.fills[-1] if self.fills else None

    @once
    def under_way(self) -> Treatment | None:
        """The course under way, None before its first dose and after a stop."""
        return running(self.facts, as_of=self.day)

    @once
    def dosed(self) -> bool:
        """A dose of this course was taken on an earlier day, whether or not its fill is known."""
        doses = self.of_course(self.facts.doses)
        return bool(doses) and doses[0].on < self.clinic_on

    @property
    def treated(self) -> bool:
        """The first dose of this course has been received (US-11 to US-13)."""
        return bool(self.fills) or self.dosed

    @once
    def initiation(self) -> bool:
        """Judged as a first prescription of a course: so asked, or nothing received yet."""
        return self.action is Action.START or not self.treated

    @once
    def cycle_from(self) -> date | None:
        """What belongs to this prescription is dated after this day (the last fill's), if any.

        A start has no fill before it: one on file is its own, made later on the same day.
        """
        if self.action is Action.START or self.last_fill is None:
            return self.boundary
        return self.last_fill.on

    def of_cycle(self, dated: tuple[FactType, ...]) -> tuple[FactType, ...]:
        """The facts since the last fill: what was done for this prescription."""
        return since(dated, self.cycle_from)

    @once
    def prescription(self) -> Prescribed | None:
        """For a fill: the newest prescription that no fill has used up (US-19)."""
        if self.action is not Action.DISPENSE:
            return None
        open_ones = self.of_cycle(self.facts.prescribed)
        return open_ones[-1] if open_ones else None

    @once
    def prescribed_on(self) -> date:
        """The day of the prescription in question: the attempt's own unless it is a fill."""
        return self.prescription.on if self.prescription else self.on

    @once
    def initiated_on(self) -> date:
        """The first prescription's day, by which rules about starting are judged (GEN-8)."""
        if self.initiation:
            return self.prescribed_on
        candidates = [self.prescribed_on]
        for dated in (self.facts.prescribed, self.facts.dispensed, self.facts.doses):
            of_course = self.of_course(dated)
            if of_course:
                candidates.append(of_course[0].on)
        return min(candidates)

    @once
    def handed_out(self) -> Supply | None:
        """What is prescribed or handed out: as the action says, else as prescribed."""
        if self.supply is not None:
            return self.supply
        return self.prescription.supply if self.prescription else None

    @once
    def first_visit(self) -> Visit | None:
        """The newest visit marked as first, else the earliest of the course."""
        visits = self.of_course(self.facts.visits)
        marked = [visit for visit in visits if visit.first]
        if marked:
            return marked[-1]
        return visits[0] if visits else None

    @once
    def visit(self) -> Visit | None:
        """The visit of this prescription: the newest since the last fill, not after it."""
        visits = [
            visit for visit in self.of_cycle(self.facts.visits) if visit.on <= self._visits_until
        ]
        return visits[-1] if visits else None

    @property
    def _visits_until(self) -> date:
        # Without a prescription of its own the attempt's day counts; the patient may be a calendar
        # day ahead of the programme's clock.
        return self.prescription.on if self.prescription else max(self.on, self.clinic_on)

    @once
    def tests(self) -> tuple[PregnancyTest, ...]:
        """Pregnancy tests of this course, omissions included, oldest first."""
        return self.of_course(self.facts.pregnancy_tests)


def days_after(on: date, days: int) -> date:
    """The day ``days`` after ``on``."""
    return on + timedelta(days=days)

"""What is due in a course, and when: the plan that the clinic's worklist is made from.

Total and pure: the same facts give the same plan, and any facts give one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from heapq import merge

from protocol.after_course import follow_up
from protocol.calendar import wall_clock
from protocol.collecting import collect_items
from protocol.cycle_schedule import after_course_items, cycle_items, lapses_on
from protocol.facts import CourseFacts
from protocol.holds import is_held, pauses
from protocol.lab_repeats import repeat_items
from protocol.lab_schedule import due_draws, lab_items
from protocol.memory import once_for
from protocol.news import look_back_items, note_items
from protocol.plan import Plan, PlannedItem, as_answered, next_change, status_by_day
from protocol.policy import ClinicPolicy
from protocol.pregnancy_signs import pregnancy_met_the_end, pregnancy_stands
from protocol.programmes import EditionUnknown, edition_for, editions_of, programme_names
from protocol.question import Question
from protocol.timeline import course_boundary, known_by, next_fact_on, since
from protocol.vocabulary import Action, ItemStatus, Requirement

__all__ = [
    "Plan",
    "PlannedItem",
    "due_dates",
    "is_under_way",
    "plan",
    "question_on",
    "reminder_at",
    "status_by_day",
    "status_of",
]

MIDDAY = time(12, 0)


def plan(facts: CourseFacts, *, as_of: date, policy: ClinicPolicy) -> Plan:
    """Everything due in the present course as it is known by ``as_of``.

    Items are those not yet done up to the next one in the future for each requirement, and those
    done (``met_by``). After a stop only post-course items remain (SCHED-3). Nothing is due before
    ``facts.due_from``. Where no edition is in force nothing is planned; the gate says why.
    """
    return once_for(
        facts, as_of, policy, lambda: _plan(facts, as_of=as_of, policy=policy), "schedule.plan"
    )


def _plan(facts: CourseFacts, *, as_of: date, policy: ClinicPolicy) -> Plan:
    try:
        q = question_on(facts, as_of=as_of, policy=policy)
        everything = sorted(
            _all_items(q), key=lambda item: (item.due_on, item.requirement.value, item.key)
        )
        moments = list(lapses_on(q, everything))
    except EditionUnknown:
        everything, moments = [], []
    known = known_by(facts, as_of)
    waived = {(waiver.requirement, waiver.due_on) for waiver in known.waivers}
    said = {answer.key: answer for answer in known.task_answers}
    items = tuple(
        as_answered(item, said.get(item.key))
        for item in everything
        if (item.requirement, item.due_on) not in waived
    )
    moments.extend(
        day
        for day in (next_change(items, as_of=as_of), next_fact_on(facts, as_of))
        if day is not None
    )
    moments.extend(_edition_changes(facts.programme, policy))
    return Plan(items=items, next_moment=min((d for d in moments if d > as_of), default=None))


def _edition_changes(programme: str, policy: ClinicPolicy) -> Iterator[date]:
    """The days on which another edition begins."""
    if programme in programme_names():
        yield from (span.effective_from for span in editions_of(programme, policy=policy))


def _all_items(q: Question) -> Iterator[PlannedItem]:
    facts, as_of, policy = q.facts, q.on, q.policy
    if not is_under_way(facts) and course_boundary(facts) is not None:
        after = follow_up(facts, as_of=as_of, policy=policy)
        if not pregnancy_met_the_end(q):
            yield from after_course_items(q, after)
            yield from look_back_items(q, after)
        yield from note_items(q)
        yield from repeat_items(facts, as_of=as_of, policy=policy, under_way=False)
        return
    yield from repeat_items(facts, as_of=as_of, policy=policy)
    yield from note_items(q)
    if pregnancy_stands(q):
        return  # US-23: the next thing is the pathway, not the next supply
    yield from _until_next(lab_items(facts, as_of=as_of, policy=policy), as_of=as_of)
    yield from cycle_items(q)
    yield from collect_items(q)


def _until_next(items: Iterable[PlannedItem], *, as_of: date) -> Iterator[PlannedItem]:
    """Cut an endless row of items after the first that lies in the future and is not done."""
    for item in items:
        yield item
        if not item.is_met and item.due_on > as_of:
            return


def is_under_way(facts: CourseFacts) -> bool:
    """A course is being taken up or runs: nothing has been stopped, or something began after it."""
    boundary = course_boundary(facts)
    if boundary is None:
        return True
    begun = (facts.enrolled, facts.doses, facts.dispensed, facts.prescribed)
    return any(dated and dated[-1].on > boundary for dated in begun) or any(
        visit.first for visit in since(facts.visits, boundary)
    )


def question_on(facts: CourseFacts, *, as_of: date, policy: ClinicPolicy) -> Question:
    """What the gate would be asked about the next prescription on a day, in the clinic's zone.

    Raises ``EditionUnknown``.
    """
    return Question(
        facts=known_by(facts, as_of),
        action=Action.PRESCRIBE,
        at=wall_clock(as_of, MIDDAY, facts.clinic_zone),
        on=as_of,
        edition=edition_for(facts.programme, as_of, policy=policy),
        policy=policy,
    )


def due_dates(
    facts: CourseFacts,
    requirement: Requirement,
    *,
    as_of: date,
    policy: ClinicPolicy,
    count: int = 1,
) -> tuple[date, ...]:
    """The next ``count`` dates not yet done, in order; fewer when there are no more.

    ``pregnancy-test`` includes the tests after the course. Tests and check-ins after the supply in
    hand are not known before it has been filled (SCHED-1).
    """
    found: list[date] = []
    for item in _dated_items(facts, requirement, as_of=as_of, policy=policy):
        if len(found) == count:
            break
        if not item.is_met:
            found.append(item.due_on)
    return tuple(found)


def status_of(
    facts: CourseFacts, requirement: Requirement, *, as_of: date, policy: ClinicPolicy
) -> ItemStatus:
    """The status of the oldest date not yet done (LAB-3); done when every date is.

    While a course is held the date after the last one done is not known: not due (SCHED-3).
    """
    if requirement is Requirement.LABS:
        return _status_of_draws(known_by(facts, as_of), as_of=as_of, policy=policy)
    something = False
    for item in _dated_items(facts, requirement, as_of=as_of, policy=policy):
        if not item.is_met:
            return item.status
        something = True
    return ItemStatus.DONE if something else ItemStatus.NOT_DUE


def _status_of_draws(facts: CourseFacts, *, as_of: date, policy: ClinicPolicy) -> ItemStatus:
    """As ``status_of``, without making items of the dates: the gate asks this every time."""
    if not is_under_way(facts):
        return ItemStatus.NOT_DUE
    something = False
    asked = [item for item in repeat_items(facts, as_of=as_of, policy=policy) if not item.is_met]
    first = min((item.due_on for item in asked), default=None)
    for draw in due_draws(facts, policy):
        if draw.met_by is None:
            due_on = draw.due_on if first is None else min(first, draw.due_on)
            return status_by_day(Requirement.LABS, due_on, as_of=as_of)
        something = True
    if first is not None:
        return status_by_day(Requirement.LABS, first, as_of=as_of)
    held = is_held(pauses(facts, after=course_boundary(facts)), as_of)
    return ItemStatus.DONE if something and not held else ItemStatus.NOT_DUE


def _dated_items(
    facts: CourseFacts, requirement: Requirement, *, as_of: date, policy: ClinicPolicy
) -> Iterator[PlannedItem]:
    """The items of one requirement in order of day, the baseline draw left out (LAB-2)."""
    if requirement is Requirement.LABS:
        known = known_by(facts, as_of)
        if is_under_way(known):
            asked = sorted(
                repeat_items(known, as_of=as_of, policy=policy), key=lambda item: item.due_on
            )
            scheduled = lab_items(known, as_of=as_of, policy=policy)
            yield from merge(asked, scheduled, key=lambda item: item.due_on)
        return
    wanted = {requirement}
    if requirement is Requirement.PREGNANCY_TEST:
        wanted.add(Requirement.FINAL_TEST)
    for item in plan(facts, as_of=as_of, policy=policy).items:
        if item.requirement in wanted:
            yield item


def reminder_at(on: date, at: time, zone: str) -> datetime:
    """GEN-5: the instant of a reminder on the patient's own clock, in UTC."""
    return wall_clock(on, at, zone).astimezone(UTC)

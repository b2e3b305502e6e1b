"""What holds for the plan of every course, whatever happened in it (SCHED-1 to SCHED-4, LAB-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.facts import CourseFacts, Hold, Person, Resume, Stopped
from protocol.lab_schedule import overdue_draw
from protocol.policy import ClinicPolicy
from protocol.schedule import plan
from protocol.standing import stand
from protocol.vocabulary import (
    Action,
    Category,
    ItemStatus,
    LabSchedule,
    Level,
    Phase,
    Reason,
    Requirement,
)
from tests.protocol.world import (
    POLICY,
    ZONES,
    asked,
    days,
    drawn,
    filled,
    in_order,
    noon,
    sampled,
)

LABS = Requirement.LABS


def schedule(kind: LabSchedule) -> ClinicPolicy:
    """A clinic that has chosen a laboratory schedule."""
    return ClinicPolicy(lab_schedule=kind)


BARE = ("weights", "doses", "visits", "contraception", "prescribed", "enrolled", "labs", "consents")


@st.composite
def courses(draw: st.DrawFn) -> tuple[CourseFacts, date]:
    """A course with gaps, draws, pauses and perhaps a stop, and a day to look at it."""
    start = date(2026, 5, 1) + days(draw(st.integers(0, 250)))
    length = draw(st.integers(0, 240))
    as_of = start + days(length)
    programme = draw(st.sampled_from(["us-ipledge", "uk-mhra", "eu-ppp", "ca", "au"]))
    offsets = st.integers(-40, length)
    fills = sorted({0, *draw(st.lists(st.integers(0, length), max_size=5))})
    draws = draw(st.lists(offsets, max_size=5))
    tests = draw(st.lists(offsets, max_size=6))
    holds = sorted(draw(st.lists(st.integers(1, 240), max_size=2)))
    resumes = sorted(draw(st.lists(st.integers(1, 240), max_size=2)))
    stop = draw(st.none() | st.integers(1, 240))
    facts = in_order(
        as_of,
        programme,
        draw(st.sampled_from(list(Category))),
        fills=tuple(start + days(n) for n in fills),
        labs=tuple(result for n in sorted(set(draws)) for result in drawn(start + days(n))),
        pregnancy_tests=tuple(sampled(start + days(n)) for n in sorted(tests)),
        holds=tuple(Hold(ref=f"h{n}", on=start + days(n)) for n in holds),
        resumes=tuple(Resume(ref=f"r{n}", on=start + days(n)) for n in resumes),
        stopped=()
        if stop is None
        else (Stopped(ref="s", on=start + days(stop), last_dose=start + days(stop)),),
        dispensed=tuple(filled(start + days(n)) for n in fills),
    )
    return facts, as_of


@given(course=courses(), kind=st.sampled_from(list(LabSchedule)))
def test_planning_twice_is_planning_once(
    course: tuple[CourseFacts, date], kind: LabSchedule
) -> None:
    facts, as_of = course
    first = plan(facts, as_of=as_of, policy=schedule(kind))
    assert plan(facts, as_of=as_of, policy=schedule(kind)) == first
    keys = [item.key for item in first.items]
    assert len(keys) == len(set(keys))
    assert first.next_moment is None or first.next_moment > as_of


@settings(max_examples=300)
@given(course=courses(), share=st.floats(0, 1), first=st.booleans())
def test_nothing_changes_before_the_next_moment(
    course: tuple[CourseFacts, date], share: float, first: bool
) -> None:
    facts, as_of = course
    if first:
        facts = replace(facts, dispensed=(), doses=())
    now = plan(facts, as_of=as_of, policy=POLICY)
    if now.next_moment is None:
        later = as_of + days(int(share * 400))
    else:
        later = as_of + days(int(share * ((now.next_moment - as_of).days - 1)))
    assert plan(facts, as_of=later, policy=POLICY).items == now.items


@given(course=courses(), kind=st.sampled_from(list(LabSchedule)))
def test_overdue_draw_is_the_oldest_open_date(
    course: tuple[CourseFacts, date], kind: LabSchedule
) -> None:
    facts, as_of = course
    facts = replace(facts, stopped=())
    items = plan(facts, as_of=as_of, policy=schedule(kind)).open_items
    late = [
        item.due_on
        for item in items
        if item.requirement is LABS and item.status is ItemStatus.OVERDUE
    ]
    found = overdue_draw(facts, as_of=as_of, policy=schedule(kind))
    assert (found.due_on if found else None) == (late[0] if late else None)


@given(course=courses(), more=st.integers(-14, 14))
def test_another_draw_never_reopens_what_was_met(
    course: tuple[CourseFacts, date], more: int
) -> None:
    facts, as_of = course
    met = {item.key for item in plan(facts, as_of=as_of, policy=POLICY).items if item.is_met}
    extra = drawn(as_of - days(abs(more)))
    richer = replace(facts, labs=tuple(sorted((*facts.labs, *extra), key=lambda lab: lab.on)))
    open_now = {item.key for item in plan(richer, as_of=as_of, policy=POLICY).open_items}
    assert not met & open_now


@settings(max_examples=200)
@given(course=courses(), action=st.sampled_from(list(Action)), bare=st.sampled_from([*BARE, ""]))
def test_every_course_can_be_judged_and_stands_somewhere(
    course: tuple[CourseFacts, date], action: Action, bare: str
) -> None:
    facts, as_of = course
    if bare:
        facts = replace(facts, **{bare: ()})
    decision = asked(facts, as_of, action)
    assert Reason.RULE_FAILED not in decision.reasons
    standing = stand(facts, at=noon(as_of, facts.clinic_zone), policy=POLICY)
    assert standing.gap_days >= 0
    assert standing.decision.edition == decision.edition


def test_course_of_which_nothing_is_known_is_judged_and_planned() -> None:
    person = Person(born=None, category=None)
    for programme in ZONES:
        zone = ZONES[programme]
        facts = CourseFacts(
            course="c", programme=programme, person=person, clinic_zone=zone, patient_zone=zone
        )
        decision = asked(facts, date(2027, 1, 5), Action.START)
        assert decision.level is Level.BLOCK
        assert Reason.RULE_FAILED not in decision.reasons
        assert plan(facts, as_of=date(2027, 1, 5), policy=POLICY).items == ()
        assert stand(facts, at=noon(date(2027, 1, 5)), policy=POLICY).phase is Phase.PLANNED

"""What must hold for every course: worse stays worse, and the calendar has no favourite days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.facts import (
    Allergy,
    Condition,
    CourseFacts,
    Fact,
    Medication,
    Questionnaire,
    SexualFunctionAsked,
    Symptom,
)
from protocol.policy import ClinicPolicy
from protocol.schedule import plan
from protocol.vocabulary import (
    Action,
    Category,
    Instrument,
    LabSchedule,
    SexualFunction,
    TestResult,
    TestSetting,
)
from tests.protocol.world import (
    POLICY,
    ZONES,
    asked,
    days,
    drawn,
    in_order,
    noon,
    protected,
    sampled,
)

DAY = date(2027, 5, 12)
Spoil = Callable[[CourseFacts], CourseFacts]


def without(name: str) -> Spoil:
    """Leave out everything of one kind."""
    return lambda facts: replace(facts, **{name: ()})


def with_one_more(name: str, fact: Any) -> Spoil:
    """Add one fact of the day."""
    return lambda facts: replace(facts, **{name: (*getattr(facts, name), fact)})


PROBLEMS: dict[str, Spoil] = {
    **{
        f"no {name}": without(name)
        for name in (
            "enrolled",
            "consents",
            "visits",
            "counselling",
            "comprehension",
            "contraception",
            "pregnancy_tests",
            "labs",
            "weights",
            "questionnaires",
            "sexual_function",
        )
    },
    "positive test": with_one_more("pregnancy_tests", sampled(DAY, TestResult.POSITIVE)),
    "unclear test": with_one_more("pregnancy_tests", sampled(DAY, TestResult.INDETERMINATE)),
    "one method": with_one_more("contraception", protected(DAY, (), since=DAY)),
    "liver t4": lambda facts: replace(
        facts, labs=(*facts.labs, *drawn(DAY, alt=("900", "U/L", "40")))
    ),
    # Added, not taken from what is there: without any results no unit can be missing.
    "result without unit": lambda facts: replace(
        facts, labs=(*facts.labs, *drawn(DAY, alt=("30", "", "40")))
    ),
    "red symptom": with_one_more("symptoms", Symptom(ref="s", on=DAY, code="jaundice")),
    "urgent symptom": with_one_more("symptoms", Symptom(ref="s", on=DAY, code="hearing")),
    "item nine": with_one_more(
        "questionnaires",
        Questionnaire(
            ref="q", on=DAY, instrument=Instrument.PHQ9, answers=(0, 0, 0, 0, 0, 0, 0, 0, 1)
        ),
    ),
    "bothersome": with_one_more(
        "sexual_function",
        SexualFunctionAsked(ref="f", on=DAY, answer=SexualFunction.BOTHERSOME),
    ),
    "tetracycline": with_one_more("medications", Medication(ref="m", on=DAY, name="doxycycline")),
    "pregnancy": with_one_more("conditions", Condition(ref="c", on=DAY, name="pregnancy")),
    "allergy": with_one_more("allergies", Allergy(ref="a", on=DAY, name="isotretinoin")),
    "too young": lambda facts: replace(
        facts, person=replace(facts.person, born=DAY - timedelta(days=4000))
    ),
    "no birth date": lambda facts: replace(facts, person=replace(facts.person, born=None)),
    "no category": lambda facts: replace(facts, person=replace(facts.person, category=None)),
}


def spoilt(facts: CourseFacts, problems: list[str]) -> CourseFacts:
    """The course with every problem: what is missing first, so that it hides nothing added."""
    for name in sorted(set(problems), key=lambda name: (not name.startswith("no "), name)):
        facts = PROBLEMS[name](facts)
    return facts


@settings(max_examples=300, deadline=None)
@given(
    programme=st.sampled_from(sorted(ZONES)),
    category=st.sampled_from(list(Category)),
    first=st.booleans(),
    action=st.sampled_from(list(Action)),
    before=st.lists(st.sampled_from(sorted(PROBLEMS)), max_size=3, unique=True),
    another=st.sampled_from(sorted(PROBLEMS)),
)
def test_another_problem_never_makes_a_decision_milder(
    programme: str,
    category: Category,
    first: bool,
    action: Action,
    before: list[str],
    another: str,
) -> None:
    fills = () if first else (DAY - days(30),)
    facts = in_order(DAY, programme, category, fills=fills)
    milder = asked(spoilt(facts, before), DAY, action)
    worse = asked(spoilt(facts, [*before, another]), DAY, action)
    assert worse.level >= milder.level


def moved(facts: CourseFacts, by: Callable[[date], date]) -> CourseFacts:
    """The same course with every date moved."""

    def fact_moved(fact: Fact) -> Fact:
        changes: dict[str, Any] = {}
        for field in fields(fact):
            value = getattr(fact, field.name)
            if isinstance(value, date) and not isinstance(value, datetime):
                changes[field.name] = by(value)
        return replace(fact, **changes)

    changes: dict[str, Any] = {}
    for field in fields(facts):
        value = getattr(facts, field.name)
        if isinstance(value, tuple):
            changes[field.name] = tuple(fact_moved(fact) for fact in value)
    born = facts.person.born
    person = replace(facts.person, born=by(born) if born else None)
    return replace(facts, person=person, **changes)


@st.composite
def courses(draw: st.DrawFn) -> tuple[CourseFacts, date, Action]:
    """A course under the newest edition with tests and statements anywhere."""
    fills = draw(st.sampled_from([(), (30,), (60, 30)]))
    tests = sorted(draw(st.lists(st.integers(0, 90), max_size=5)), reverse=True)
    settings_of = st.sampled_from([TestSetting.CLINIC, TestSetting.CLINIC, TestSetting.HOME])
    since = draw(st.integers(0, 90))
    facts = in_order(
        DAY,
        draw(st.sampled_from(["us-ipledge", "ca", "au", "eu-ppp"])),
        draw(st.sampled_from(list(Category))),
        fills=tuple(DAY - days(ago) for ago in fills),
        pregnancy_tests=tuple(sampled(DAY - days(n), setting=draw(settings_of)) for n in tests),
        contraception=(protected(DAY - days(since), since=DAY - days(since)),),
        labs=drawn(DAY - days(draw(st.integers(0, 20)))),
    )
    on = DAY + days(draw(st.integers(0, 9)))
    return facts, on, draw(st.sampled_from(list(Action)))


def four_hundred_years_later(on: date) -> date:
    """The calendar repeats itself exactly after 400 years."""
    return on.replace(year=on.year + 400)


@given(course=courses())
def test_course_four_hundred_years_later_is_judged_alike(
    course: tuple[CourseFacts, date, Action],
) -> None:
    facts, on, action = course
    later = moved(facts, four_hundred_years_later)
    today, then = asked(facts, on, action), asked(later, four_hundred_years_later(on), action)
    assert today.reasons == then.reasons
    assert today.level is then.level
    assert today.earliest_on is None or then.earliest_on == four_hundred_years_later(
        today.earliest_on
    )
    now_plan = plan(facts, as_of=on, policy=POLICY)
    then_plan = plan(later, as_of=four_hundred_years_later(on), policy=POLICY)
    assert [four_hundred_years_later(item.due_on) for item in now_plan.items] == [
        item.due_on for item in then_plan.items
    ]
    assert [item.status for item in now_plan.items] == [item.status for item in then_plan.items]


@given(course=courses(), by=st.integers(1, 900))
def test_us_course_some_days_later_is_judged_alike(
    course: tuple[CourseFacts, date, Action], by: int
) -> None:
    facts, on, action = course
    facts = replace(
        facts,
        programme="us-ipledge",
        clinic_zone="America/New_York",
        patient_zone="America/New_York",
        labs=drawn(on - days(20)),
    )
    policy = ClinicPolicy(lab_schedule=LabSchedule.DELPHI_2022)
    later = moved(facts, lambda day: day + days(by))
    # Ages alone do not move by days (GEN-7).
    later = replace(later, person=facts.person)
    today = asked(facts, on, action, policy=policy)
    then = asked(later, on + days(by), action, policy=policy)
    assert today.reasons == then.reasons
    if today.window and then.window:
        assert then.window.last_day == today.window.last_day + days(by)
    assert (today.earliest_on is None) == (then.earliest_on is None)
    if today.earliest_on and then.earliest_on:
        assert then.earliest_on == today.earliest_on + days(by)


@given(
    course=courses(),
    zone=st.sampled_from(["Asia/Kolkata", "Pacific/Kiritimati", "America/St_Johns", "UTC"]),
    hour=st.integers(0, 23),
)
def test_clinics_clock_decides_wherever_the_clinic_is(
    course: tuple[CourseFacts, date, Action], zone: str, hour: int
) -> None:
    facts, on, action = course
    if facts.programme == "us-ipledge":
        return
    elsewhere = replace(facts, clinic_zone=zone, patient_zone=zone)
    here = asked(facts, noon(on, facts.clinic_zone) + timedelta(hours=hour - 12), action)
    there = asked(elsewhere, noon(on, zone) + timedelta(hours=hour - 12), action)
    assert (here.reasons, here.earliest_on) == (there.reasons, there.earliest_on)

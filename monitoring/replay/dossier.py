"""A story's facts as the rules want them: one ``CourseFacts`` for one ask."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from monitoring.replay.asked import Ask
from monitoring.replay.story import Programme, Story
from protocol.dosing import days_supply
from protocol.facts import (
    Allergy,
    CheckIn,
    Comprehension,
    Condition,
    Consent,
    Contraception,
    Counselling,
    CourseFacts,
    Dispensed,
    Dose,
    Enrolled,
    Fact,
    Hold,
    HomeTesting,
    LabAcknowledged,
    LabResult,
    Medication,
    Missed,
    Moved,
    Person,
    PlannedDose,
    PregnancyTest,
    Prescribed,
    Questionnaire,
    Resume,
    Reviewed,
    SecondPrescriber,
    SexualFunctionAsked,
    Stopped,
    Symptom,
    Visit,
    Waiver,
    Weight,
)

_FIELD_OF: dict[type[Fact], str] = {
    Enrolled: "enrolled",
    Consent: "consents",
    Visit: "visits",
    Counselling: "counselling",
    SecondPrescriber: "second_prescriber",
    Contraception: "contraception",
    Comprehension: "comprehension",
    HomeTesting: "home_testing",
    PregnancyTest: "pregnancy_tests",
    LabResult: "labs",
    LabAcknowledged: "lab_acknowledged",
    Weight: "weights",
    Dose: "doses",
    PlannedDose: "planned_doses",
    Missed: "missed",
    Hold: "holds",
    Resume: "resumes",
    Stopped: "stopped",
    Prescribed: "prescribed",
    Dispensed: "dispensed",
    Questionnaire: "questionnaires",
    SexualFunctionAsked: "sexual_function",
    Reviewed: "reviewed",
    Symptom: "symptoms",
    Medication: "medications",
    Condition: "conditions",
    Allergy: "allergies",
    CheckIn: "check_ins",
    Waiver: "waivers",
    Moved: "moved",
}
# What has no event is always in order (contract: Topics).
INDICATION = "severe recalcitrant nodular acne"
_START_OF_TIME = datetime.min.replace(tzinfo=UTC)


def judged(ask: Ask) -> tuple[date, datetime]:
    """The day and the instant an ask judges: its own, or the ``dated`` day of a late record."""
    dated = ask.named.dated
    if dated is None or dated == ask.on:
        return ask.on, ask.at
    return dated, datetime.combine(dated, ask.at.timetz())


def known_to(story: Story, ask: Ask) -> list[Fact]:
    """The facts of the events that an ask sees: its own day and earlier, instants up to its own."""
    day, instant = judged(ask)
    return [
        fact
        for event in story.events
        if (event.at <= instant if event.at is not None else event.on <= day)
        for fact in event.facts
    ]


def course_facts(story: Story, facts: Iterable[Fact]) -> CourseFacts:
    """The facts sorted into their places, in the order they happened."""
    placed: dict[str, list[Any]] = {}
    for fact in facts:
        placed.setdefault(_FIELD_OF[type(fact)], []).append(fact)
    prescribed = sorted(placed.get("prescribed", []), key=_moment)
    if "dispensed" in placed:
        placed["dispensed"] = [_lasting(fill, prescribed, story) for fill in placed["dispensed"]]
    patient = story.patient
    ordered: dict[str, Any] = {
        name: tuple(sorted(items, key=_moment)) for name, items in placed.items()
    }
    return CourseFacts(
        course=story.scenario,
        programme=story.programme.value,
        person=Person(
            born=patient.born,
            sex=patient.sex,
            category=patient.category,
            anatomy=patient.anatomy,
            country=patient.country,
        ),
        clinic_zone=story.clinic_zone.key,
        patient_zone=story.zone.key,
        indication=INDICATION,
        **ordered,
    )


def one_supply_days(story: Story) -> Decimal:
    """How long a fill lasts that nothing says more about: what the programme allows at most."""
    return Decimal(story.policy.uk_supply_days if story.programme is Programme.UK_MHRA else 30)


def _moment(fact: Fact) -> tuple[date, datetime]:
    return fact.on, fact.at or _START_OF_TIME


def _lasting(fill: Dispensed, prescribed: list[Prescribed], story: Story) -> Dispensed:
    """A fill with the days that its prescription says, or the programme's one supply."""
    if fill.days is not None:
        return fill
    before = [each.supply for each in prescribed if each.on <= fill.on]
    days = days_supply(before[-1]) if before else None
    return replace(fill, days=days or one_supply_days(story))

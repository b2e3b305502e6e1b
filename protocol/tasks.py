"""What somebody still has to do about a course: the kinds of task that are open on a day.

Derived from facts like everything else: a task closes because something was done, never because
somebody ticked it off. The worklist and the scenario files read the same list.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from protocol import labs, mood, schedule, symptoms
from protocol.after_course import AfterCourse, follow_up
from protocol.facts import CourseFacts, Questionnaire
from protocol.plan import Plan
from protocol.policy import ClinicPolicy
from protocol.pregnancy_signs import known_pregnancies, positive_signs
from protocol.reviews import is_reviewed
from protocol.timeline import known_by
from protocol.treatment import newest, running
from protocol.vocabulary import (
    Requirement,
    ReviewOf,
    SexualFunction,
    Urgency,
)


class TaskKind(StrEnum):
    """Kinds of open task, in the order a worklist shows them."""

    STOP_TREATMENT = "stop-treatment"
    REPORT_PREGNANCY = "report-pregnancy"
    REFER_OBGYN = "refer-obgyn"
    REVIEW_SYMPTOM = "review-symptom"
    REVIEW_MENTAL_HEALTH = "review-mental-health"
    REVIEW_LAB = "review-lab"
    REVIEW_SEXUAL_FUNCTION = "review-sexual-function"
    PREGNANCY_TEST = "pregnancy-test"
    LAB = "lab"
    CHECK_IN = "check-in"
    ASK_SEXUAL_FUNCTION = "ask-sexual-function"
    BLOOD_DONATION_NOTICE = "blood-donation-notice"


_OF_REQUIREMENT = {
    Requirement.LABS: TaskKind.LAB,
    Requirement.PREGNANCY_TEST: TaskKind.PREGNANCY_TEST,
    Requirement.FINAL_TEST: TaskKind.PREGNANCY_TEST,
    Requirement.CHECK_IN: TaskKind.CHECK_IN,
}


def open_tasks(facts: CourseFacts, *, as_of: date, policy: ClinicPolicy) -> tuple[TaskKind, ...]:
    """The kinds that are open at the end of ``as_of``, each once, in the worklist's order.

    A due item is a task from the day it opens (SCHED-1, LAB-3), a test after the course from the
    last dose on (US-24, UK-16). Raises ``EditionUnknown``.
    """
    known = known_by(facts, as_of)
    after = follow_up(known, as_of=as_of, policy=policy)
    found = {
        *_due(schedule.plan(known, as_of=as_of, policy=policy), as_of),
        *_reviews(known, as_of, policy),
        *_pregnancy(known, as_of, after),
        *_end_of_course(known, as_of, after),
    }
    return tuple(kind for kind in TaskKind if kind in found)


def _due(plan: Plan, as_of: date) -> Iterator[TaskKind]:
    for item in plan.open_items:
        kind = _OF_REQUIREMENT.get(item.requirement)
        if kind and (item.requirement is Requirement.FINAL_TEST or item.opens_on <= as_of):
            yield kind


def _reviews(facts: CourseFacts, as_of: date, policy: ClinicPolicy) -> Iterator[TaskKind]:
    """LAB-6, LAB-8, MH-2 to MH-4, MH-9 and the symptoms that are urgent or red."""
    reading = labs.read(facts, as_of=as_of, policy=policy)
    if reading.awaiting or reading.to_confirm:
        yield TaskKind.REVIEW_LAB
    if any(_waits_for_review(facts, answers, as_of) for answers in facts.questionnaires):
        yield TaskKind.REVIEW_MENTAL_HEALTH
    if any(level is not Urgency.ROUTINE for _, level in symptoms.open_symptoms(facts, as_of=as_of)):
        yield TaskKind.REVIEW_SYMPTOM
    for asked in facts.sexual_function:
        bothersome = asked.answer is SexualFunction.BOTHERSOME
        if bothersome and not is_reviewed(asked, facts.reviewed, of=ReviewOf.SEXUAL_FUNCTION):
            yield TaskKind.REVIEW_SEXUAL_FUNCTION


def _waits_for_review(facts: CourseFacts, answers: Questionnaire, as_of: date) -> bool:
    """The answers call for a clinician, and none has looked (MH-2 to MH-4)."""
    if is_reviewed(answers, facts.reviewed, of=ReviewOf.MENTAL_HEALTH):
        return False
    assessed = mood.assess(
        answers,
        baseline=mood.course_baseline(facts, as_of=as_of),
        country=facts.person.country,
    )
    return assessed.level is not mood.MoodLevel.NONE


def _pregnancy(facts: CourseFacts, as_of: date, after: AfterCourse) -> Iterator[TaskKind]:
    """US-23: pregnancy during treatment or in the waiting time after it is stopped and reported."""
    course = newest(facts, as_of=as_of)
    if course is None:
        return
    until = after.contraception_until if course.last_dose is not None else None
    signs = [
        *positive_signs(facts, as_of=as_of),
        *known_pregnancies(facts, as_of=as_of),
    ]
    if any(course.started <= on and (until is None or on <= until) for on in signs):
        yield TaskKind.REPORT_PREGNANCY
        yield TaskKind.REFER_OBGYN
        if course.last_dose is None:
            yield TaskKind.STOP_TREATMENT


def _end_of_course(facts: CourseFacts, as_of: date, after: AfterCourse) -> Iterator[TaskKind]:
    """Sexual function is asked again at close-out (MH-9); no blood is given until US-26, UK-17."""
    if running(facts, as_of=as_of) is not None:
        yield TaskKind.BLOOD_DONATION_NOTICE
        return
    if after.last_dose is None:
        return
    if after.blood_donation_from is not None and as_of < after.blood_donation_from:
        yield TaskKind.BLOOD_DONATION_NOTICE
    if not any(asked.on >= after.last_dose for asked in facts.sexual_function):
        yield TaskKind.ASK_SEXUAL_FUNCTION

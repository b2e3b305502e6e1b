"""What says that a patient is pregnant (US-23, CI-01), for the plan and for the tasks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from protocol import symptoms
from protocol.facts import CourseFacts, LabResult
from protocol.grading import grade
from protocol.policy import ClinicPolicy
from protocol.question import Question
from protocol.treatment import newest
from protocol.vocabulary import Analyte, TestResult, TestSetting, Tier

_SUPERVISED = (TestSetting.CLINIC, TestSetting.REMOTE_SUPERVISED)
_REPORTED = "positive-test"


def positive_signs(facts: CourseFacts, *, as_of: date) -> Iterator[date]:
    """Days of positive tests, of hCG above 25 IU/L, and of a positive test that was reported.

    What a patient reports counts until a clinician has reviewed it (rule book 10): its test is
    then on record, or there was none.
    """
    for test in facts.pregnancy_tests:
        if test.result is TestResult.POSITIVE and test.on <= as_of:
            yield test.on
    for result in facts.labs:
        if result.analyte is Analyte.HCG and result.on <= as_of and _is_positive(facts, result):
            yield result.on
    for reported, _ in symptoms.open_symptoms(facts, as_of=as_of):
        if _REPORTED in reported.features:
            yield reported.on


def known_pregnancies(facts: CourseFacts, *, as_of: date) -> Iterator[date]:
    """Days on which a pregnancy was recorded as a condition (CI-01)."""
    for condition in facts.conditions:
        if condition.name == "pregnancy" and condition.on <= as_of:
            yield condition.on


def pregnancy_stands(q: Question) -> bool:
    """A sign of this course that no later supervised negative test has answered, or a pregnancy.

    Nothing of the next supply falls due meanwhile (US-23). An unclear test is another thing: its
    repeat is what is due.
    """
    return _stands(q, after=q.boundary or date.min)


def pregnancy_met_the_end(q: Question) -> bool:
    """Why the last course ended was a pregnancy, or one stands that began in it or since.

    Whoever is pregnant is asked for no test after the course, and not about the skin (US-23 goes
    before US-24 and UK-16; D).
    """
    if q.facts.stopped and q.facts.stopped[-1].pregnancy:
        return True
    course = newest(q.facts, as_of=q.day)
    return course is not None and _stands(q, after=course.started - timedelta(days=1))


def _stands(q: Question, *, after: date) -> bool:
    answered = max(
        (
            test.on
            for test in q.facts.pregnancy_tests
            if test.result is TestResult.NEGATIVE and test.setting in _SUPERVISED
        ),
        default=date.min,
    )
    return any(on > answered and on > after for on in positive_signs(q.facts, as_of=q.day)) or any(
        on > after for on in known_pregnancies(q.facts, as_of=q.day)
    )


def _is_positive(facts: CourseFacts, result: LabResult) -> bool:
    graded = grade(result, person=facts.person, policy=ClinicPolicy(), with_ctcae=False)
    return graded.tier is Tier.T4

"""Facts are loaded in a fixed number of queries, whatever the number of courses."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring import dossier, policies
from protocol.vocabulary import Analyte, Category
from tests import ready, world

pytestmark = pytest.mark.django_db


def test_one_course_and_many_cost_the_same_number_of_queries() -> None:
    at = world.clinic()
    courses = [world.course(world.patient(at), days=20 + number) for number in range(12)]

    with CaptureQueriesContext(
        connection,
    ) as one:
        dossier.load([courses[0].pk])
    with CaptureQueriesContext(connection) as many:
        dossier.load([course.pk for course in courses])

    assert len(one) == len(many)


def test_everything_recorded_is_among_the_facts() -> None:
    course = ready.course(world.clinic())

    facts = dossier.load_one(course)

    assert facts.person.category is Category.FCP
    assert {form.form.value for form in facts.consents} == {"patient-information", "birth-defects"}
    assert {result.analyte for result in facts.labs} == {Analyte.ALT, Analyte.TRIGLYCERIDES}
    assert all(result.unit and result.uln for result in facts.labs)
    counted = (
        facts.visits,
        facts.counselling,
        facts.contraception,
        facts.comprehension,
        facts.pregnancy_tests,
        facts.questionnaires,
        facts.sexual_function,
        facts.weights,
        facts.doses,
        facts.enrolled,
    )
    assert [len(rows) for rows in counted] == [1] * len(counted)


def test_facts_of_an_earlier_course_belong_to_the_next() -> None:
    at = world.clinic()
    doctor = world.staff(at)
    person = world.patient(at)
    first = world.course(person, days=120)
    world.stopped(first, doctor)
    second = world.course(person, days=None)

    facts = dossier.load_one(second)

    assert [stop.ref for stop in facts.stopped] == [f"course:{first.public_id}"]
    assert len(facts.doses) == 1


def test_course_keeps_its_own_lab_schedule() -> None:
    at = world.clinic()
    course = world.course(world.patient(at), lab_schedule="delphi-2022")

    assert policies.policy_for(course, on=world.TODAY).lab_schedule.value == "delphi-2022"


def test_category_is_known_before_the_patient_is_enrolled() -> None:
    course = world.course(world.patient(world.clinic()), days=None, enrolled=False)

    facts = dossier.load_one(course)

    assert (facts.person.category, facts.enrolled) == (Category.FCP, ())

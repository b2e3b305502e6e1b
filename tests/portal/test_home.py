"""The first page: one next step, the gate in plain words, and honest empty states."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from courses.actions import stopping
from courses.models import Course, Prescription
from messaging.models import Message
from monitoring.actions import check_ins, planning
from monitoring.models import Observation, Specimen
from people.models import Patient
from tests import world
from tests.monitoring_answers import answer_all
from tests.world import NOW, TODAY


def page(client: Client) -> str:
    response = client.get("/home/")
    assert response.status_code == 200
    return response.content.decode()


def signed(course: Course, *, closes_in: timedelta) -> Prescription:
    return Prescription.objects.create(
        course=course,
        signed_at=NOW,
        signed_by=world.staff(course.clinic),
        signed_on=TODAY,
        strengths_mg=[Decimal(40)],
        quantities=[30],
        pattern=[Decimal(40)],
        days=Decimal(30),
        window_opens_at=NOW,
        window_closes_at=NOW + closes_in,
        level="allow",
        edition="us-2026",
        edition_hash="x",
        policy_version="default",
        form_nonce=uuid.uuid4(),
    )


def result(patient: Patient, analyte: str, value: str, unit: str, high: str) -> None:
    specimen = Specimen.objects.create(patient=patient, collected_on=TODAY, received_at=NOW)
    Observation.objects.create(
        specimen=specimen,
        analyte=analyte,
        code=analyte,
        value_text=value,
        value=Decimal(value),
        unit=unit,
        uln=Decimal(high),
        status="final",
        received_at=NOW,
    )


def test_an_open_check_in_is_the_next_step(signed_in: Client) -> None:
    html = page(signed_in)
    assert "Do your monthly check-in" in html
    assert "5 days left" in html
    assert 'class="btn btn-primary" href="/check-in/"' in html
    assert html.count("btn-primary") == 1


def test_the_gate_says_what_waits_and_for_whom(signed_in: Client, course: Course) -> None:
    html = page(signed_in)
    assert "Why can’t I pick up yet?" in html
    assert "Your test for this month is not there yet." in html
    assert "Your clinic can see this. You don’t need to do anything." in html
    for code in ("TEST_MISSING", "COUNSEL_MISSING", "US-14"):
        assert code not in html


def test_a_sent_check_in_moves_to_the_done_side(
    signed_in: Client, patient: Patient, course: Course
) -> None:
    check_in = check_ins.begin(patient, today=TODAY, now=NOW)
    answer_all(check_in, patient)
    check_ins.submit(check_in, by=patient, today=TODAY, now=NOW)
    html = page(signed_in)
    assert "Done on" in html
    assert "Answer the short questions in your check-in." not in html


def test_a_signed_prescription_shows_its_last_moment(signed_in: Client, course: Course) -> None:
    signed(course, closes_in=timedelta(days=5, hours=13, minutes=59, seconds=59))
    html = page(signed_in)
    assert "Pick up your capsules" in html
    assert "<li>30 capsules of 40 mg</li>" in html
    assert "You need all of them" not in html
    assert "Friday" in html
    assert "27 November 2026, 23:59" in html
    assert "Eastern time" in html
    assert "Why can’t I pick up yet?" not in html


def test_a_window_that_has_closed_is_not_offered(signed_in: Client, course: Course) -> None:
    signed(course, closes_in=timedelta(seconds=-1))
    assert "Pick up your capsules" not in page(signed_in)


def test_nobody_is_sent_to_the_pharmacy_after_a_red_answer(
    signed_in: Client, course: Course
) -> None:
    signed(course, closes_in=timedelta(days=5))
    world.stated(course, "symptom", {"code": "jaundice", "features": []}, speaker="patient")
    html = page(signed_in)
    assert "Pick up your capsules" not in html
    assert "Take no capsules" in html


def test_a_british_prescription_shows_its_seventh_day(client: Client, db: None) -> None:
    patient = world.patient(world.clinic("uk-mhra"), login=True)
    course = world.course(patient, programme="uk-mhra")
    signed(course, closes_in=timedelta(days=400))
    client.force_login(patient.user)
    html = page(client)
    assert "29 November 2026, 23:59" in html
    assert "UK time" in html


def test_progress_is_a_figure_with_its_unit_and_week(signed_in: Client) -> None:
    html = page(signed_in)
    assert "Week 4 of about 26" in html
    assert 'aria-label="17 of 120 mg/kg"' in html


def test_early_in_a_supply_there_is_nothing_to_do(client: Client, db: None) -> None:
    patient = world.patient(world.clinic(), login=True)
    course = world.course(patient, days=10)
    begun = Specimen.objects.create(
        patient=patient, collected_on=TODAY - timedelta(days=10), received_at=NOW
    )
    for analyte, value, unit in (("alt", 20, "U/L"), ("triglycerides", 100, "mg/dL")):
        Observation.objects.create(
            specimen=begun,
            analyte=analyte,
            code=analyte,
            value_text=str(value),
            value=value,
            unit=unit,
            uln=value * 2,
            status="final",
            received_at=NOW,
        )
    planning.replan(course, now=NOW)
    client.force_login(patient.user)
    html = page(client)
    assert "Nothing to do for now" in html
    assert "Next dates" in html
    assert "Monthly check-in" in html
    assert "Why can’t I pick up yet?" not in html


def test_without_a_course_it_says_so(client: Client, db: None) -> None:
    client.force_login(world.patient(world.clinic(), login=True).user)
    assert "No course yet" in page(client)


def test_a_planned_course_shows_what_is_missing(client: Client, db: None) -> None:
    patient = world.patient(world.clinic(), login=True)
    world.course(patient, days=None)
    client.force_login(patient.user)
    html = page(client)
    assert "Why can’t I pick up yet?" in html
    assert "Your first blood test is not there yet." in html


def test_a_stopped_course_shows_the_last_test_and_the_blood_date(
    signed_in: Client, course: Course
) -> None:
    stopping.stop(
        course, last_dose_on=TODAY, reason="completed", by=world.staff(course.clinic), now=NOW
    )
    planning.replan(course, now=NOW)
    html = page(signed_in)
    assert "This test is due now. The last one follows in a month." in html
    assert "Last test" in html
    assert "You can give blood again from" in html
    assert "Why can’t I pick up yet?" not in html


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("symptom", {"code": "headache", "features": ["nausea"]}, "Take no capsules"),
        (
            "questionnaire",
            {"instrument": "phq9", "answers": [0] * 8 + [1]},
            "Please talk to someone now",
        ),
    ],
)
def test_what_is_urgent_stands_above_the_next_step(
    signed_in: Client, course: Course, kind: str, content: dict[str, Any], words: str
) -> None:
    world.stated(course, kind, content, speaker="patient")
    html = page(signed_in)
    assert words in html
    assert html.index(words) < html.index("Your next step")


@pytest.mark.parametrize(
    ("said", "alert"),
    [
        ({"code": "headache", "features": ["nausea"]}, "Take no capsules"),
        ({"code": "late-period", "features": []}, "Pause your capsules for now"),
    ],
)
def test_nothing_to_do_never_means_to_take_capsules_that_are_stopped(
    client: Client, db: None, said: dict[str, Any], alert: str
) -> None:
    patient = world.patient(world.clinic(), login=True)
    course = world.course(patient, days=3)
    client.force_login(patient.user)
    usual = "Take your capsules as your clinic told you."
    assert usual in page(client)
    world.stated(course, "symptom", said, speaker="patient")
    html = page(client)
    assert html.index(alert) < html.index("Your clinic will call you")
    assert usual not in html


def test_a_hostile_name_is_only_a_name(client: Client, db: None) -> None:
    patient = world.patient(world.clinic(), login=True, given_name="Ann <script>")
    world.course(patient)
    client.force_login(patient.user)
    assert "Hello Ann &lt;script&gt;" in page(client)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("20", "In the usual range."),
        ("52", "A little above the usual range. It is inside your clinic’s goal."),
        ("210", "Above the usual range. Your doctor is reading it."),
    ],
)
def test_results_are_words_first_with_unit_and_date(
    signed_in: Client, patient: Patient, value: str, words: str
) -> None:
    result(patient, "alt", value, "U/L", "40")
    html = signed_in.get("/results/").content.decode()
    assert words in html
    assert f"You: {value}" in html
    assert "U/L" in html
    assert "22 November 2026" in html


def test_a_result_that_cannot_be_read_is_never_normal(signed_in: Client, patient: Patient) -> None:
    result(patient, "alt", "20", "", "40")
    html = signed_in.get("/results/").content.decode()
    assert "Your clinic is checking this value." in html
    assert "In the usual range." not in html


def test_empty_lists_say_so(signed_in: Client) -> None:
    Message.objects.all().delete()
    assert "No results yet" in signed_in.get("/results/").content.decode()
    assert "No messages yet" in signed_in.get("/messages/").content.decode()


def test_the_number_of_queries_of_the_first_page_is_fixed(
    signed_in: Client, patient: Patient, course: Course, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(45):
        page(signed_in)
    for _ in range(3):
        result(patient, "alt", "20", "U/L", "40")
        world.stated(course, "counselling", {})
    with django_assert_max_num_queries(45):
        page(signed_in)

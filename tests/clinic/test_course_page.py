"""The course page: everything known, in the order in which it matters, and what may be done."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from courses.actions import dosing
from monitoring.actions import care
from people.models import Clinic
from people.permissions import Role
from tests import ready, world

pytestmark = pytest.mark.django_db


def test_page_shows_prevention_mood_timeline_and_the_end(desk: Client, here: Clinic) -> None:
    course = ready.course(here)
    body = desk.get(reverse("clinic:course", args=[course.public_id])).content.decode()
    for words in (
        "Pregnancy prevention",
        "Implant, Male condom",
        "the patient and the prescriber",
        "PHQ-9: 0 of 27",
        "What if the dose were another?",
        "120 mg/kg",
        "150 mg/kg",
        "Not needed",
    ):
        assert words in body


def test_prevention_is_left_out_for_who_cannot_become_pregnant(desk: Client, here: Clinic) -> None:
    course = world.course(world.patient(here, sex="male"), category="ncp")
    body = desk.get(reverse("clinic:course", args=[course.public_id])).content.decode()
    assert "Pregnancy prevention" not in body


def test_timeline_leaves_nothing_out_and_is_paged(desk: Client, here: Clinic) -> None:
    course = ready.course(here)
    for number in range(60):
        care.perform(
            dosing.change_dose,
            course,
            pattern=(Decimal(20 + number),),
            starts_on=world.TODAY,
            formulation="standard",
            reason="",
            today=world.TODAY,
            by=world.BY,
            now=world.NOW,
        )
    address = reverse("clinic:story", args=[course.public_id])
    first, second = (desk.get(f"{address}?page={page}").content.decode() for page in (1, 2))
    assert "Page 1 of 2" in first
    for words in ("Form signed", "Counselling given", "Weight 60 kg", "Pregnancy test Negative"):
        assert words in first + second


def test_signing_leads_to_the_result_that_waits_or_to_the_draw_that_is_missing(
    desk: Client, here: Clinic
) -> None:
    waits = ready.course(here)
    raw = ready.message(waits.patient, on=world.TODAY, control="HIGH", alt="188")
    ready.receive(waits.patient, raw)
    missing = world.course(world.patient(here), days=None)
    for course, name in ((waits, "next-result"), (missing, "type-results")):
        page = desk.get(reverse("clinic:sign", args=[course.public_id])).content.decode()
        assert reverse(f"clinic:{name}", args=[course.public_id]) in page


def test_ended_course_leads_to_the_next_one(desk: Client, here: Clinic) -> None:
    course = world.course(world.patient(here))
    world.stopped(course, world.staff(here))
    body = desk.get(reverse("clinic:course", args=[course.public_id])).content.decode()
    assert "Start another course" in body
    assert "22-Jan-2027" in body  # two calendar months after the last dose (DOSE-13)
    second = world.course(course.patient, days=None)
    body = desk.get(reverse("clinic:course", args=[second.public_id])).content.decode()
    assert "Course 1" in body
    # What was taken before is not called a dose or a total of the course that is only planned.
    assert "No dose has been taken yet" in body and "40 mg/day (" not in body


def test_nurse_may_not_waive_and_sees_no_button_for_it(client: Client, here: Clinic) -> None:
    client.force_login(world.staff(here, Role.NURSE))
    course = ready.course(here)
    body = client.get(reverse("clinic:course", args=[course.public_id])).content.decode()
    assert "Not needed" not in body
    assert "Missed doses" in body


def test_start_page_previews_the_end_capsules_and_first_dates(desk: Client) -> None:
    typed = {
        "weight_kg": "60", "pattern": "40", "starts_on": "30-Nov-2026", "category": "fcp",
        "programme": "us-ipledge", "formulation": "standard", "lab_schedule": "monthly",
        "preview": "1",
    }  # fmt: skip
    response = desk.post("/clinic/start/", typed)
    assert response.status_code == 200
    body = response.content.decode()
    # 7,200 mg and 9,000 mg at 40 mg a day are 180 and 225 days from 30 November.
    for words in ("28-May-2027", "12-Jul-2027", "30 × 40 mg", "0.67"):
        assert words in body
    assert "What falls due first" in body


def test_patient_sees_the_same_forecast_and_saves_nothing(client: Client, here: Clinic) -> None:
    patient = world.patient(here, login=True)
    course = world.course(patient)
    client.force_login(patient.user)
    doses = course.dose_steps.count()
    body = client.get("/what-if/").content.decode()
    assert "Only your doctor changes your dose" in body
    answer = client.post("/what-if/", {"mg": "60", "starts_on": world.TODAY.isoformat()})
    assert "With the dose you wrote" in answer.content.decode()
    assert client.post("/what-if/", {"mg": "lots"}).status_code == 422
    assert course.dose_steps.count() == doses


def test_paper_says_who_printed_it_and_where(desk: Client, here: Clinic) -> None:
    course = world.course(world.patient(here))
    for name in ("course", "story", "supply"):
        body = desk.get(reverse(f"clinic:{name}", args=[course.public_id])).content.decode()
        printed = body.partition('class="it-printed">')[2].partition("</p>")[0]
        assert here.name in printed and "22-Nov-2026 10:00 EST" in printed and " by " in printed

"""The trail on screen: who did what and who looked, for those who check a clinic."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from audit import search, trail
from audit.kinds import Kind
from audit.models import Access
from people.models import Clinic
from people.permissions import Role
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(here: Clinic) -> Client:
    browser = Client()
    browser.force_login(world.staff(here, Role.AUDITOR))
    return browser


def body(browser: Client, **asked: str) -> str:
    response = browser.get(reverse("clinic:trail"), asked)
    assert response.status_code == 200
    return response.content.decode()


def test_auditor_is_led_to_it_and_reads_what_was_done_without_a_name(
    auditor: Client, here: Clinic
) -> None:
    patient = world.patient(here)
    world.course(patient)
    shown = auditor.get(reverse("clinic:today"), follow=True).content.decode()
    assert "Patient added" in shown
    assert patient.public_id.hex[:8] in shown
    assert patient.family_name not in shown
    assert patient.mrn not in shown


def test_looks_show_who_and_which_page_and_who_was_turned_away(
    auditor: Client, here: Clinic, desk: Client
) -> None:
    course = world.course(world.patient(here))
    desk.get(reverse("clinic:course", args=[course.public_id]))
    nurse = Client()
    nurse.force_login(world.staff(here, Role.NURSE))
    nurse.get(reverse("clinic:record", args=[course.public_id, "dose"]))
    shown = body(auditor, show="seen")
    assert "Course" in shown
    assert "Dose" in shown
    assert "Refused" in shown


def test_list_is_narrowed_by_day_person_and_kind(auditor: Client, here: Clinic) -> None:
    doctor = world.staff(here)
    world.patient(here)
    assert "Patient added" in body(auditor, kind="patient.added")
    assert "Nothing in these days" in body(auditor, kind="course.stopped")
    assert "Nothing in these days" in body(auditor, who=doctor.audit_id)
    yesterday = f"{world.TODAY - timedelta(days=1):%d-%b-%Y}"
    assert "Nothing in these days" in body(auditor, since=yesterday, until=yesterday)


def test_record_is_found_by_its_number_and_the_reading_is_logged(
    auditor: Client, here: Clinic
) -> None:
    patient, other = world.patient(here), world.patient(here)
    world.course(patient)
    world.course(other)
    answer = auditor.post(reverse("clinic:trail"), {"number": patient.mrn.lower()})
    assert patient.mrn not in answer["Location"]
    shown = auditor.get(answer["Location"]).content.decode()
    assert patient.public_id.hex[:8] in shown
    assert other.public_id.hex[:8] not in shown
    assert Access.objects.filter(patient=patient.public_id, page="trail").exists()


@pytest.mark.parametrize("number", ["", "NOBODY-1", "x" * 50])
def test_number_of_nobody_is_answered_in_words(auditor: Client, number: str) -> None:
    answer = auditor.post(reverse("clinic:trail"), {"number": number})
    assert answer.status_code == 422
    assert "No patient of this clinic" in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"since": "32-Nov-2026"}, "Write the day as"),
        ({"since": "12-Mar-2026", "until": "11-Mar-2026"}, "before the first one"),
        ({"who": "nobody"}, "something that is not there"),
        ({"before": "-1"}, "something that is not there"),
        ({"patient": "no-uuid"}, "something that is not there"),
    ],
)
def test_what_the_address_asks_wrongly_is_said(
    auditor: Client, asked: dict[str, str], words: str
) -> None:
    answer = auditor.get(reverse("clinic:trail"), asked)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_another_clinics_record_is_not_found(auditor: Client) -> None:
    foreign = world.patient(world.clinic())
    answer = auditor.get(reverse("clinic:trail"), {"patient": str(foreign.public_id)})
    assert answer.status_code == 404
    assert auditor.post(reverse("clinic:trail"), {"number": foreign.mrn}).status_code == 422


def test_pages_follow_each_other_without_a_gap_also_in_one_moment(here: Clinic) -> None:
    for number in range(search.PAGE + 7):
        trail.record(
            Kind.PATIENT_ADDED, subject=f"patient:{number}", by=world.BY, now=world.NOW,
            clinic="elsewhere",
        )  # fmt: skip
    asked = {
        "clinic": "elsewhere",
        "since": world.NOW,
        "until": world.NOW + timedelta(seconds=1),
    }
    first = search.done(search.Asked(**asked))
    second = search.done(search.Asked(**asked, before=first.next))
    assert (len(first.rows), len(second.rows), second.next) == (search.PAGE, 7, None)

"""Shorter ways: other programmes, results that find nobody, mistakes, no mouse, no script."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from courses.models import Prescription
from monitoring.models import CheckIn, LabReport
from people import links
from people.models import Clinic
from people.permissions import Role
from tests import world
from tests.journeys.pages import DESK, PHONE, Patient, Staff
from tests.journeys.test_whole_line import LABORATORY
from tests.monitoring.intake import messages
from tests.world import NOW, TODAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]

Arrive = Callable[..., Any]


def someone(arrive: Arrive, at: Clinic, role: Role, width: int = DESK) -> Staff:
    """A member of staff who has signed in."""
    staff: Staff = arrive(Staff, width)
    staff.sign_in(world.staff(at, role), at=time.time())
    return staff


def test_a_british_course_is_signed_without_a_registry(arrive: Arrive) -> None:
    doctor = someone(arrive, world.clinic("uk-mhra"), Role.DERMATOLOGIST, PHONE)
    doctor.start_course(
        given_name="Nora",
        family_name="Sample",
        mrn="J-100",
        born=date(1999, 3, 12),
        sex="female",
        phone="07700 900123",
        category="fcp",
        programme="uk-mhra",
        weight_kg="60",
        pattern="30",
    )
    course = doctor.page.url
    doctor.record("visit")
    doctor.record("consent", form="arf-2026")
    doctor.record(
        "contraception", stated_by="both", methods=["implant"], since=TODAY - timedelta(days=40)
    )
    doctor.record("test", result="negative", specimen="serum")
    doctor.record("questionnaire", **{f"item{number}": "0" for number in range(1, 10)})
    doctor.record("sexual-function")
    doctor.upload("results.hl7", LABORATORY.replace(b"-0500", b"+0000"))
    doctor.open(course)
    assert doctor.open_checks() == "All 13 checks met"

    doctor.follow("Sign prescription")
    doctor.press("Sign prescription")

    assert doctor.reads("Signed for Nora Sample, window closes")
    assert doctor.reads("GMT")
    assert Prescription.objects.get().edition == "uk-2026"


def test_a_result_that_finds_nobody_is_filed_by_a_person(arrive: Arrive) -> None:
    clinic = world.clinic()
    world.course(world.patient(clinic, mrn="J-200", given_name="Nora", family_name="Sample"))
    nurse = someone(arrive, clinic, Role.NURSE)
    nurse.upload("strange.hl7", messages.message(messages.PID, messages.OBR, messages.obx()))
    assert nurse.reads("Received: 1 waiting for their patient")

    nurse.follow("Settle")
    assert nurse.reads("Example, Ada") and nurse.reads("MRN-7001")
    nurse.page.get_by_label("Find a patient by name").fill("sample")
    nurse.press("Find", within=nurse.page.locator(".it-search-inline"))
    nurse.page.get_by_label(re.compile("sample, nora", re.I)).check()
    nurse.press("File for this patient")

    assert nurse.reads("Results filed for Nora Sample")
    assert LabReport.objects.get().status == "accepted"
    nurse.follow(re.compile("sample, nora", re.I))
    assert nurse.reads("83 U/L")


def test_a_broken_file_waits_with_its_reason(arrive: Arrive) -> None:
    nurse = someone(arrive, world.clinic(), Role.NURSE)
    nurse.upload("holiday.txt", b"this is not a laboratory message")
    assert nurse.reads("Received: 1 not usable, kept with the reason")
    assert nurse.reads("Not usable") and nurse.reads("holiday.txt")

    nurse.follow("Settle")
    nurse.press("Take off the queue")
    assert nurse.reads("Say why it is not filed")
    nurse.fill(why="A holiday picture")
    nurse.press("Take off the queue")
    assert nurse.reads("Taken off the queue")
    assert nurse.reads("No report waits")


def test_a_mistake_keeps_what_was_typed_and_takes_the_focus(arrive: Arrive) -> None:
    doctor = someone(arrive, world.clinic(), Role.DERMATOLOGIST)
    doctor.start_course(
        given_name="Nora",
        family_name="Sample",
        mrn="J-300",
        born="03/04/1999",
        sex="female",
        category="fcp",
        pattern="forty",
        conditions=["depression"],
    )
    problems = doctor.problems()
    assert "Write the day as 27-Mar-2026" in problems
    assert "Write mg as 40" in problems
    doctor.page.get_by_role("link", name="Write the day as 27-Mar-2026").click()
    assert doctor.page.evaluate("document.activeElement.id") == "id_born"
    for name, typed in (("given_name", "Nora"), ("born", "03/04/1999"), ("pattern", "forty")):
        assert doctor.page.locator(f"[name={name}]").input_value() == typed
    assert doctor.page.locator("[name=conditions][value=depression]").is_checked()


def test_a_nurse_needs_no_mouse(arrive: Arrive) -> None:
    clinic = world.clinic()
    course = world.course(world.patient(clinic))
    nurse: Staff = arrive(Staff, DESK)
    user = world.staff(clinic, Role.NURSE)
    nurse.sign_in(user, at=time.time())
    nurse.open(f"/clinic/courses/{course.public_id}/")
    _tab_to(nurse.page, "Weight")
    with nurse.page.expect_navigation():
        nurse.page.keyboard.press("Enter")
    _tab_to(nurse.page, "id_kg")
    nurse.page.keyboard.type("61.5")
    _tab_to(nurse.page, "Save")
    with nurse.page.expect_navigation():
        nurse.page.keyboard.press("Enter")
    assert nurse.reads("Saved for Ana Rivera")
    assert course.weights.order_by("pk").last().kg == 61.5

    nurse.open(f"/clinic/courses/{course.public_id}/type-results/")
    nurse.page.locator("[name=laboratory]").press("Enter")
    nurse.page.keyboard.type("31")
    nurse.page.keyboard.press("Enter")  # down the report, from value to value
    nurse.page.keyboard.type("28")
    assert nurse.page.locator("[name=alt_value]").input_value() == "31"
    assert nurse.page.locator("[name=ast_value]").input_value() == "28"


def test_the_check_in_works_without_script(arrive: Arrive) -> None:
    course = world.course(world.patient(world.clinic()))
    item = course.due_items.get(requirement="check-in", ended="")
    path = links.issue(
        course.patient,
        about=f"due-item:{item.public_id}",
        expires_at=NOW + timedelta(days=2),
        key="without-script",
        now=NOW,
    )
    ana: Patient = arrive(Patient, PHONE, java_script_enabled=False)
    ana.open(path)
    ana.give_birth_date(course.patient.born)
    ana.answer_everything()
    ana.press("Send to my clinic")
    assert ana.reads("We got your answers")
    assert CheckIn.objects.get().submitted_at is not None


def _tab_to(page: Page, name: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        at = page.evaluate("[document.activeElement.id, document.activeElement.textContent.trim()]")
        if name in at:
            return
    raise AssertionError(f"the Tab key never reaches {name}")

"""The morning on Today and the worklist, and a pharmacy that fills a prescription."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from courses.models import Dispense, Prescription
from monitoring.actions import escalations, planning
from monitoring.models import Acknowledgement, Assignment, Contact, PharmacyLink, WorkItem
from monitoring.pharmacy import token_of
from monitoring.queries import reading
from people.models import Clinic
from people.permissions import Role
from tests import ready, world
from tests.journeys.pages import DESK, PHONE, Patient, Staff
from tests.world import BY, NOW, TODAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]

Arrive = Callable[..., Any]
LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh von und zu Hohenberg"
# UX-23: long, single and non-Latin names; they wrap and never push the page sideways.
NAMES = (
    {"family_name": LONG, "given_name": "Maximiliana Theodora Annunziata"},
    {"family_name": "", "given_name": "Sukarno"},
    {"family_name": "น้ำทิพย์วัฒนา", "given_name": "กมลชนก"},
    {"family_name": "العبدالله", "given_name": "نور"},
    {"family_name": "欧阳", "given_name": "娜娜"},
)


def full_list(at: Clinic) -> None:
    """A worklist of people with every kind of name, and somebody in danger."""
    courses = [world.course(world.patient(at, **name)) for name in NAMES]
    escalations.raise_for(courses[0], kind="mood", reasons=[], evidence="", by=BY, now=NOW)
    planning.replan(courses[0], now=NOW)


def signed_in(arrive: Arrive, at: Clinic, role: Role, width: int, **options: Any) -> Staff:
    staff: Staff = arrive(Staff, width, **options)
    staff.sign_in(world.staff(at, role), at=time.time())
    return staff


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "dark"), (768, "light"), (DESK, "dark"), (DESK, "light")]
)
def test_lists_hold_every_name_at_every_width(arrive: Arrive, width: int, scheme: str) -> None:
    clinic = world.clinic()
    full_list(clinic)
    nurse = signed_in(arrive, clinic, Role.NURSE, width, color_scheme=scheme)
    assert nurse.page.title() == "(1) Today – IsoTrack"
    nurse.open("/clinic/worklist/")
    assert nurse.reads("Sukarno") and nurse.reads("欧阳") and nurse.reads("Hohenberg")
    nurse.page.locator("[data-call]").first.click()
    nurse.look()
    assert nurse.reads("next 23-Nov-2026")


def test_twenty_five_rows_stand_on_a_screen_of_1080_lines(arrive: Arrive) -> None:
    clinic = world.clinic()
    reasons = ("overdue:labs", "overdue:check-in", "LAB_T2", "MH_REVIEW", "window-closing")
    for name in ("Amari", "Bellini", "Castillo", "Dubois", "Eriksson"):
        course = world.course(world.patient(clinic, family_name=name))
        WorkItem.objects.filter(course=course).delete()
        WorkItem.objects.bulk_create(
            WorkItem(
                course=course,
                clinic=clinic,
                attention=1,
                rank=2,
                reason=reason,
                owner="nurse",
                due_on=TODAY,
            )
            for reason in reasons
        )
    nurse = signed_in(arrive, clinic, Role.NURSE, 1920)
    nurse.page.set_viewport_size({"width": 1920, "height": 1080})
    nurse.open("/clinic/worklist/")
    rows = nurse.page.locator("tr[data-row]")
    assert rows.count() == 25
    last = rows.nth(24).bounding_box()
    assert last is not None and last["y"] + last["height"] <= 1080, last


def test_a_nurse_works_the_list_by_keyboard_alone(arrive: Arrive) -> None:
    clinic = world.clinic()
    full_list(clinic)
    nurse = signed_in(arrive, clinic, Role.NURSE, DESK)
    page = nurse.page
    page.keyboard.press("3")  # the third tile
    page.wait_for_url("**/worklist/?show=mood")
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keys of this page").is_visible()
    nurse.look()
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Keys of this page").wait_for(state="hidden")
    page.keyboard.press("h")
    assert page.evaluate("document.activeElement.name") == "to"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-count]").inner_text() == "1"
    with page.expect_event("load"):
        page.keyboard.press("m")
    assert Assignment.objects.get().ended_at is None

    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("c")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("Rang twice")
    page.keyboard.press("Enter")  # chooses no outcome
    assert not Contact.objects.exists()
    nurse.press("No answer")
    assert nurse.reads("No answer, noted for")
    assert page.evaluate("document.activeElement.matches('[data-open]')")
    assert Contact.objects.get().next_on == date(2026, 11, 23)

    page.keyboard.press("/")
    page.keyboard.type("sukarno")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "sukarno" not in page.url
    nurse.open("/clinic/worklist/")
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert re.search(r"/courses/[0-9a-f-]+/$", page.url)


def test_today_brings_what_is_new_by_itself(arrive: Arrive) -> None:
    clinic = world.clinic()
    doctor = signed_in(arrive, clinic, Role.DERMATOLOGIST, DESK)
    assert doctor.reads("No courses yet")
    full_list(clinic)
    doctor.page.evaluate(
        "htmx.ajax('GET', '/clinic/', {source: '#live', target: '#live', swap: 'outerHTML',"
        " headers: {'X-IsoTrack-Poll': '1'}})"
    )
    doctor.page.wait_for_selector(".it-tile")
    assert doctor.page.title() == "(1) Today – IsoTrack"
    assert doctor.reads("Hohenberg")


def test_the_list_works_without_script(arrive: Arrive) -> None:
    clinic = world.clinic()
    full_list(clinic)
    nurse = signed_in(arrive, clinic, Role.NURSE, DESK, java_script_enabled=False)
    nurse.open("/clinic/worklist/?show=act")
    nurse.page.locator("input[name=pick]").first.check()
    nurse.press("Hand over")
    assert Assignment.objects.exists()
    nurse.follow(re.compile("^Call"))
    nurse.press("Left a message")
    assert Contact.objects.get().outcome == "left-message"


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "light"), (DESK, "dark")])
def test_a_pharmacy_fills_what_the_doctor_signed(arrive: Arrive, width: int, scheme: str) -> None:
    clinic = world.clinic()
    course = ready.course(clinic)
    signed = world.signed(course, world.staff(clinic))
    doctor = signed_in(arrive, clinic, Role.DERMATOLOGIST, width, color_scheme=scheme)
    doctor.open(f"/clinic/courses/{course.public_id}/supply/")
    doctor.open(f"/clinic/courses/{course.public_id}/")
    doctor.follow(re.compile("^For the pharmacy"))
    assert doctor.page.locator(".it-link-code").is_visible()

    pharmacist = arrive(Patient, width, color_scheme=scheme)
    pharmacist.open(f"/p/{token_of(PharmacyLink.objects.get())}/")
    pharmacist.fill(pharmacy="Town pharmacy, Elm")
    pharmacist.give_birth_date(course.patient.born)
    assert pharmacist.reads("Ready to dispense")
    pharmacist.press("Dispensed 30 capsules")
    assert "RMA" in pharmacist.problems()
    pharmacist.fill(rma="RMA-77")
    pharmacist.press("Dispensed 30 capsules")
    assert pharmacist.reads("Handed out")
    assert Dispense.objects.get(prescription=signed).rma == "RMA-77"


def test_the_ready_are_signed_together_by_keyboard_alone(arrive: Arrive) -> None:
    """Journey 3.1: one press on Today, two keys a patient, one for all; twice is once.

    Who comes back finds the same patients ticked, and nobody else in the place of one who left.
    """
    clinic = world.clinic("uk-mhra")
    for _ in range(3):
        planning.replan(ready.british_course(clinic), now=NOW)
    doctor = signed_in(arrive, clinic, Role.DERMATOLOGIST, DESK)
    page = doctor.page
    page.locator("a.it-tile", has_text="Ready to sign").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/clinic/ready/")
    assert doctor.reads("Sign the ticked prescriptions")
    page.keyboard.type("jxj ")
    assert doctor.reads("Sign 2 prescriptions")
    doctor.look()
    page.keyboard.press("Enter")
    page.wait_for_url("**/courses/**")
    page.go_back()
    page.locator("tr[data-row]:nth-of-type(2) a:focus").wait_for()
    assert doctor.reads("Sign 2 prescriptions")
    page.keyboard.type("ss")
    page.wait_for_selector("text=2 signed")
    doctor.look()
    assert Prescription.objects.count() == 2
    page.go_back()
    page.locator("[data-sign]").wait_for()
    assert not page.locator("input[name=pick]:checked").count()
    page.keyboard.press("s")
    page.wait_for_load_state()
    assert Prescription.objects.count() == 2


def test_normal_results_are_read_by_keyboard_and_none_closes_unseen(
    arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UX-06: the keys turn the pages; what closes is shown row by row, its button comes last."""
    clinic = world.clinic()
    monkeypatch.setattr(reading, "PAGE", 2)
    for number in range(3):
        course = world.course(world.patient(clinic, family_name=f"Reader{number}"))
        raw = ready.message(course.patient, on=TODAY, control=f"r{number}")
        ready.receive(course.patient, raw)
    doctor = signed_in(arrive, clinic, Role.DERMATOLOGIST, DESK)
    page = doctor.page
    doctor.open("/clinic/results/to-read/")
    page.keyboard.type("jj")
    with page.expect_navigation():
        page.keyboard.press("j")  # past the last row: the next page, at its first
    assert doctor.reads("Page 2 of 2") and page.locator("tr[data-row].is-current").count() == 1
    with page.expect_navigation():
        page.keyboard.press("k")
    assert doctor.reads("Page 1 of 2")
    with page.expect_event("load"):  # ticking a row counts as a navigation
        page.keyboard.press("a")  # nothing is ticked: what is on this page, no more
    assert doctor.reads("Close 2 as read")
    doctor.look()
    page.keyboard.press("Enter")
    page.keyboard.type("j")
    page.keyboard.press("Enter")
    assert not Acknowledgement.objects.exists()
    page.keyboard.type("j")
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    assert doctor.reads("2 closed as read")
    assert Acknowledgement.objects.count() == 2

"""A result on its way to the prescriber: corrected, moved, taken back, or not counted."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from monitoring import dossier
from monitoring.actions import linking
from monitoring.models import CourseStanding, DueItem, Escalation, LabReport, ResultReview
from people.models import Clinic, User
from tests import ready, world
from tests.clinic.test_pathway_pages import open_steps, record
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db

DRAWN = TODAY - timedelta(days=2)


def said(desk: Client, name: str, *args: object) -> str:
    """The words of a page, spaces evened out."""
    return " ".join(desk.get(reverse(name, args=args)).content.decode().split())


def signer(here: Clinic) -> User:
    return world.staff(here)


def test_a_correction_after_a_signature_reaches_the_prescriber(desk: Client, here: Clinic) -> None:
    course = ready.course(here)
    world.signed(course, signer(here))
    corrected = ready.message(course.patient, on=DRAWN, control="fix", status="C", alt="190")

    ready.receive(course.patient, corrected)

    assert Escalation.objects.get(course=course, closed_at=None).kind == "corrected-result"
    waits = ResultReview.objects.get(course=course, ended="")
    assert (waits.needs_decision, waits.tier) == (True, 3)
    assert "Result corrected" in said(desk, "clinic:today")
    page = said(desk, "clinic:course", course.public_id)
    assert "Open concern: result corrected" in page
    assert "Corrected by the laboratory" in page
    # What it was signed on stays to be seen, struck through, with both times of arrival.
    result = said(desk, "clinic:acknowledge", course.public_id, waits.specimen.public_id)
    assert re.search(r"<s>22 U/L</s>.*received.*190 U/L", result)


def test_a_positive_test_filed_for_the_wrong_patient_moves_with_its_pathway(
    desk: Client, here: Clinic
) -> None:
    wrong, right = ready.course(here), ready.course(here)
    raw = ready.message(wrong.patient, on=TODAY, control="hcg").decode()
    ready.receive(wrong.patient, f"{raw}\rOBX|3|ST|2106-3^hCG^LN||Positive||||||F".encode())
    assert open_steps(wrong)
    assert CourseStanding.objects.get(course=wrong).level == "block"

    report = LabReport.objects.get(message__control_id="hcg")
    linking.move(report, patient=right.patient, reason="Twin", by=signer(here), now=NOW)

    assert [test.result for test in dossier.load_one(right).pregnancy_tests][-1] == "positive"
    assert "positive" not in [test.result for test in dossier.load_one(wrong).pregnancy_tests]
    assert "contact-today" in open_steps(right)
    assert CourseStanding.objects.get(course=right).level == "block"
    # What was begun for the wrong patient is ended by a person, not silently.
    assert Escalation.objects.filter(course=wrong, kind="pregnancy-test", closed_at=None).exists()


def test_a_result_taken_back_no_longer_meets_what_was_due(here: Clinic) -> None:
    course = world.course(world.patient(here), category="ncp")
    receive = ready.receive
    receive(course.patient, ready.message(course.patient, on=DRAWN, control="1"))
    item = DueItem.objects.filter(course=course, requirement="labs").earliest("due_on")
    assert item.ended == "met"

    receive(course.patient, ready.message(course.patient, on=DRAWN, control="2", status="X"))

    open_ones = DueItem.objects.filter(course=course, requirement="labs", ended="")
    assert open_ones.earliest("due_on").due_on == item.due_on


@pytest.mark.parametrize(
    ("day", "where", "why"),
    [
        (TODAY - timedelta(days=9), {}, "The prescription window is over. A new test opens"),
        (TODAY, {"setting": "home", "reader": "patient"}, "A home test is not allowed"),
    ],
    ids=["too early", "at home"],
)
def test_a_negative_test_that_does_not_count_says_why(
    desk: Client, here: Clinic, day: date, where: dict[str, str], why: str
) -> None:
    course = world.course(world.patient(here), days=27)
    record(desk, course, "negative", collected_on=f"{day:%d-%b-%Y}", **where)
    assert why in said(desk, "clinic:course", course.public_id)

"""Twenty normal patients in three minutes: each asked and signed by itself, the stale refused."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.actions import dosing, recording
from courses.models import Course, Prescription
from monitoring.actions import care, planning
from monitoring.models import GateDecision
from people.models import Clinic
from protocol.supplies import SupplyLine, one_strength
from tests import ready, world

pytestmark = pytest.mark.django_db

LIST = "/clinic/ready/"


def british(here: Clinic, number: int) -> list[Course]:
    found = [ready.british_course(here) for _ in range(number)]
    for course in found:
        planning.replan(course, now=world.NOW)
    return found


@pytest.fixture
def here(db: None) -> Clinic:
    return world.clinic("uk-mhra")


def picks(desk: Client) -> list[str]:
    """What the ticks of the page would send."""
    return re.findall(r'name="pick" value="([^"]+)"', desk.get(LIST).content.decode())


def test_each_one_ticked_is_signed_for_what_the_list_showed(desk: Client, here: Clinic) -> None:
    courses = british(here, 3)
    ticked = picks(desk)
    assert len(ticked) == 3
    body = desk.post(LIST, {"pick": ticked[:2]}).content.decode()
    assert "2 signed" in body
    signed = {str(rx.course.public_id) for rx in Prescription.objects.all()}
    assert signed == {each.split(":")[0] for each in ticked[:2]}
    assert signed < {str(course.public_id) for course in courses}
    rx = Prescription.objects.first()
    assert rx is not None
    assert (rx.lines, rx.override_reason) == (one_strength(30, Decimal(40)), "")
    assert GateDecision.objects.count() == 2  # one question of the gate each


def test_dose_of_two_strengths_is_signed_with_the_others(desk: Client, here: Clinic) -> None:
    courses = british(here, 2)
    care.perform(
        dosing.change_dose,
        courses[0],
        pattern=(Decimal(45),),
        starts_on=world.TODAY,
        formulation="standard",
        reason="",
        today=world.TODAY,
        by=world.BY,
        now=world.NOW,
    )
    page = desk.get(LIST).content.decode()
    assert "30 × 40 mg + 30 × 5 mg" in page
    body = desk.post(LIST, {"pick": picks(desk)}).content.decode()
    assert "2 signed" in body and "30 × 40 mg + 30 × 5 mg" in body
    two = Prescription.objects.get(course=courses[0])
    assert two.lines == (SupplyLine(30, Decimal(40)), SupplyLine(30, Decimal(5)))


def test_second_press_signs_nothing_twice(desk: Client, here: Clinic) -> None:
    british(here, 2)
    ticked = picks(desk)
    desk.post(LIST, {"pick": ticked})
    body = desk.post(LIST, {"pick": ticked}).content.decode()
    assert "it was signed already" in body
    assert Prescription.objects.count() == 2


def test_stale_row_is_refused_with_the_reason_and_the_rest_is_signed(
    desk: Client, here: Clinic
) -> None:
    changed, _ = british(here, 2)
    ticked = picks(desk)
    care.perform(
        recording.record_weight,
        changed,
        kg=Decimal(80),
        measured_on=world.TODAY,
        by=world.BY,
        now=world.NOW,
    )
    body = desk.post(LIST, {"pick": ticked}).content.decode()
    assert "1 signed, 1 not" in body
    assert "Something new is in the record" in body
    assert not changed.prescriptions.exists()


def test_what_is_blocked_meanwhile_says_what_is_missing(desk: Client, here: Clinic) -> None:
    (course,) = british(here, 1)
    (ticked,) = picks(desk)
    world.stopped(course, world.staff(here))
    body = desk.post(LIST, {"pick": ticked}).content.decode()
    assert "0 signed, 1 not" in body
    assert not Prescription.objects.exists()


def test_row_of_another_clinic_is_nobody_s(desk: Client, here: Clinic) -> None:
    (other,) = british(world.clinic("uk-mhra"), 1)
    assert picks(desk) == []
    forged = f"{other.public_id}:0123456789abcdef:{other.public_id}"
    body = desk.post(LIST, {"pick": forged}).content.decode()
    assert "no course of yours" in body
    assert not Prescription.objects.exists()


def test_nothing_is_ticked_beforehand_and_nothing_ticked_signs_nothing(
    desk: Client, here: Clinic
) -> None:
    british(here, 1)
    assert "checked" not in re.findall(r"<input[^>]+name=\"pick\"[^>]*>", _body(desk))[0]
    assert desk.post(LIST).status_code == 422
    assert desk.post(LIST, {"pick": ["nonsense", "a:b:c"]}).status_code == 422


def test_list_costs_the_same_whatever_it_holds(desk: Client, here: Clinic) -> None:
    british(here, 1)
    desk.get(LIST)
    counts = []
    for more in (0, 3):
        british(here, more)
        with CaptureQueriesContext(connection) as queries:
            desk.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 50


def test_course_page_costs_a_fixed_number_of_statements(desk: Client, here: Clinic) -> None:
    (course,) = british(here, 1)
    address = reverse("clinic:course", args=[course.public_id])
    desk.get(address)
    counts = []
    for kg in (61, 62):
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address).status_code == 200
        counts.append(len(queries))
        for _ in range(3):
            care.perform(
                recording.record_weight,
                course,
                kg=Decimal(kg),
                measured_on=world.TODAY,
                by=world.BY,
                now=world.NOW,
            )
    assert counts[0] == counts[1]
    assert counts[0] <= 70


def _body(desk: Client) -> str:
    return desk.get(LIST).content.decode()

"""The main job from the first page to the next cycle, as three people live it, at both widths."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from courses.models import Prescription
from messaging import dispatch
from monitoring.models import DueItem
from people.permissions import Role
from tests import world
from tests.journeys.pages import DESK, PHONE, Patient, Staff, link_in
from tests.messaging.sinks import Sink
from tests.world import TODAY

pytestmark = pytest.mark.django_db(transaction=True)

BORN = date(1999, 3, 12)
LABORATORY = "\r".join(
    [
        r"MSH|^~\&|LAB|NORTH|CLINIC|DERM|20261122||ORU^R01|J-1|P|2.5.1",
        "PID|1||J-100^^^CLINIC^MR||Sample^Nora||19990312|F",
        "OBR|1|O-1|A-1|24325-3^Hepatic panel^LN|||20261121081500-0500",
        "OBX|1|NM|1742-6^ALT^LN||31|U/L|7-56|N|||F",
        "OBX|2|NM|3048-6^Triglycerides fasting^LN||180|mg/dL|0-150|H|||F",
        "OBX|3|NM|2093-3^Cholesterol^LN||170|mg/dL|0-200|N|||F",
        "",
    ]
).encode()


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_from_a_new_patient_to_the_next_cycle(
    arrive: Callable[..., Any],
    clock: time_machine.Coordinates,
    sms: Sink,
    mail: Sink,
    width: int,
) -> None:
    clinic = world.clinic()
    doctor: Staff = arrive(Staff, width)
    doctor.sign_in(world.staff(clinic, Role.DERMATOLOGIST), at=time.time())
    assert doctor.page.url.endswith("/clinic/")

    doctor.start_course(
        given_name="Nora",
        family_name="Sample",
        mrn="J-100",
        born=BORN,
        sex="female",
        phone="(202) 555-0143",
        email="nora@mail.test",
        category="fcp",
        programme="us-ipledge",
        registry_id="REG-77",
        weight_kg="60",
        pattern="40",
    )
    course = doctor.page.url
    assert doctor.reads("Course planned for Nora Sample")
    assert "checks open" in doctor.open_checks()

    doctor.record("visit")
    doctor.record("consent", form="patient-information")
    doctor.record("consent", form="birth-defects")
    doctor.record(
        "contraception",
        stated_by="prescriber",
        methods=["combined-pill", "male-condom"],
        since=TODAY - timedelta(days=40),
    )
    doctor.record("test", result="negative", collected_on=TODAY - timedelta(days=25))
    doctor.record("test", result="negative", specimen="serum")
    doctor.record("questionnaire", **{f"item{number}": "0" for number in range(1, 10)})
    doctor.record("sexual-function")

    doctor.upload("results.hl7", LABORATORY)
    assert doctor.reads("Received: 1 filed")
    doctor.open(course)
    assert doctor.reads("180 mg/dL") and doctor.reads("Mildly raised")
    assert doctor.open_checks() == "2 of 14 checks open"

    dispatch.run(now=timezone.now())
    (text,) = [accept for accept in sms.accepted if "/t/" in accept.body]
    assert text.to == "+12025550143"

    nora: Patient = arrive(Patient, PHONE)
    nora.open(link_in(text.body))
    nora.give_birth_date(BORN + timedelta(days=1))
    assert "could not open this" in nora.problems()
    nora.give_birth_date(BORN)
    # One message told of several things: it leads to the page that says which comes first.
    nora.follow("Start, about 2 minutes")
    assert nora.answer_everything() > 10
    assert nora.reads("Check your answers")
    nora.press("Send to my clinic")
    assert nora.reads("We got your answers")

    doctor.open(course)
    assert doctor.open_checks() == "All 14 checks met"
    doctor.follow("Sign prescription")
    doctor.page.get_by_role("button", name="Sign prescription").dblclick()
    doctor.page.wait_for_url(course)
    doctor.look()
    assert doctor.reads("Signed for Nora Sample, window closes 28-Nov-2026 23:59 EST")
    assert Prescription.objects.count() == 1

    doctor.follow("Record pick-up")
    doctor.fill(rma="RMA-1", pharmacy="Elm Street Pharmacy")
    doctor.press("Save")
    assert doctor.reads("Pick-up saved for Nora Sample")
    assert doctor.reads("Running")
    upcoming = DueItem.objects.filter(ended="", due_on__gt=TODAY).values_list("key", flat=True)
    assert {key.split("/")[0] for key in upcoming} == {"check-in", "pregnancy-test", "labs"}
    assert [fault for fault in [*sms.by_key.values(), *mail.by_key.values()] if fault > 1] == []

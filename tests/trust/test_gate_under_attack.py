"""The gate from outside: many tabs at once, stale pages, forged forms (AT-23, AT-24)."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from audit.models import Event
from courses.models import Course, Prescription
from monitoring.actions import prescribing
from monitoring.models import GateDecision
from people.models import User
from protocol.facts import Supply
from protocol.supplies import one_strength
from protocol.vocabulary import Level
from tests import world
from tests.forms import hidden
from tests.monitoring.intake import messages
from tests.trust.cast import pid, upload
from tests.world import NOW

SUPPLY = Supply(lines=one_strength(30, Decimal(40)), pattern=(Decimal(40),), refills=0)


def ready(now: Any = NOW) -> tuple[Course, User]:
    """A course of a patient who cannot become pregnant, whose gate is open; and who may sign."""
    clinic = world.clinic()
    doctor = world.staff(clinic)
    patient = world.patient(clinic, sex="male")
    course = world.course(patient, category="ncp", days=25)
    world.stated(course, "consent", {"form": "patient-information"}, speaker="both")
    world.stated(course, "counselling", {})
    world.stated(
        course, "questionnaire", {"instrument": "phq9", "answers": [0] * 9}, speaker="patient"
    )
    upload(
        clinic,
        pid(patient),
        messages.OBR.replace("20261102", "20261121"),
        messages.obx(value="31", flag="N"),
        messages.obx("2571-8^Triglycerides^LN", "120", "mg/dL", "0-150", flag="N", number=2),
        control_id="NOW-1",
        by=doctor,
    )
    return course, doctor


def sign(course: Course, by: User, nonce: uuid.UUID, now: Any = NOW) -> prescribing.Signed:
    return prescribing.authorise(
        course, SUPPLY, override_reason="", form_nonce=nonce, by=by, now=now
    )


@pytest.mark.django_db
def test_the_gate_of_these_tests_is_open() -> None:
    course, _ = ready()
    decision = prescribing.judge(course, SUPPLY, now=NOW)
    assert [(f.reason, f.level) for f in decision.findings if f.level >= Level.OVERRIDE] == []


@pytest.mark.django_db(transaction=True)
def test_twenty_tabs_sign_once() -> None:
    course, doctor = ready()
    outcomes = _at_once(20, lambda _: sign(course, doctor, uuid.uuid4()).again)
    assert outcomes.count(False) == 1
    assert outcomes.count("SignedToday") == 19
    assert Prescription.objects.count() == 1


def _at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    gate = threading.Barrier(count)
    outcomes: list[Any] = []

    def run(number: int) -> None:
        try:
            gate.wait(timeout=30)
            outcomes.append(act(number))
        except Exception as error:  # noqa: BLE001 - what was raised is what is compared
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(outcomes) == count
    return outcomes


@pytest.mark.django_db
def test_a_correction_between_page_and_press_is_seen(client: Client) -> None:
    course, doctor = ready()
    client.force_login(doctor)
    with time_machine.travel(NOW, tick=False):
        form = _form(client, course)
        upload(
            course.clinic,
            pid(course.patient),
            messages.OBR.replace("20261102", "20261121"),
            messages.obx(value="520", flag="HH", status="C"),
            control_id="NOW-2",
            by=doctor,
        )
        response = client.post(f"/clinic/courses/{course.public_id}/sign/", form)
    assert response.status_code == 422
    assert not Prescription.objects.exists()
    kept = GateDecision.objects.latest("pk")
    assert kept.level in {"block", "override"}
    assert Event.objects.filter(kind="prescription.refused").exists()


def _form(client: Client, course: Course) -> dict[str, str]:
    return {
        **hidden(client, f"/clinic/courses/{course.public_id}/sign/"),
        "capsules": "30",
        "strength_mg": "40",
        "pattern": "40",
        "formulation": "standard",
        "soya": "no",
    }


@pytest.mark.django_db
def test_a_forged_post_does_not_pass_the_gate(client: Client) -> None:
    clinic = world.clinic()
    course = world.course(world.patient(clinic), days=25)
    client.force_login(world.staff(clinic))
    with time_machine.travel(NOW, tick=False):
        response = client.post(
            f"/clinic/courses/{course.public_id}/sign/",
            {
                **_form(client, course),
                "override_reason": "because I say so, at some length",
                "level": "allow",
                "decision": "allow",
            },
        )
    assert response.status_code == 422
    assert not Prescription.objects.exists()
    assert GateDecision.objects.get().level == "block"


@pytest.mark.django_db
def test_a_rule_that_breaks_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    course, doctor = ready()

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("protocol.gate.dose.weight_findings", broken, raising=False)
    monkeypatch.setattr("protocol.dosing.weight_findings", broken)
    with pytest.raises(prescribing.NotAuthorised):
        sign(course, doctor, uuid.uuid4())
    assert GateDecision.objects.get().level == "block"
    kinds = Event.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["rule.failed", "prescription.refused"]

"""Typed results take the same road as sent ones, once."""

from __future__ import annotations

import uuid
from datetime import time
from decimal import Decimal

import pytest

from monitoring import dossier
from monitoring.actions import typing_in
from monitoring.actions.typing_in import Drawn, Typed, TypedValue
from monitoring.models import LabMessage, Observation
from people.models import Patient, User
from protocol.vocabulary import Analyte
from tests import world
from tests.monitoring.desk import in_force, send
from tests.monitoring.intake import messages
from tests.trust.cast import pid
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db

NONCE = uuid.UUID(int=7)


@pytest.fixture
def patient() -> Patient:
    return world.patient(world.clinic())


@pytest.fixture
def nurse(patient: Patient) -> User:
    return world.staff(patient.clinic)


def typed(patient: Patient, by: User, *values: TypedValue, nonce: uuid.UUID = NONCE) -> Typed:
    drawn = Drawn(TODAY, time(8, 15), True, "Town laboratory")
    return typing_in.type_in(patient, values, drawn=drawn, nonce=nonce, by=by, now=NOW)


def alt(value: str = "40", **changes: object) -> TypedValue:
    return TypedValue(Analyte.ALT, Decimal(value), "", "U/L", Decimal(7), Decimal(56), **changes)


def test_typed_results_count_and_name_who_typed_them(patient: Patient, nurse: User) -> None:
    course = world.course(patient)

    said = typed(
        patient, nurse, alt(), TypedValue(Analyte.TRIGLYCERIDES, Decimal(30), "<", "mg/dL")
    )

    assert said == Typed((Analyte.ALT, Analyte.TRIGLYCERIDES), (), (), ())
    facts = {lab.analyte: lab for lab in dossier.load_one(course).labs}
    assert (facts[Analyte.ALT].value, facts[Analyte.ALT].uln) == (Decimal(40), Decimal(56))
    assert facts[Analyte.TRIGLYCERIDES].comparator == "<"
    assert {lab.fasting for lab in facts.values()} == {True}
    message = LabMessage.objects.get()
    assert (message.source, message.received_by) == ("typed", nurse.audit_id)


def test_sending_the_form_twice_stores_once(patient: Patient, nurse: User) -> None:
    typed(patient, nurse, alt())
    typed(patient, nurse, alt())

    assert Observation.objects.count() == 1


def test_a_value_that_looks_impossible_is_kept_and_waits(patient: Patient, nurse: User) -> None:
    said = typed(patient, nurse, TypedValue(Analyte.TRIGLYCERIDES, Decimal("1.4"), "", "mg/dL"))

    ((analyte, why),) = said.held
    assert (analyte, said.stored) == (Analyte.TRIGLYCERIDES, ())
    assert "mmol/L" in why
    assert in_force(patient).held == why


def test_what_the_laboratory_sent_already_is_not_stored_again(
    patient: Patient, nurse: User
) -> None:
    order = messages.OBR.replace("20261102", f"{TODAY:%Y%m%d}")
    send(patient.clinic, pid(patient), order, messages.obx(value="40"))

    assert typed(patient, nurse, alt()).known == (Analyte.ALT,)
    assert Observation.objects.count() == 1
    assert typed(patient, nurse, alt("41")).differing == (Analyte.ALT,)
    assert Observation.objects.filter(current=True).count() == 2

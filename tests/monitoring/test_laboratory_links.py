"""Whose results are: numbers that are remembered, and reports that are moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Event
from monitoring import dossier, lab_files
from monitoring.actions import linking
from monitoring.intake.matching import Matched, Unmatched
from monitoring.models import (
    Escalation,
    LabReport,
    Observation,
    RememberedLink,
    ReportMove,
    Specimen,
)
from monitoring.queries import whose
from people.models import Clinic, Patient, User
from tests import world
from tests.monitoring.desk import concerns, foreign, send
from tests.monitoring.intake import messages
from tests.trust.cast import pid, prescription
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return world.clinic()


@pytest.fixture
def nurse(clinic: Clinic) -> User:
    return world.staff(clinic)


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    return world.patient(clinic)


# --- remembered links ---------------------------------------------------------------------------


def test_the_next_message_of_a_linked_number_files_itself(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    first = send(clinic, foreign(patient), messages.OBR, messages.obx())
    assert first.status == "unmatched"

    linking.link(first, patient=patient, by=nurse, now=NOW)
    second = send(clinic, foreign(patient), messages.OBR, messages.obx(value="40"), control_id="2")

    assert (second.status, second.patient) == ("accepted", patient)
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"result.linked", "result.link-remembered"} <= kinds
    assert RememberedLink.objects.get().identifier == "LAB-9"


def test_a_linked_number_with_another_birth_date_waits(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    linking.link(
        send(clinic, foreign(patient), messages.OBR, messages.obx()),
        patient=patient,
        by=nurse,
        now=NOW,
    )

    other = patient.born + timedelta(days=1)
    second = send(
        clinic, foreign(patient, born=other), messages.OBR, messages.obx(value="40"), control_id="2"
    )

    assert second.status == "unmatched"
    assert second.suggestions == [str(patient.public_id)]


def test_nothing_is_remembered_against_the_birth_date(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    other = patient.born + timedelta(days=1)
    report = send(clinic, foreign(patient, born=other), messages.OBR, messages.obx())

    assert "birth date" in linking.why_not_remembered(report, patient)
    linking.link(report, patient=patient, by=nurse, now=NOW)

    assert not RememberedLink.objects.exists()


def test_a_number_is_not_remembered_for_another_clinic_or_sender(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    linking.link(
        send(clinic, foreign(patient), messages.OBR, messages.obx()),
        patient=patient,
        by=nurse,
        now=NOW,
    )
    (entry,) = lab_files.stored(
        messages.message(foreign(patient), messages.OBR, messages.obx()),
        file="a",
        wire="hl7v2",
        zone=ZoneInfo(clinic.timezone),
        as_of=TODAY,
    )
    assert entry.sender == RememberedLink.objects.get().sender
    other, nameless = replace(entry, sender="OTHER"), replace(entry, sender="")

    here, elsewhere, unsaid = whose.find_all([entry, other, nameless], clinic)
    assert here.patient == patient
    assert isinstance(here.match, Matched)
    assert (elsewhere.patient, unsaid.patient) == (None, None)
    (foreigner,) = whose.find_all([entry], world.clinic())
    assert isinstance(foreigner.match, Unmatched)


def test_a_revoked_number_waits_again(clinic: Clinic, nurse: User, patient: Patient) -> None:
    linking.link(
        send(clinic, foreign(patient), messages.OBR, messages.obx()),
        patient=patient,
        by=nurse,
        now=NOW,
    )
    row = RememberedLink.objects.get()

    linking.revoke_link(row, by=nurse, now=NOW)

    again = send(clinic, foreign(patient), messages.OBR, messages.obx(value="40"), control_id="2")
    assert again.status == "unmatched"
    with pytest.raises(linking.AlreadySettled):
        linking.revoke_link(row, by=nurse, now=NOW)


# --- moving -------------------------------------------------------------------------------------


def test_a_moved_report_is_read_for_both_patients(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    wrong, right = world.course(patient), world.course(world.patient(clinic, given_name="Mia"))
    line = messages.obx(value="900")
    report = send(clinic, pid(patient), messages.OBR, line)
    Observation.objects.update(received_at=NOW - timedelta(days=9))
    prescription(wrong, nurse)

    linking.move(report, patient=right.patient, reason="Same name", by=nurse, now=NOW)

    assert dossier.load_one(wrong).labs == ()
    assert [lab.value for lab in dossier.load_one(right).labs] == [Decimal(900)]
    assert Escalation.Kind.CORRECTED_RESULT in concerns(wrong)
    assert Escalation.Kind.RESULT in concerns(right)
    assert ReportMove.objects.get().from_patient == patient
    told = Event.objects.filter(kind="result.moved").values_list("patient", flat=True)
    assert set(told) == {patient.public_id, right.patient.public_id}


def test_moving_forgets_the_number_that_led_to_the_wrong_patient(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    right = world.patient(clinic, given_name="Mia")
    waiting = send(clinic, foreign(patient), messages.OBR, messages.obx())
    report = linking.link(waiting, patient=patient, by=nurse, now=NOW)

    linking.move(report, patient=right, reason="Wrong twin", by=nurse, now=NOW)

    assert RememberedLink.objects.get().revoked_by == nurse


def test_a_move_needs_a_reason_another_patient_and_the_same_clinic(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    report = send(clinic, pid(patient), messages.OBR, messages.obx())
    abroad = world.patient(world.clinic())
    right = world.patient(clinic, given_name="Mia")

    for target, reason in ((patient, "why"), (abroad, "why"), (right, "  ")):
        with pytest.raises(linking.NotMovable):
            linking.move(report, patient=target, reason=reason, by=nurse, now=NOW)

    assert Specimen.objects.get().patient == patient


def test_a_report_that_was_moved_meanwhile_is_not_moved_again(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    report = send(clinic, pid(patient), messages.OBR, messages.obx())
    seen = LabReport.objects.get(pk=report.pk)
    right, third = (world.patient(clinic, given_name=name) for name in ("Mia", "Noor"))
    linking.move(report, patient=right, reason="Same name", by=nurse, now=NOW)

    with pytest.raises(linking.AlreadySettled):
        linking.move(seen, patient=third, reason="Same name", by=nurse, now=NOW)

    assert Specimen.objects.get().patient == right


@pytest.mark.parametrize("table", ["specimen", "report"])
def test_the_database_keeps_a_report_and_its_samples_with_one_patient(
    clinic: Clinic, patient: Patient, table: str
) -> None:
    report = send(clinic, pid(patient), messages.OBR, messages.obx())
    other = world.patient(clinic, given_name="Mia")
    rows = Specimen.objects.all() if table == "specimen" else LabReport.objects.filter(pk=report.pk)

    with pytest.raises(DatabaseError, match="same patient"), transaction.atomic():
        rows.update(patient=other)
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")

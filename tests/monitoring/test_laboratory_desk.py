"""What staff say at the laboratory desk, and what it changes for everybody concerned."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Event
from courses.models import Course
from monitoring import dossier, lab_files
from monitoring.actions import code_maps, confirming, linking
from monitoring.actions import results as arriving
from monitoring.intake.code_map import LocalCode
from monitoring.models import (
    CodeMeaning,
    Escalation,
    LabReport,
    Observation,
    RememberedLink,
    ReportMove,
    Specimen,
)
from monitoring.queries import code_maps as meanings
from people.models import Clinic, Patient, User
from protocol.vocabulary import Analyte
from tests import world
from tests.monitoring.intake import messages
from tests.trust.cast import pid, prescription
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db

LOCAL = "4711^Transaminase P^L"
SENDER = "LAB|NORTH"


@pytest.fixture
def clinic() -> Clinic:
    return world.clinic()


@pytest.fixture
def nurse(clinic: Clinic) -> User:
    return world.staff(clinic)


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    return world.patient(clinic)


def send(clinic: Clinic, *segments: str, control_id: str = "1") -> LabReport:
    """A message as it comes in today, read with the clinic's code map."""
    raw = messages.message(*segments, header=messages.msh(control_id))
    (part,) = lab_files.messages(
        io.BytesIO(raw),
        file="a.hl7",
        zone=ZoneInfo(clinic.timezone),
        as_of=TODAY,
        code_map=meanings.code_map_of(clinic.pk),
    )
    origin = arriving.Origin(clinic, "upload", "a.hl7")
    arriving.receive(*part, origin=origin, by=world.BY, now=NOW)
    return LabReport.objects.get(clinic=clinic, message__control_id=control_id)


def foreign(patient: Patient, number: str = "LAB-9", *, born: date | None = None) -> str:
    """The PID of a laboratory that knows the patient by a number of its own."""
    on = born or patient.born
    return f"PID|1||{number}^^^LAB^PI||{patient.family_name}^{patient.given_name}||{on:%Y%m%d}|F"


def held(**line: str) -> str:
    """A value that no clinic believes: 1.4 mg/dL of triglycerides."""
    told = {"code": "2571-8^TG^LN", "value": "1.4", "unit": "mg/dL", "limits": "", **line}
    return messages.obx(**told)


def in_force(patient: Patient) -> Observation:
    return Observation.objects.get(specimen__patient=patient, current=True)


def concerns(course: Course) -> set[str]:
    open_ones = Escalation.objects.filter(course=course, closed_at__isnull=True)
    return set(open_ones.values_list("kind", flat=True))


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
    hints = lab_files.stored(
        messages.message(foreign(patient), messages.OBR, messages.obx()),
        file="a",
        wire="hl7v2",
        zone=ZoneInfo(clinic.timezone),
        as_of=TODAY,
    )[0].patient
    sender = RememberedLink.objects.get().sender

    assert type(arriving.find(hints, clinic, sender=sender)).__name__ == "Matched"
    assert type(arriving.find(hints, clinic, sender="OTHER")).__name__ == "Unmatched"
    assert type(arriving.find(hints, clinic)).__name__ == "Unmatched"
    assert type(arriving.find(hints, world.clinic(), sender=sender)).__name__ == "Unmatched"


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


# --- the code map -------------------------------------------------------------------------------


def test_a_code_explained_reads_what_waits_and_what_comes(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    course = world.course(patient)
    send(clinic, pid(patient), messages.OBR, messages.obx(LOCAL, "900"))
    waiting = in_force(patient)
    assert (waiting.analyte, bool(waiting.held)) == ("", True)

    mapped = code_maps.map_code(
        clinic,
        code=meanings.local_code_of(waiting),
        analyte=Analyte.ALT,
        text="Transaminase P",
        by=nurse,
        now=NOW,
    )

    row = in_force(patient)
    assert (mapped.read, mapped.still_waiting) == (1, 0)
    assert (row.analyte, row.held, row.supersedes) == ("alt", "", waiting)
    assert Escalation.Kind.RESULT in concerns(course)  # 900 U/L is tier 4, found at once
    later = messages.OBR.replace("ACC-1", "ACC-2").replace("20261102", "20261109")
    send(clinic, pid(patient), later, messages.obx(LOCAL, "30"), control_id="2")
    assert {lab.analyte for lab in dossier.load_one(course).labs} == {Analyte.ALT}
    assert len(dossier.load_one(course).labs) == 2


def test_a_code_called_not_monitored_waits_no_more(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    send(clinic, pid(patient), messages.OBR, messages.obx(LOCAL, "40"))
    code = meanings.local_code_of(in_force(patient))

    code_maps.map_code(clinic, code=code, analyte=None, text="", by=nurse, now=NOW)

    assert (in_force(patient).held, in_force(patient).monitored) == ("", False)
    assert not meanings.waiting_rows(clinic.pk).exists()


def test_a_meaning_can_be_changed_and_doubts_what_was_signed_on_it(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    course = world.course(patient)
    send(clinic, pid(patient), messages.OBR, messages.obx(LOCAL, "40"))
    code = meanings.local_code_of(in_force(patient))
    earlier = NOW - timedelta(days=9)
    code_maps.map_code(clinic, code=code, analyte=Analyte.ALT, text="", by=nurse, now=earlier)
    Observation.objects.filter(current=True).update(received_at=earlier)
    prescription(course, nurse)

    code_maps.map_code(clinic, code=code, analyte=Analyte.AST, text="", by=nurse, now=NOW)

    assert in_force(patient).analyte == "ast"
    assert Escalation.Kind.CORRECTED_RESULT in concerns(course)
    assert CodeMeaning.objects.filter(ended_at__isnull=True).get().analyte == "ast"
    assert CodeMeaning.objects.count() == 2


@pytest.mark.parametrize(
    ("result", "analyte"),
    [
        (messages.obx(LOCAL, "1.4", "mmol/L"), Analyte.ALT),
        (messages.obx(LOCAL, "40", "U/L"), Analyte.TRIGLYCERIDES),
        (messages.obx(LOCAL, "negative", "", "", kind="ST"), Analyte.ALT),
        (messages.obx("2106-3^White", "negative", "", "", kind="ST"), Analyte.HCG),
    ],
)
def test_a_code_never_stands_for_a_test_that_it_cannot_be(
    clinic: Clinic, nurse: User, patient: Patient, result: str, analyte: Analyte
) -> None:
    send(clinic, pid(patient), messages.OBR, result)
    code = meanings.local_code_of(in_force(patient))

    with pytest.raises(code_maps.NotThisTest):
        code_maps.map_code(clinic, code=code, analyte=analyte, text="", by=nurse, now=NOW)

    assert in_force(patient).analyte == ""


def test_a_code_is_explained_for_one_sender_and_its_words(clinic: Clinic, nurse: User) -> None:
    code = LocalCode.of(sender="LAB A", code="1", text="GPT neu")
    code_maps.map_code(clinic, code=code, analyte=Analyte.ALT, text="GPT neu", by=nurse, now=NOW)

    known = meanings.code_map_of(clinic.pk)

    assert known == {code: Analyte.ALT}
    assert LocalCode.of(sender="LAB B", code="1", text="GPT neu") not in known
    assert LocalCode.of(sender="LAB A", code="1", text="Creatinine") not in known
    assert meanings.code_map_of(world.clinic().pk) == {}


# --- held values --------------------------------------------------------------------------------


def test_a_confirmed_value_counts_and_alerts(clinic: Clinic, nurse: User, patient: Patient) -> None:
    course = world.course(patient)
    line = messages.obx("2571-8^TG^LN", "9000", "mg/dL", "<150")
    send(clinic, pid(patient), messages.OBR, line)
    assert in_force(patient).held
    assert Escalation.Kind.RESULT not in concerns(course)

    confirming.confirm(in_force(patient), by=nurse, now=NOW)

    assert Escalation.Kind.RESULT in concerns(course)
    with pytest.raises(confirming.AlreadySettled):
        confirming.confirm(in_force(patient), by=nurse, now=NOW)


def test_the_unit_is_corrected_and_the_value_kept(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    send(clinic, pid(patient), messages.OBR, held())
    before = in_force(patient)
    assert "probably mmol/L" in before.held

    confirming.set_unit(before, unit="mmol/L", by=nurse, now=NOW)

    row = in_force(patient)
    assert (row.value, row.unit, row.unit_as_sent) == (Decimal("1.4"), "mmol/L", "mg/dL")
    assert (row.held, row.unit_set_by, row.supersedes) == ("", nurse, before)
    send(clinic, pid(patient), messages.OBR, held(), control_id="2")
    assert in_force(patient) == row, "a resend asks nobody again"


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        (held(), "U/L"),
        (held(), "mg/dL"),
        (messages.obx("1742-6^ALT^LN", "99999", "U/L", "7-56"), "ukat/L"),
    ],
)
def test_a_unit_that_does_not_fit_is_refused(
    clinic: Clinic, nurse: User, patient: Patient, line: str, unit: str
) -> None:
    send(clinic, pid(patient), messages.OBR, line)

    with pytest.raises(confirming.NotThisUnit):
        confirming.set_unit(in_force(patient), unit=unit, by=nurse, now=NOW)

    assert in_force(patient).held


@pytest.mark.parametrize(
    "line", [messages.obx(LOCAL, "40"), messages.obx(unit=""), messages.obx(unit="mmol/L")]
)
def test_what_cannot_be_read_is_not_confirmed(
    clinic: Clinic, nurse: User, patient: Patient, line: str
) -> None:
    send(clinic, pid(patient), messages.OBR, line)

    with pytest.raises(confirming.NotConfirmable):
        confirming.confirm(in_force(patient), by=nurse, now=NOW)


@pytest.mark.parametrize("sent", ["", "20270102081500-0500"])
def test_a_missing_or_future_day_is_set_by_a_person(
    clinic: Clinic, nurse: User, patient: Patient, sent: str
) -> None:
    course = world.course(patient)
    send(clinic, pid(patient), messages.OBR.replace("20261102081500-0500", sent), messages.obx())
    row = in_force(patient)
    with pytest.raises(confirming.NotConfirmable):
        confirming.confirm(row, by=nurse, now=NOW)
    for impossible in (TODAY + timedelta(days=1), patient.born - timedelta(days=1)):
        with pytest.raises(confirming.NotThatDay):
            confirming.set_day(row.specimen, collected_on=impossible, by=nurse, now=NOW)

    confirming.set_day(row.specimen, collected_on=TODAY, by=nurse, now=NOW)

    (lab,) = dossier.load_one(course).labs
    assert (lab.on, lab.held) == (TODAY, "")
    assert Specimen.objects.get().dated_by == nurse


def test_a_day_set_leaves_the_other_doubt(clinic: Clinic, nurse: User, patient: Patient) -> None:
    order = messages.OBR.replace("20261102081500-0500", "")
    send(clinic, pid(patient), order, held())

    confirming.set_day(in_force(patient).specimen, collected_on=TODAY, by=nurse, now=NOW)

    assert "not plausible" in in_force(patient).held
    assert "date" not in in_force(patient).held


def test_what_is_set_aside_counts_nowhere_and_stays(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    course = world.course(patient)
    send(clinic, pid(patient), messages.OBR, held())

    confirming.set_aside(in_force(patient), why="haemolysed", by=nurse, now=NOW)

    assert dossier.load_one(course).labs == ()
    row = Observation.objects.get()
    assert (row.set_aside_reason, row.set_aside_by, row.current) == ("haemolysed", nurse, False)
    with pytest.raises(confirming.AlreadySettled):
        confirming.set_aside(row, why="twice", by=nurse, now=NOW)


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

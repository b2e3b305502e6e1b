"""What codes stand for and which doubtful values count, and what that changes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from monitoring import dossier
from monitoring.actions import code_maps, confirming
from monitoring.intake.code_map import LocalCode
from monitoring.models import (
    CodeMeaning,
    Escalation,
    Observation,
    Specimen,
)
from monitoring.queries import code_maps as meanings
from people.models import Clinic, Patient, User
from protocol.vocabulary import Analyte
from tests import world
from tests.monitoring.desk import LOCAL, concerns, held, in_force, send
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


def test_a_code_in_loincs_shape_under_a_local_system_can_be_explained(
    clinic: Clinic, nurse: User, patient: Patient
) -> None:
    send(clinic, pid(patient), messages.OBR, messages.obx("1742-6^ALT^L", "40"))
    waiting = in_force(patient)
    assert waiting in meanings.waiting_rows(clinic.pk)

    code = meanings.local_code_of(waiting)
    code_maps.map_code(clinic, code=code, analyte=Analyte.ALT, text="ALT", by=nurse, now=NOW)

    assert (in_force(patient).analyte, in_force(patient).held) == ("alt", "")


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

"""The laboratory desk as staff meet it: pages, refusals, and what is saved."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from courses.models import Course
from monitoring.models import (
    CodeMeaning,
    LabReport,
    Observation,
    RememberedLink,
    Specimen,
)
from monitoring.queries import results as queries
from people.models import Clinic, Patient
from people.permissions import Role
from tests import world
from tests.forms import guard, hidden
from tests.monitoring.desk import LOCAL, foreign, held, in_force, send
from tests.monitoring.intake import messages
from tests.trust.cast import pid

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return world.clinic()


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    return world.patient(clinic)


@pytest.fixture
def course(patient: Patient) -> Course:
    return world.course(patient)


@pytest.fixture
def visitor(clinic: Clinic) -> Client:
    client = Client()
    client.force_login(world.staff(clinic, Role.NURSE))
    return client


def post(visitor: Client, name: str, *args: object, **data: object) -> HttpResponse:
    return visitor.post(reverse(f"clinic:{name}", args=args), data)


def text(visitor: Client, name: str, *args: object) -> str:
    answer = visitor.get(reverse(f"clinic:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_report_is_linked_remembered_and_the_number_revoked(
    visitor: Client, clinic: Clinic, patient: Patient
) -> None:
    report = send(clinic, foreign(patient), messages.OBR, messages.obx())
    assert "birth date is the same and the name alike" in text(visitor, "queued", report.public_id)

    post(visitor, "queued", report.public_id, patient=patient.public_id, remember="1")

    assert "LAB-9" in text(visitor, "remembered")
    row = RememberedLink.objects.get()
    assert post(visitor, "forget-number", row.public_id).status_code == 302
    assert "Revoked by" in text(visitor, "remembered")


def test_a_report_is_linked_without_remembering(
    visitor: Client, clinic: Clinic, patient: Patient
) -> None:
    report = send(clinic, foreign(patient), messages.OBR, messages.obx())

    post(visitor, "queued", report.public_id, patient=patient.public_id)

    assert LabReport.objects.get().patient == patient
    assert not RememberedLink.objects.exists()


def test_a_code_is_explained_refused_and_changed(
    visitor: Client, clinic: Clinic, patient: Patient
) -> None:
    send(clinic, pid(patient), messages.OBR, messages.obx(LOCAL, "40"))
    row = in_force(patient)
    assert "Transaminase P" in text(visitor, "results")
    assert "U/L" in text(visitor, "code", row.public_id)
    for refused in ("", "triglycerides"):
        assert post(visitor, "code", row.public_id, analyte=refused).status_code == 422

    assert post(visitor, "code", row.public_id, analyte="alt").status_code == 302

    meaning = CodeMeaning.objects.get()
    assert post(visitor, "meaning", meaning.public_id, analyte="ast").status_code == 302
    assert in_force(patient).analyte == "ast"
    assert "Ended by" in text(visitor, "remembered")


def test_a_doubtful_unit_names_the_likely_one_and_is_corrected(
    visitor: Client, clinic: Clinic, patient: Patient
) -> None:
    send(clinic, pid(patient), messages.OBR, held())
    row = in_force(patient)
    assert "Reads as mmol/L" in text(visitor, "results")
    assert 'value="mmol/L" selected' in text(visitor, "held", row.public_id)
    refused = post(visitor, "held", row.public_id, set_unit="1", unit="U/L")
    assert refused.status_code == 422

    post(visitor, "held", row.public_id, set_unit="1", unit="mmol/L")

    assert in_force(patient).unit == "mmol/L"
    report = in_force(patient).specimen.report
    assert report is not None
    assert "Unit corrected from mg/dL by" in text(visitor, "filed", report.public_id)


def test_a_held_value_is_confirmed_dated_or_set_aside(
    visitor: Client, clinic: Clinic, patient: Patient, course: Course
) -> None:
    order = messages.OBR.replace("20261102081500-0500", "")
    send(clinic, pid(patient), order, held())
    row = in_force(patient)
    assert post(visitor, "held", row.public_id, confirm="1").status_code == 422
    for day in ("soon", "02-Nov-2199"):
        assert post(visitor, "held", row.public_id, day="1", collected_on=day).status_code == 422
    assert (
        post(visitor, "held", row.public_id, day="1", collected_on="02-Nov-2199").status_code == 422
    )
    post(visitor, "held", row.public_id, day="1", collected_on="02-Nov-2026")
    assert f"{Specimen.objects.get().collected_on}" == "2026-11-02"
    assert post(visitor, "held", row.public_id, why="no").status_code == 422

    post(visitor, "held", row.public_id, why="haemolysed sample")

    assert not Observation.objects.filter(current=True).exists()
    assert "haemolysed sample" in text(visitor, "laboratory-history", course.public_id)
    assert visitor.get(reverse("clinic:held", args=[row.public_id])).status_code == 404


def test_a_report_is_moved_with_a_reason_and_both_sides_say_so(
    visitor: Client, clinic: Clinic, patient: Patient, course: Course
) -> None:
    right = world.course(world.patient(clinic, given_name="Mia", family_name="Okafor"))
    report = send(clinic, pid(patient), messages.OBR, messages.obx())
    found = post(visitor, "filed", report.public_id, find="1", q="Okafor")
    assert str(right.patient.public_id) in found.content.decode()
    chosen = {"patient": right.patient.public_id, "q": "Okafor"}
    assert post(visitor, "filed", report.public_id, reason="", **chosen).status_code == 422
    assert post(visitor, "filed", report.public_id, reason="Wrong twin").status_code == 422
    abroad = world.patient(world.clinic())
    answer = post(visitor, "filed", report.public_id, patient=abroad.public_id, reason="Wrong twin")
    assert answer.status_code == 404

    post(visitor, "filed", report.public_id, reason="Wrong twin", **chosen)

    assert LabReport.objects.get().patient == right.patient
    for side in (course, right):
        assert "Wrong twin" in text(visitor, "laboratory-history", side.public_id)


def test_what_cannot_be_used_hides_no_results(
    visitor: Client, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "QUEUE_PAGE", 1)
    unknown = messages.message(foreign(patient), messages.OBR, messages.obx())
    for content in (b"PK\x03\x04 rubbish", unknown):
        visitor.post(reverse("clinic:results"), {"file": SimpleUploadedFile("a", content)})
    page = text(visitor, "results")
    assert "Patient not found" in page
    assert "Not usable" not in page
    assert "The first 1 of 2" in page


def test_an_upload_lists_what_became_of_each_message(
    visitor: Client, clinic: Clinic, patient: Patient
) -> None:
    good = messages.message(pid(patient), messages.OBR, messages.obx())
    unknown = messages.message(foreign(patient), messages.OBR, messages.obx())
    for expected in ("On record", "received before"):
        file = SimpleUploadedFile("a.hl7", good + unknown)
        answer = visitor.post(reverse("clinic:results"), {"file": file})
        assert answer.url == reverse("clinic:received")
        page = text(visitor, "received")
        assert expected in page
        assert "Waits for its patient" in page
    assert Observation.objects.count() == 1
    # What names no sender is found again by itself, and not with all else that names none.
    visitor.post(reverse("clinic:results"), {"file": SimpleUploadedFile("c.gz", b"\x1f\x8b\x08 x")})
    for _ in ("new", "the same again"):
        zipped = SimpleUploadedFile("b.zip", b"PK\x03\x04 no message")
        visitor.post(reverse("clinic:results"), {"file": zipped})
        page = text(visitor, "received")
        assert "1 report" in page
        assert "ZIP archive" in page


def typed_form(visitor: Client, course: Course, **data: object) -> HttpResponse:
    return post(visitor, "type-results", course.public_id, **data)


def test_typed_results_are_kept_on_error_and_saved_once(
    visitor: Client, patient: Patient, course: Course
) -> None:
    data = {
        **guard(course),
        "collected_on": "02-Nov-2026",
        "collected_at": "08:15",
        "laboratory": "Town laboratory",
        "alt_value": "40",
        "alt_unit": "U/L",
        "alt_high": "56",
    }
    assert "ALT" in text(visitor, "type-results", course.public_id)
    for wrong in ({"alt_value": "1,400"}, {"alt_value": ""}, {"alt_low": "90"}):
        refused = typed_form(visitor, course, **{**data, **wrong})
        assert refused.status_code == 422
        assert "Town laboratory" in refused.content.decode()

    for _ in range(2):
        assert typed_form(visitor, course, **data).status_code == 302

    assert Observation.objects.count() == 1
    assert "Typed by staff" in text(visitor, "laboratory-history", course.public_id)


def test_pages_of_another_clinic_are_not_there(clinic: Clinic, patient: Patient) -> None:
    stranger = Client()
    stranger.force_login(world.staff(world.clinic()))
    report = send(clinic, pid(patient), messages.OBR, messages.obx(LOCAL, "40"))
    row = in_force(patient)

    for name, thing in (("filed", report), ("code", row), ("held", row)):
        assert stranger.get(reverse(f"clinic:{name}", args=[thing.public_id])).status_code == 404


def test_what_cannot_count_as_sent_is_not_called_confirmed(
    clinic: Clinic, patient: Patient, course: Course
) -> None:
    doctor = Client()
    doctor.force_login(world.staff(clinic))
    send(clinic, pid(patient), messages.OBR, messages.obx(unit=""))
    row = in_force(patient)
    address = reverse("clinic:acknowledge", args=[course.public_id, row.specimen.public_id])

    answer = doctor.post(address, {"confirm": "1", **hidden(doctor, address)}, follow=True)

    assert "cannot count as sent" in answer.content.decode()
    assert in_force(patient).confirmed_at is None


def test_what_cannot_be_used_shows_who_sent_what(visitor: Client, clinic: Clinic) -> None:
    """Enough to call the laboratory; markup in it is text."""
    wrong = "OBX|1|NM|<b>ALT</b>\x07"
    report = send(
        clinic, "PID|1||M-1||Example^Ada||20040210|F", f"NTE|1||{wrong}", control_id="N-9"
    )

    page = text(visitor, "queued", report.public_id)

    assert "LAB/NORTH" in page
    assert "N-9" in page
    assert "OBX|1|NM|&lt;b&gt;ALT&lt;/b&gt;·" in page
    assert "Whose is it?" not in page
    assert "HL7 v2" in text(visitor, "results")


def test_a_unit_that_the_range_contradicts_is_not_proposed(
    visitor: Client, clinic: Clinic, patient: Patient
) -> None:
    """1.234 could be in ukat/L; a limit of 56 could not."""
    send(clinic, pid(patient), messages.OBR, messages.obx(value="1.234", limits="7,0 - 56,0"))
    page = text(visitor, "held", in_force(patient).public_id)
    assert "divide thousands" in page
    assert "The number reads as" not in page

"""``import_labs``: every message is kept and answered for, exactly as the contract says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from courses.models import Course
from monitoring.models import DueItem, Escalation, LabMessage, LabReport, Observation
from people.models import Clinic, Patient
from tests import world
from tests.monitoring.intake.messages import msh, obx
from tests.monitoring.laboratory import Laboratory

pytestmark = pytest.mark.django_db

TODAY = datetime.now(tz=UTC).date()
# The monthly draw of a course that began 27 days ago falls due within a few days of today.
STARTED_DAYS_AGO = 27
DRAWN = TODAY - timedelta(days=2)
MRN = "MRN-7001"
BORN = date(2004, 2, 10)

RESULT_KEYS = {
    "analyte", "code", "value", "comparator", "unit", "low", "high", "status", "collected",
    "fasting", "disposition", "tier", "why",
}  # fmt: skip


@pytest.fixture
def clinic() -> Clinic:
    return world.clinic()


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    return world.patient(clinic, mrn=MRN, born=BORN)


@pytest.fixture
def course(patient: Patient) -> Course:
    """Runs since 27 days ago: bloods are due this week."""
    return world.course(
        patient, days=STARTED_DAYS_AGO, category="ncp", now=datetime.now(tz=UTC), due_from=TODAY
    )


def lipids(value: str = "118", status: str = "F") -> str:
    return obx("2571-8^Triglyceride^LN", value, "mg/dL", "0-150", status=status, number=2)


def alt(value: str = "31", status: str = "F", limits: str = "7-50") -> str:
    return obx("1742-6^ALT^LN", value, "U/L", limits, status=status)


def hl7(
    *results: str,
    control_id: str = "182",
    mrn: str = MRN,
    born: str = f"{BORN:%Y%m%d}",
    drawn: date = DRAWN,
) -> bytes:
    pid = f"PID|1||{mrn}^^^CLINIC^MR||Rivera^Ana||{born}|F"
    order = f"OBR|1|ORD-1|ACC-1|24325-3^Hepatic panel^LN|||{drawn:%Y%m%d}0815"
    return "\r".join([msh(control_id), pid, order, *results, ""]).encode()


@pytest.fixture
def laboratory(tmp_path: Path, clinic: Clinic) -> Laboratory:
    return Laboratory(tmp_path, clinic)


def test_the_answer_has_the_shape_of_the_contract(laboratory: Laboratory, course: Course) -> None:
    path = laboratory.file(hl7(alt("83", limits="7-56"), lipids()))

    code, answer = laboratory.run(path)

    assert code == 0
    assert set(answer) == {"messages", "totals"}
    assert answer["totals"] == {
        "messages": 1, "accepted": 1, "duplicate": 0, "unmatched": 0, "rejected": 0, "results": 2
    }  # fmt: skip
    (entry,) = answer["messages"]
    assert {key: entry[key] for key in entry if key != "results"} == {
        "file": "a.hl7",
        "control_id": "182",
        "status": "accepted",
        "reason": "",
        "patient": {"status": "matched", "mrn": MRN, "why": ""},
    }
    assert entry["results"][0] == {
        "analyte": "alt",
        "code": "1742-6",
        "value": "83",
        "comparator": "",
        "unit": "U/L",
        "low": "7",
        "high": "56",
        "status": "final",
        "collected": DRAWN.isoformat(),
        "fasting": None,
        "disposition": "stored",
        "tier": "t1",
        "why": "",
    }
    assert all(set(result) == RESULT_KEYS for result in entry["results"])


def _labs(course: Course) -> DueItem:
    return DueItem.objects.filter(course=course, requirement="labs").earliest("due_on")


def test_final_results_meet_the_due_item(laboratory: Laboratory, course: Course) -> None:
    assert _labs(course).ended == ""

    laboratory.send(hl7(alt(), lipids()))

    item = _labs(course)
    assert item.ended == "met"
    assert item.met_on == DRAWN
    assert item.met_by.startswith("observation:")


def test_preliminary_results_wait_and_do_not_meet_the_due_item(
    laboratory: Laboratory, course: Course
) -> None:
    entry = laboratory.send(hl7(alt(status="P"), lipids(status="P")))

    assert {result["disposition"] for result in entry["results"]} == {"pending"}
    assert all(result["why"] and not result["tier"] for result in entry["results"])
    assert _labs(course).ended == ""

    laboratory.send(hl7(alt(), lipids(), control_id="183"))

    assert _labs(course).ended == "met"


def test_a_resend_changes_nothing(laboratory: Laboratory, course: Course) -> None:
    content = hl7(alt(), lipids())
    laboratory.send(content)
    kept = (LabMessage.objects.count(), LabReport.objects.count(), Observation.objects.count())

    code, answer = laboratory.run(laboratory.file(content, "again.hl7"))

    assert code == 0
    (entry,) = answer["messages"]
    assert entry["status"] == "duplicate"
    assert {result["disposition"] for result in entry["results"]} == {"duplicate"}
    assert answer["totals"]["duplicate"] == 1
    assert kept == (
        LabMessage.objects.count(),
        LabReport.objects.count(),
        Observation.objects.count(),
    )


def test_a_control_id_used_again_with_other_content_is_a_new_message(
    laboratory: Laboratory, course: Course
) -> None:
    laboratory.send(hl7(alt("31")))

    entry = laboratory.send(hl7(alt("44"), lipids()), "b.hl7")

    assert entry["status"] == "accepted"
    assert LabMessage.objects.count() == 2


def test_known_content_under_a_new_control_id_stores_nothing_twice(
    laboratory: Laboratory, course: Course
) -> None:
    laboratory.send(hl7(alt(), lipids()))

    entry = laboratory.send(hl7(alt(), lipids(), control_id="999"), "b.hl7")

    assert entry["status"] == "accepted"
    assert {result["disposition"] for result in entry["results"]} == {"duplicate"}
    assert Observation.objects.count() == 2


def test_a_correction_supersedes_and_a_late_older_report_does_not(
    laboratory: Laboratory, course: Course
) -> None:
    laboratory.send(hl7(alt("31")))

    corrected = laboratory.send(hl7(alt("61", status="C"), control_id="2"), "b.hl7")
    late = laboratory.send(hl7(alt("33"), control_id="3"), "c.hl7")

    assert corrected["results"][0]["disposition"] == "stored"
    assert corrected["results"][0]["status"] == "corrected"
    assert late["results"][0]["disposition"] == "superseded"
    assert late["results"][0]["why"]
    current = Observation.objects.get(current=True)
    assert (current.value_text, current.supersedes.value_text) == ("61", "31")
    assert Observation.objects.count() == 3


def test_a_critical_value_raises_one_concern(laboratory: Laboratory, course: Course) -> None:
    content = hl7(alt("260"))

    entry = laboratory.send(content)
    laboratory.send(content)

    assert entry["results"][0]["tier"] == "t4"
    concern = Escalation.objects.get()
    assert (concern.kind, concern.reasons, concern.closed_at) == ("result", ["LAB_T4"], None)


@pytest.mark.parametrize(("value", "tier", "concerns"), [("250", "t3", 0), ("251", "t4", 1)])
def test_only_beyond_five_times_the_limit_is_a_concern(
    laboratory: Laboratory, course: Course, value: str, tier: str, concerns: int
) -> None:
    assert laboratory.send(hl7(alt(value)))["results"][0]["tier"] == tier
    assert Escalation.objects.count() == concerns


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"mrn": "UNKNOWN"}, "unmatched"),
        ({"born": "20040211"}, "unmatched"),
        ({"born": ""}, "unmatched"),
        ({"mrn": ""}, "unmatched"),
    ],
)
def test_a_patient_who_is_not_certain_goes_to_the_queue(
    laboratory: Laboratory, course: Course, changes: dict[str, str], status: str
) -> None:
    entry = laboratory.send(hl7(alt(), lipids(), **changes))

    assert entry["status"] == status
    assert entry["patient"]["mrn"] == ""
    assert entry["patient"]["why"]
    assert entry["reason"]
    report = LabReport.objects.get()
    assert (report.status, report.patient, report.settled_at) == ("unmatched", None, None)
    assert not Observation.objects.exists()
    assert _labs(course).ended == ""


def test_a_number_without_birth_date_is_suggested(laboratory: Laboratory, patient: Patient) -> None:
    laboratory.send(hl7(alt(), born=""))

    assert LabReport.objects.get().suggestions == [str(patient.public_id)]


def test_a_patient_of_another_clinic_is_unknown(laboratory: Laboratory, course: Course) -> None:
    laboratory.clinic = world.clinic()

    assert laboratory.send(hl7(alt()))["status"] == "unmatched"
    assert not Observation.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a message at all",
        b"%PDF-1.7 ...",
        b'{"resourceType": "Medication"}',
        b'{"broken": ',
        "\r".join([msh(), f"PID|1||{MRN}^^^C^MR||Rivera^Ana||20040210|F", ""]).encode(),
        b"\x0b" + hl7(alt())[:-40],
    ],
    ids=["empty", "words", "pdf", "other resource", "broken json", "no results", "cut frame"],
)
def test_what_cannot_be_used_is_kept_with_a_reason(
    laboratory: Laboratory, course: Course, content: bytes
) -> None:
    code, answer = laboratory.run(laboratory.file(content))

    assert code == 1
    (entry,) = answer["messages"]
    assert entry["status"] == "rejected"
    assert entry["reason"]
    assert answer["totals"]["rejected"] == 1
    report = LabReport.objects.get()
    assert (report.status, report.reason) == ("rejected", entry["reason"])
    assert report.message.raw.encode("latin-1") == content


def test_a_broken_message_does_not_stop_the_others(laboratory: Laboratory, course: Course) -> None:
    no_results = "\r".join([msh("1"), f"PID|1||{MRN}^^^C^MR||Rivera^Ana||20040210|F", ""])

    code, answer = laboratory.run(
        laboratory.file(no_results.encode() + hl7(alt(), lipids(), control_id="2"))
    )

    assert code == 1
    assert [entry["status"] for entry in answer["messages"]] == ["rejected", "accepted"]
    assert _labs(course).ended == "met"


def test_a_folder_is_read_file_by_file(laboratory: Laboratory, course: Course) -> None:
    laboratory.file(hl7(alt(), control_id="1"), "b.hl7")
    inner = laboratory.folder / "inner"
    inner.mkdir()
    (inner / "c.hl7").write_bytes(hl7(lipids(), control_id="2"))

    code, answer = laboratory.run(laboratory.folder)

    assert code == 0
    assert [entry["file"] for entry in answer["messages"]] == ["b.hl7", "c.hl7"]
    assert answer["totals"]["results"] == 2


def test_csv_is_read_by_its_header(laboratory: Laboratory, course: Course) -> None:
    header = "patient_id,born,collected,analyte,value,unit,low,high,fasting,status,accession"
    row = f"{MRN},{BORN},{DRAWN},alt,<83,U/L,7,56,true,final,A-1"

    entry = laboratory.send(f"{header}\n{row}\n".encode(), "a.csv")

    (result,) = entry["results"]
    assert (result["value"], result["comparator"], result["fasting"]) == ("83", "<", True)
    assert entry["status"] == "accepted"


def test_a_dry_run_answers_the_same_and_stores_nothing(
    laboratory: Laboratory, course: Course
) -> None:
    path = laboratory.file(hl7(alt("260"), lipids()))

    code, answer = laboratory.run(path, options=("--dry-run",))

    assert code == 0
    assert answer["messages"][0]["status"] == "accepted"
    assert not LabMessage.objects.exists()
    assert not Escalation.objects.exists()
    assert laboratory.run(path)[1] == answer


def test_a_path_or_clinic_that_is_not_there_is_not_understood(laboratory: Laboratory) -> None:
    assert laboratory.run(laboratory.folder / "nothing.hl7") == (2, {})

    path = laboratory.file(hl7(alt()))
    assert laboratory.run(laboratory.folder / "nothing.hl7", path) == (2, {})
    assert not LabMessage.objects.exists()

    laboratory.clinic.slug = "nowhere"
    assert laboratory.run(path) == (2, {})


def test_results_of_a_patient_without_a_course_are_filed(
    laboratory: Laboratory, patient: Patient
) -> None:
    assert laboratory.send(hl7(alt()))["status"] == "accepted"
    assert Observation.objects.count() == 1

"""Several messages taken in together end as if each had come alone, and none is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit import trail
from audit.models import Event
from monitoring import copying
from monitoring.actions import filing, keeping, results
from monitoring.actions.results import Origin, Receipt
from monitoring.intake import hl7v2
from monitoring.models import (
    CourseStanding,
    Escalation,
    LabMessage,
    LabReport,
    Observation,
    Specimen,
)
from people.models import Clinic
from tests import world
from tests.monitoring.intake.messages import msh, obx

pytestmark = pytest.mark.django_db

NOW = datetime.now(tz=UTC)
DRAWN = (NOW - timedelta(days=2)).date()
BORN = date(2004, 2, 10)
IMPORTER = trail.System("import")
File = Callable[..., list[Receipt]]


@pytest.fixture
def clinic() -> Clinic:
    at = world.clinic()
    for number in range(6):
        person = world.patient(at, mrn=f"MRN-{number}", born=BORN)
        world.course(person, days=27, category="ncp", now=NOW, due_from=NOW.date())
    return at


def part(number: int, *segments: str, control_id: str = "", status: str = "F") -> Any:
    lines = [
        msh(control_id or f"C{number}"),
        f"PID|1||MRN-{number}^^^CLINIC^MR||Example^Ada||20040210|F",
        f"OBR|1||ACC-{number}|X|||{DRAWN:%Y%m%d}080000",
        *(segments or (obx(value="31", flag="", status=status),)),
    ]
    raw = ("\r".join(lines) + "\r").encode()
    zone = ZoneInfo("America/New_York")
    return raw, hl7v2.read(raw, file="a.hl7", zone=zone, as_of=NOW.date())


def receive(clinic: Clinic, *parts: Any) -> list[Receipt]:
    origin = Origin(clinic=clinic, source="file", file_name="a.hl7")
    return results.receive_many(parts, origin=origin, by=IMPORTER, now=NOW)


def test_a_batch_files_and_plans_every_course(clinic: Clinic) -> None:
    receipts = receive(clinic, *(part(number) for number in range(6)))
    assert [each.status for each in receipts] == ["accepted"] * 6
    assert CourseStanding.objects.exclude(latest_lab={}).count() == 6


def test_a_resend_within_the_batch_is_a_duplicate(clinic: Clinic) -> None:
    receipts = receive(clinic, part(0), part(1), part(0))
    assert [each.status for each in receipts] == ["accepted", "accepted", "duplicate"]
    assert LabMessage.objects.count() == 2
    assert Observation.objects.count() == 2


def test_a_severe_value_alerts_even_when_the_next_message_corrects_it(clinic: Clinic) -> None:
    receive(
        clinic,
        part(0, obx(value="900", limits="7-50")),
        part(1),
        part(0, obx(value="30", limits="7-50", status="C"), control_id="C0-corrected"),
    )
    assert Escalation.objects.filter(kind=Escalation.Kind.RESULT).count() == 1
    current = Observation.objects.get(specimen__patient__mrn="MRN-0", current=True)
    assert (current.value_text, current.status) == ("30", "corrected")


def test_preliminary_and_final_in_one_message_leave_the_final(clinic: Clinic) -> None:
    both = part(0, obx(value="30", status="P"), obx(value="31", number=2))
    (receipt,) = receive(clinic, both)
    assert [line.disposition for line in receipt.lines] == ["pending", "stored"]
    final = Observation.objects.get(current=True)
    assert final.value_text == "31"
    assert final.supersedes is not None
    assert final.supersedes.status == "preliminary"


def test_one_message_that_cannot_be_filed_holds_up_no_other(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_reports = filing.file_reports

    def failing(reports: Sequence[filing.ToFile], **kwargs: Any) -> Any:
        if any(each.patient.mrn == "MRN-1" for each in reports):
            raise RuntimeError("the disk is full")
        return file_reports(reports, **kwargs)

    monkeypatch.setattr(filing, "file_reports", failing)
    with pytest.raises(RuntimeError, match="disk"):
        receive(clinic, *(part(number) for number in range(3)))
    filed = set(LabReport.objects.values_list("patient__mrn", flat=True))
    assert filed == {"MRN-0", "MRN-2"}
    assert LabMessage.objects.count() == 3

    monkeypatch.undo()
    again = receive(clinic, *(part(number) for number in range(3)))
    assert [each.status for each in again] == ["duplicate", "accepted", "duplicate"]


def test_a_message_that_was_only_kept_is_filed_by_the_next_import(clinic: Clinic) -> None:
    first = part(0)
    origin = Origin(clinic=clinic, source="file")
    keeping.keep_all([first], origin=origin, by=IMPORTER, now=NOW)
    assert not LabReport.objects.exists()
    assert [each.status for each in receive(clinic, first)] == ["accepted"]


def test_more_messages_ask_as_many_questions(clinic: Clinic) -> None:
    receive(clinic, part(0))
    with CaptureQueriesContext(connection) as few:
        receive(clinic, part(1))
    with CaptureQueriesContext(connection) as many:
        receive(clinic, *(part(number) for number in range(2, 6)))
    assert len(many) == len(few)


def test_two_messages_about_one_person_are_read_one_after_the_other(clinic: Clinic) -> None:
    """In one batch with others: each leaves its own report and event, in the order they came."""
    late = part(2, obx("2571-8^TG^LN", "120", "mg/dL", "<150"), control_id="C2-lipids")
    receipts = receive(clinic, part(2), part(3), late, part(4), part(2))
    assert [each.status for each in receipts] == [*["accepted"] * 4, "duplicate"]
    assert [each.lines[0].line.analyte for each in receipts] == [
        "alt", "alt", "triglycerides", "alt", "alt",
    ]  # fmt: skip
    received = Event.objects.filter(kind="result.received")
    assert received.values("subject").distinct().count() == LabReport.objects.count() == 4
    assert Specimen.objects.filter(patient__mrn="MRN-2").count() == 1
    assert Observation.objects.filter(specimen__patient__mrn="MRN-2", current=True).count() == 2


def test_rows_written_at_once_have_their_keys_in_order_and_obey_the_database(
    clinic: Clinic,
) -> None:
    receipts = receive(clinic, *(part(number) for number in range(3)))
    rows = [line.observation for each in receipts for line in each.lines]
    assert [row.pk for row in rows if row] == sorted(
        Observation.objects.values_list("pk", flat=True)
    )
    assert all(Observation.objects.get(pk=row.pk).notes == row.notes for row in rows if row)
    again = [Observation(specimen=row.specimen, code=row.code, code_system=row.code_system,
                         status="final", received_at=NOW) for row in rows if row]  # fmt: skip
    with pytest.raises(IntegrityError, match="one_current_observation"), transaction.atomic():
        copying.add(again)
    assert Observation.objects.count() == 3

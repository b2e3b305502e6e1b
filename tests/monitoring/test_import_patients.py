"""``import_patients``: the whole file or nothing, and every problem by line and column."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.models import Event
from courses.models import Course, DoseStep, Enrolment
from messaging.models import Message
from monitoring.models import CourseStanding, DueItem
from monitoring.patient_rows import COLUMNS
from people.models import Clinic, ContactPoint, Patient
from tests import world

pytestmark = pytest.mark.django_db

STARTED = datetime.now(tz=UTC).date() - timedelta(days=75)
ANA = {
    "mrn": "7001",
    "given_name": "Ana",
    "family_name": "Rivera",
    "born": "2004-02-29",
    "sex": "female",
    "category": "fcp",
    "email": "Ana@Example.org",
    "phone": "(202) 555-0143",
    "programme": "us-ipledge",
    "weight_kg": "61.5",
    "started_on": STARTED.isoformat(),
    "daily_mg": "40",
}
BEN = {"mrn": "7002", "family_name": "Ito", "born": "1999-12-01"}


@pytest.fixture
def clinic() -> Clinic:
    return world.clinic()


class Desk:
    """The command at one clinic, with files made of rows."""

    def __init__(self, folder: Path, clinic: Clinic) -> None:
        self.path, self.clinic = folder / "patients.csv", clinic

    def write(
        self, *rows: dict[str, str], header: tuple[str, ...] = COLUMNS, mark: bool = False
    ) -> None:
        text = StringIO()
        writer = csv.DictWriter(text, header, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        self.path.write_text(text.getvalue(), "utf-8-sig" if mark else "utf-8")

    def run(self, *options: str) -> dict[str, Any]:
        """The JSON answer of a run that succeeds."""
        out = StringIO()
        call_command(
            "import_patients", str(self.path), "--clinic", self.clinic.slug, "--json", *options,
            stdout=out, stderr=StringIO(),
        )  # fmt: skip
        return json.loads(out.getvalue())

    def refused(self) -> tuple[int, str, dict[str, Any]]:
        """Exit code, the line on standard error and the JSON of a run that fails."""
        out = StringIO()
        with pytest.raises(CommandError) as caught:
            call_command(
                "import_patients", str(self.path), "--clinic", self.clinic.slug, "--json",
                stdout=out, stderr=StringIO(),
            )  # fmt: skip
        said = out.getvalue()
        return caught.value.returncode, str(caught.value), json.loads(said) if said else {}


@pytest.fixture
def desk(tmp_path: Path, clinic: Clinic) -> Desk:
    return Desk(tmp_path, clinic)


def test_a_running_course_is_taken_over_with_everything_the_row_says(desk: Desk) -> None:
    desk.write(ANA)

    assert desk.run() == {
        "file": str(desk.path), "rows": 1, "created": 1, "skipped": 0, "errors": []
    }  # fmt: skip

    patient = Patient.objects.get()
    assert (patient.full_name, patient.born, patient.mrn) == (
        "Ana Rivera",
        date(2004, 2, 29),
        "7001",
    )
    assert {(p.channel, p.address) for p in ContactPoint.objects.all()} == {
        ("sms", "+12025550143"),
        ("email", "ana@example.org"),
    }
    course = Course.objects.get()
    assert (course.programme, course.started_on) == ("us-ipledge", STARTED)
    assert Enrolment.objects.get().category == "fcp"
    assert [int(mg) for mg in DoseStep.objects.get().pattern] == [40]
    assert CourseStanding.objects.get().phase == "active"
    assert Event.objects.filter(kind="patients.imported").count() == 1


def test_nothing_falls_due_and_nothing_is_sent_for_the_past(desk: Desk) -> None:
    before = datetime.now(tz=UTC)
    desk.write(ANA)
    desk.run()

    today = Course.objects.get().due_from
    assert today is not None
    assert all(item.due_on >= today for item in DueItem.objects.all())
    assert DueItem.objects.exists()
    start_of_day = before - timedelta(hours=30)
    assert all(message.send_after >= start_of_day for message in Message.objects.all())


def test_a_patient_without_a_course_is_only_a_patient(desk: Desk) -> None:
    desk.write(BEN)

    assert desk.run()["created"] == 1
    assert Patient.objects.get().family_name == "Ito"
    assert not Course.objects.exists()


def test_columns_may_stand_in_any_order_and_the_file_may_begin_with_a_mark(desk: Desk) -> None:
    desk.write(ANA, BEN, header=tuple(reversed(COLUMNS)), mark=True)

    assert desk.run()["created"] == 2


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ((*COLUMNS, "nickname"), "'nickname': unknown column"),
        (COLUMNS[:-1], "column lab_schedule: missing"),
        ((*COLUMNS, "mrn"), "column mrn: named twice"),
    ],
)
def test_a_wrong_header_is_not_understood(desk: Desk, header: tuple[str, ...], words: str) -> None:
    desk.write(ANA, header=header)

    code, line, _ = desk.refused()

    assert code == 2
    assert words in line
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"mrn,\xff\xfe\x00", "UTF-8"), (b'mrn,"born\n', "")],
)
def test_a_file_that_is_no_table_is_not_understood(desk: Desk, content: bytes, words: str) -> None:
    desk.path.write_bytes(content)

    code, line, answer = desk.refused()

    assert code == 2
    assert words in line
    assert answer["errors"]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("mrn", ""),
        ("mrn", "x" * 41),
        ("born", "2004-02-30"),
        ("born", "29/02/2004"),
        ("born", "2999-01-01"),
        ("born", "1890-01-01"),
        ("sex", "f"),
        ("category", "FCP"),
        ("email", "ana.example.org"),
        ("phone", "12"),
        ("timezone", "America/Gotham"),
        ("country", "usa"),
        ("programme", "ipledge"),
        ("weight_kg", "19.9"),
        ("weight_kg", "351"),
        ("weight_kg", "NaN"),
        ("started_on", "2999-01-01"),
        ("daily_mg", "0.4"),
        ("daily_mg", ""),
        ("lab_schedule", "weekly"),
    ],
)
def test_a_bad_cell_is_named_by_line_and_column_and_no_row_is_stored(
    desk: Desk, column: str, cell: str
) -> None:
    desk.write(BEN, {**ANA, column: cell})

    code, line, answer = desk.refused()

    assert code == 2
    assert f"line 3, column {column}: " in line
    assert "Nothing was stored" in line
    assert [(error["line"], error["column"]) for error in answer["errors"]] == [(3, column)]
    assert answer["created"] == 0
    assert not Patient.objects.exists()


def test_a_problem_never_repeats_the_cell(desk: Desk) -> None:
    desk.write({**ANA, "email": "secret words here"})

    _, line, answer = desk.refused()

    assert "secret" not in line + json.dumps(answer)


def test_every_problem_of_the_file_is_listed(desk: Desk) -> None:
    desk.write({**ANA, "born": "x", "sex": "x"}, BEN, {**BEN, "mrn": "7002"})

    _, line, answer = desk.refused()

    assert answer["rows"] == 3
    assert [(error["line"], error["column"]) for error in answer["errors"]] == [
        (2, "born"),
        (2, "sex"),
        (4, "mrn"),
    ]
    assert "2 more" in line


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"given_name": "", "family_name": ""}, "family_name"),
        ({"programme": ""}, "programme"),
        ({"started_on": "2004-02-28"}, "started_on"),
    ],
)
def test_cells_that_contradict_each_other_are_refused(
    desk: Desk, changes: dict[str, str], column: str
) -> None:
    desk.write({**ANA, **changes})

    code, _, answer = desk.refused()

    assert code == 2
    assert answer["errors"][0]["column"] == column


def test_a_row_with_more_cells_than_columns_is_refused(desk: Desk) -> None:
    desk.write(ANA)
    desk.path.write_text(desk.path.read_text("utf-8").rstrip() + ",extra\n", "utf-8")

    code, line, _ = desk.refused()

    assert code == 2
    assert "line 2: more cells" in line


def test_the_same_file_again_skips_every_row(desk: Desk) -> None:
    desk.write(ANA, BEN)
    desk.run()

    again = desk.run()

    assert (again["created"], again["skipped"]) == (0, 2)
    assert Patient.objects.count() == 2


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("family_name", "Riviera"),
        ("born", "2004-02-28"),
        ("email", "other@example.org"),
        ("started_on", (STARTED - timedelta(days=1)).isoformat()),
        ("category", "ncp"),
        ("daily_mg", "60"),
        ("weight_kg", "70"),
    ],
)
def test_a_number_of_somebody_else_refuses_the_file(desk: Desk, column: str, cell: str) -> None:
    desk.write(ANA)
    desk.run()
    desk.write({**ANA, column: cell}, BEN)

    code, line, answer = desk.refused()

    assert code == 1
    assert f"line 2, column {column}: differs" in line
    assert answer["errors"][0]["column"] == column
    assert Patient.objects.count() == 1


def test_the_same_number_in_another_clinic_is_another_patient(desk: Desk, tmp_path: Path) -> None:
    desk.write(ANA)
    desk.run()
    desk.clinic = world.clinic()

    assert desk.run()["created"] == 1


def test_a_dry_run_stores_nothing_and_still_refuses(desk: Desk) -> None:
    desk.write(ANA)

    assert desk.run("--dry-run")["created"] == 1
    assert not Patient.objects.exists()
    assert not Event.objects.filter(kind="patients.imported").exists()


def test_an_unknown_clinic_or_file_is_not_understood(desk: Desk) -> None:
    code, line, _ = desk.refused()
    assert code == 2
    assert "No such file" in line

    desk.write(ANA)
    desk.clinic.slug = "nowhere"
    code, line, _ = desk.refused()
    assert (code, "nowhere" in line) == (2, True)

"""Results as CSV rows: one entry per patient and accession, bad rows by themselves."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.intake import csv_rows
from monitoring.intake.report import (
    Disposition,
    IncomingLine,
    IncomingReport,
    Rejected,
    ResultStatus,
)
from tests.monitoring.intake.csv_files import GOOD, HEADER, read, row


def only_line(**changes: str) -> IncomingLine:
    (entry,) = read(row(**changes))
    assert isinstance(entry, IncomingReport), entry
    (line,) = entry.lines
    return line


def test_a_row_is_a_result_of_one_patient_and_accession() -> None:
    (entry,) = read(row(), row(analyte="triglycerides", value="<90", unit="mg/dL", low=""))

    assert isinstance(entry, IncomingReport)
    assert (entry.patient.identifiers[0].value, entry.patient.born) == (
        "MRN-7001",
        date(2004, 2, 10),
    )
    assert entry.control_id == "ACC-1"
    assert [(line.analyte, line.comparator, line.value) for line in entry.lines] == [
        ("alt", "", "83"),
        ("triglycerides", "<", "90"),
    ]
    assert (entry.lines[0].low, entry.lines[0].high) == ("7", "56")


def test_patients_and_accessions_are_kept_apart() -> None:
    entries = read(row(), row(accession="ACC-2"), row(patient_id="MRN-2"), row(value="84"))

    assert [len(entry.lines) for entry in entries if isinstance(entry, IncomingReport)] == [2, 1, 1]


def test_columns_may_come_in_any_order() -> None:
    names = list(reversed(HEADER.split(",")))
    (entry,) = read(",".join(GOOD[name] for name in names), header=",".join(names))

    assert isinstance(entry, IncomingReport)
    assert entry.lines[0].value == "83"


@pytest.mark.parametrize(
    ("changes", "disposition", "why"),
    [
        ({}, Disposition.STORED, ""),
        ({"analyte": "Triglyzeride", "unit": "mg/dl"}, Disposition.STORED, ""),
        ({"analyte": "hcg", "value": "negative", "unit": ""}, Disposition.STORED, ""),
        ({"unit": ""}, Disposition.PENDING, "no unit"),
        ({"collected": ""}, Disposition.PENDING, "no collection date"),
        ({"collected": "02/11/2026"}, Disposition.PENDING, "cannot be read as a day"),
        ({"collected": "2026-11-23"}, Disposition.PENDING, "in the future"),
        ({"analyte": "zinc"}, Disposition.PENDING, "not in the code map"),
        ({"analyte": "1742-6"}, Disposition.PENDING, "not in the code map"),
        ({"status": "preliminary"}, Disposition.PENDING, "preliminary"),
        ({"status": ""}, Disposition.PENDING, "preliminary"),
        ({"value": "haemolysed"}, Disposition.UNGRADED, "text"),
        ({"value": "-3"}, Disposition.PENDING, "not plausible"),
    ],
)
def test_rows_wait_for_the_same_reasons_as_messages(
    changes: dict[str, str], disposition: Disposition, why: str
) -> None:
    line = only_line(**changes)

    assert line.disposition is disposition
    assert why in line.why


@pytest.mark.parametrize("status", list(ResultStatus))
def test_status_is_one_of_our_own_words(status: ResultStatus) -> None:
    assert only_line(status=status.value).status is status


@pytest.mark.parametrize(("cell", "fasting"), [("true", True), ("false", False), ("", None)])
def test_fasting_is_true_false_or_unknown(cell: str, fasting: bool | None) -> None:
    assert only_line(fasting=cell).fasting is fasting


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(born="10.02.2004"), "line 3, column born"),
        (row(fasting="maybe"), "line 3, column fasting"),
        (row(low="x"), "line 3, column low"),
        (row(high='"1,400"'), "line 3, column high"),
        (row() + ",more", "line 3, column accession"),
        ("MRN-7001,2004-02-10", "line 3, column collected"),
    ],
)
def test_a_bad_row_is_rejected_by_line_and_column_and_stops_nothing(bad: str, reason: str) -> None:
    rejected, good = read(row(), bad, row(value="84"))

    assert isinstance(rejected, Rejected)
    assert reason in rejected.reason
    assert isinstance(good, IncomingReport)
    assert [line.value for line in good.lines] == ["83", "84"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([HEADER], "no rows"),
        ([row()], "line 1: the header lacks patient_id"),
        ([HEADER.replace(",", "|"), row()], "separated by commas"),
        ([HEADER.replace(",", ";"), row()], "has 1 cells instead of 11"),
        ([HEADER + ",extra", row() + ",x"], "not known"),
        ([HEADER, '"MRN'], "cannot be read as CSV"),
        ([HEADER, "x" * 200_000], "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_not_this_csv_says_why(lines: list[str], reason: str) -> None:
    (entry,) = read(*lines[1:], header=lines[0])

    assert isinstance(entry, Rejected)
    assert reason in entry.reason
    assert "MRN-7001" not in entry.reason


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_spreadsheet_with_decimal_commas_is_read_by_its_header(delimiter: str) -> None:
    sent = row(value="VALUE", high="HIGH").replace(",", delimiter)
    sent = sent.replace("VALUE", "83,5").replace("HIGH", '"56,5"')
    (entry,) = read(sent, header=HEADER.replace(",", delimiter))

    assert isinstance(entry, IncomingReport)
    assert [(line.value, line.high) for line in entry.lines] == [("83.5", "56.5")]


def test_patient_without_identifier_stays_nobody() -> None:
    (entry,) = read(row(patient_id=""))

    assert entry.patient.identifiers == ()


@given(st.binary(max_size=300))
def test_no_bytes_make_the_csv_reader_fail(data: bytes) -> None:
    for start in (b"", HEADER.encode() + b"\n", (HEADER + "\n" + row() + "\n").encode()):
        entries = csv_rows.read(
            start + data, file="", zone=ZoneInfo("UTC"), as_of=date(2026, 11, 22)
        )
        assert entries


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), st.text("0123456789.,<>=-+eE ", max_size=9)))
def test_no_number_like_cell_makes_the_csv_reader_fail(cells: dict[str, str]) -> None:
    quoted = {name: f'"{cell}"' for name, cell in cells.items()}

    assert read(row(**quoted))

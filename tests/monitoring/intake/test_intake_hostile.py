"""Hostile and broken uploads: bounded in time and memory, and always answered (AT-28, AT-38)."""

from __future__ import annotations

import io
import time
import tracemalloc
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring import lab_files
from monitoring.intake.report import Entry, IncomingReport, Rejected
from tests.monitoring.intake import csv_files, fhir_files
from tests.monitoring.intake.messages import OBR, PID, message, obx

MEGABYTE = 1024 * 1024
HL7 = message(PID, OBR, obx())
FHIR = fhir_files.json.dumps(fhir_files.bundle(fhir_files.patient(), fhir_files.observation()))
CSV = "\n".join([csv_files.HEADER, csv_files.row(), csv_files.row(analyte="ast")])


class Flood:
    """A stream that says its beginning once and then repeats itself for `size` bytes."""

    def __init__(self, beginning: bytes, again: bytes, size: int) -> None:
        self.beginning, self.again, self.left = beginning, again, size
        self.given = 0

    def read(self, size: int = -1, /) -> bytes:
        if self.beginning:
            first, self.beginning = self.beginning, b""
            return first
        assert size > 0, "a stream is never read whole"
        count = min(size, self.left)
        self.left -= count
        self.given += count
        return (self.again * (count // len(self.again) + 1))[:count]


def entries(data: bytes | Flood) -> list[Entry]:
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    parts = lab_files.messages(stream, file="a", zone=ZoneInfo("UTC"), as_of=date(2026, 11, 22))
    return [entry for _, found in parts for entry in found]


@pytest.mark.parametrize(
    "data",
    [
        HL7.replace(b"Example^Ada", b"E" * MEGABYTE),
        HL7.replace(b"Example^Ada", b"^" * MEGABYTE),
        HL7.replace(b"^ALT^", b"^" + b"alt " * (MEGABYTE // 4) + b"^"),
        HL7.replace(b"|83|", b"|" + b"8" * MEGABYTE + b"|"),
        HL7.replace(b"|83|", b"|" + b"\\" * MEGABYTE + b"|"),
        HL7.replace(b"7-56", b"7" + b" " * MEGABYTE + b"- x"),
        HL7 + (obx() + "\r").encode() * 10_000,
        b'{"resourceType": "Bundle", "type": "collection", "entry":' + b"[" * MEGABYTE,
        b'{"a":' * 100_000,
        csv_files.HEADER.encode() + b"\n" + b"9" * MEGABYTE,
    ],
    ids=["name", "separators", "code", "digits", "escapes", "range", "segments", "list", "object",
         "cell"],
)  # fmt: skip
def test_a_huge_piece_is_answered_quickly(data: bytes) -> None:
    began = time.perf_counter()
    found = entries(data)
    assert time.perf_counter() - began < 3
    assert found
    for entry in found:
        assert (
            isinstance(entry, Rejected)
            or entry.lines[0].disposition != "stored"
            or (entry.lines[0].value == "83")
        )


@pytest.mark.parametrize(
    ("beginning", "again", "reason"),
    [
        (HL7, (obx() + "\r").encode(), "longer than"),
        (b'{"resourceType": "Bundle", "entry": [', b'{"a": 1},', "larger than"),
        (csv_files.HEADER.encode() + b"\n", csv_files.row().encode() + b"\n", "larger than"),
    ],
    ids=["hl7", "fhir", "csv"],
)
def test_a_file_of_a_hundred_megabytes_is_refused_in_little_memory(
    beginning: bytes, again: bytes, reason: str
) -> None:
    flood = Flood(beginning, again, (30 if beginning is HL7 else 100) * MEGABYTE)
    tracemalloc.start()
    try:
        (entry,) = entries(flood)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(entry, Rejected)
    assert reason in entry.reason
    assert peak < 25 * MEGABYTE


@pytest.mark.parametrize(
    "mark", [b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07"]
)
def test_an_archive_is_refused_by_name_and_never_opened(mark: bytes) -> None:
    (entry,) = entries(mark + b"../../evil.hl7\r" + HL7)
    assert isinstance(entry, Rejected)
    assert "archive" in entry.reason


@pytest.mark.parametrize("cell", ["=1+1", "+SUM(A1)", "@cmd|' /C calc'!A0", "-2+3", "\t=1"])
def test_a_formula_is_text_like_any_other(cell: str) -> None:
    found = csv_files.read(csv_files.row(value=cell), csv_files.row(patient_id=cell))
    assert all(isinstance(entry, IncomingReport) for entry in found)
    first, second = found
    assert isinstance(first, IncomingReport)
    assert isinstance(second, IncomingReport)
    assert first.lines[0].disposition in ("ungraded", "pending")
    assert second.patient.identifiers[0].value == cell.strip()


@settings(max_examples=60, deadline=None)
@given(
    original=st.sampled_from([HL7, FHIR.encode(), CSV.encode(), HL7.decode().encode("utf-16")]),
    cut=st.floats(0, 1),
    splash=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), max_size=4),
)
def test_garbled_bytes_always_give_an_entry_with_a_reason(
    original: bytes, cut: float, splash: list[tuple[float, bytes]]
) -> None:
    data = original[: round(len(original) * cut)]
    for place, bytes_ in splash:
        at = round(len(data) * place)
        data = data[:at] + bytes_ + data[at + len(bytes_) :]
    found = entries(data)
    assert found
    for entry in found:
        if isinstance(entry, Rejected):
            assert entry.reason
        else:
            assert all(line.why for line in entry.lines if line.disposition == "pending")

"""Whatever file is handed in, it gives entries or a reason in plain words."""

from __future__ import annotations

import io
import json
import time
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.intake import detect
from monitoring.intake.report import Entry, Format, IncomingReport, Rejected
from tests.monitoring.intake.csv_files import HEADER, row
from tests.monitoring.intake.fhir_files import observation
from tests.monitoring.intake.messages import OBR, PID, message, msh, obx

HL7 = message(PID, OBR, obx())
FHIR = json.dumps(observation()).encode()
CSV = f"{HEADER}\n{row()}\n".encode()


def read(data: bytes, wire: Format | None = None) -> list[Entry]:
    return list(
        detect.read_stream(
            io.BytesIO(data),
            file="a",
            zone=ZoneInfo("America/New_York"),
            as_of=date(2026, 11, 22),
            wire=wire,
        )
    )


@pytest.mark.parametrize(
    ("data", "wire"),
    [
        (HL7, Format.HL7V2),
        (b"\xef\xbb\xbf" + HL7, Format.HL7V2),
        (b"\r\n\x0b" + HL7 + b"\x1c\r", Format.HL7V2),
        (b"FHS|^~\\&|L\r" + HL7, Format.HL7V2),
        (HL7.decode().encode("utf-16"), Format.HL7V2),
        (FHIR, Format.FHIR),
        (b"\xef\xbb\xbf\n " + FHIR, Format.FHIR),
        (FHIR.decode().encode("utf-16"), Format.FHIR),
        (CSV, Format.CSV),
        (CSV.decode().encode("utf-8-sig"), Format.CSV),
    ],
)
def test_the_format_is_found_by_the_content(data: bytes, wire: Format) -> None:
    (entry,) = read(data)

    assert isinstance(entry, IncomingReport), entry
    assert entry.format is wire
    assert entry.lines[0].analyte == "alt"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\x00\x1a", "empty"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"PK\x03\x04", "ZIP"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"<Bundle xmlns='http://hl7.org/fhir'/>", "XML"),
        (b"\x01\x00\x02\x00binary", "binary"),
        (b"Dear colleague, the ALT was 83.", "neither HL7 v2 nor FHIR JSON nor CSV"),
        (b"MSHello world", "neither HL7 v2"),
    ],
)
def test_anything_else_is_rejected_in_plain_words(data: bytes, reason: str) -> None:
    (entry,) = read(data)

    assert isinstance(entry, Rejected)
    assert reason in entry.reason


@pytest.mark.parametrize("wire", list(Format))
@pytest.mark.parametrize("data", [b"", b"\n", b"hello", b"\x00\x01", HL7, FHIR, CSV])
def test_a_named_format_always_gives_an_answer(data: bytes, wire: Format) -> None:
    assert read(data, wire)


def test_json_and_csv_beyond_the_limit_are_not_read_whole() -> None:
    for start in (b"{", HEADER.encode() + b"\n"):
        (entry,) = read(start + b" " * (detect.FILE_LIMIT + 1))
        assert isinstance(entry, Rejected)
        assert "send it in parts" in entry.reason


def test_reading_time_grows_with_the_messages_and_no_faster() -> None:
    results = [obx(value=str(20 + number), number=number) for number in range(1, 10)]
    data = b"".join(message(PID, OBR, *results, header=msh(str(n))) for n in range(300))

    started = time.process_time()
    entries = read(data)

    assert len(entries) == 300
    assert time.process_time() - started < 4


@given(st.binary(max_size=300), st.sampled_from([None, *Format]))
def test_every_file_gives_at_least_one_entry(data: bytes, wire: Format | None) -> None:
    entries = read(data, wire)

    assert entries
    assert all(entry.reason for entry in entries if isinstance(entry, Rejected))

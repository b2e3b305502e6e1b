"""Reading laboratory messages, before anything is matched or stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from benchmarks.measures import Measure, rate
from monitoring.intake import hl7v2
from monitoring.intake.report import IncomingReport

TODAY = date(2026, 11, 22)
RESULTS = (
    ("1742-6^Alanine aminotransferase^LN", "31", "U/L", "7-56"),
    ("1920-8^Aspartate aminotransferase^LN", "24", "U/L", "10-40"),
    ("2571-8^Triglycerides^LN", "148", "mg/dL", "<150"),
    ("2093-3^Cholesterol^LN", "181", "mg/dL", "<200"),
    ("2085-9^HDL cholesterol^LN", "52", "mg/dL", ">40"),
)


def message() -> bytes:
    """One report of five results for an invented patient."""
    lines = [
        r"MSH|^~\&|LAB|BENCH|ISOTRACK|CLINIC|20261120093000||ORU^R01|BENCH-1|P|2.5.1",
        "PID|1||BENCH-1^^^CLINIC^MR||Example^Ada||19980517|F",
        "OBR|1||F-1|24331-1^Lipid 1996 panel^LN|||20261119080000",
    ]
    lines += [
        f"OBX|{number}|NM|{code}||{value}|{unit}|{span}||||F"
        for number, (code, value, unit, span) in enumerate(RESULTS, 1)
    ]
    return "\r".join([*lines, ""]).encode()


def measures() -> Iterator[Measure]:
    """One message of five results, read to the end."""
    data, zone = message(), ZoneInfo("America/New_York")
    (entry,) = hl7v2.read(data, file="bench.hl7", zone=zone, as_of=TODAY)
    if not isinstance(entry, IncomingReport) or len(entry.lines) != len(RESULTS):
        raise SystemExit(f"the benchmark's own message was not read: {entry}")
    yield rate(
        "read an HL7 message of five results",
        lambda: hl7v2.read(data, file="bench.hl7", zone=zone, as_of=TODAY),
        note="monitoring.intake",
    )

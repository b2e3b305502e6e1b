"""Fictional HL7 v2 messages, told in one call each."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from monitoring.intake import hl7v2
from monitoring.intake.report import Entry, IncomingLine, IncomingReport

CLINIC = ZoneInfo("America/New_York")
TODAY = date(2026, 11, 22)
PID = "PID|1||MRN-7001^^^CLINIC^MR||Example^Ada||20040210|F||2106-3^White^HL70005"
OBR = "OBR|1|ORD-1|ACC-1|24325-3^Hepatic panel^LN|||20261102081500-0500"


def msh(
    control_id: str = "182", kind: str = "ORU^R01", version: str = "2.5.1", charset: str = ""
) -> str:
    return (
        f"MSH|^~\\&|LAB|NORTH|CLINIC|DERM|20261103||{kind}|{control_id}|P|{version}||||||{charset}"
    )


def obx(
    code: str = "1742-6^ALT^LN",
    value: str = "83",
    unit: str = "U/L",
    limits: str = "7-56",
    *,
    kind: str = "NM",
    flag: str = "H",
    status: str = "F",
    observed: str = "",
    number: int = 1,
) -> str:
    return f"OBX|{number}|{kind}|{code}||{value}|{unit}|{limits}|{flag}|||{status}|||{observed}"


def message(*segments: str, header: str | None = None, end: str = "\r") -> bytes:
    return (end.join([header or msh(), *segments]) + end).encode()


def read(data: bytes) -> tuple[Entry, ...]:
    return hl7v2.read(data, file="a.hl7", zone=CLINIC, as_of=TODAY)


def only_report(data: bytes) -> IncomingReport:
    (entry,) = read(data)
    assert isinstance(entry, IncomingReport), entry
    return entry


def only_line(*results: str, order: str = OBR) -> IncomingLine:
    """The line of a message with one patient, one order and the given OBX (and other) segments."""
    (line,) = only_report(message(PID, order, *results)).lines
    return line

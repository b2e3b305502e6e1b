"""Fictional CSV rows, told in one call each."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from monitoring.intake import csv_rows
from monitoring.intake.report import Entry

HEADER = "patient_id,born,collected,analyte,value,unit,low,high,fasting,status,accession"
GOOD = {
    "patient_id": "MRN-7001",
    "born": "2004-02-10",
    "collected": "2026-11-02",
    "analyte": "alt",
    "value": "83",
    "unit": "U/L",
    "low": "7",
    "high": "56",
    "fasting": "",
    "status": "final",
    "accession": "ACC-1",
}


def row(**changes: str) -> str:
    return ",".join((GOOD | changes)[name] for name in HEADER.split(","))


def read(*rows: str, header: str = HEADER) -> tuple[Entry, ...]:
    data = "\n".join([header, *rows]).encode()
    return csv_rows.read(data, file="a.csv", zone=ZoneInfo("UTC"), as_of=date(2026, 11, 22))

"""Fictional FHIR resources, told in one call each."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.intake import fhir
from monitoring.intake.report import Entry, IncomingLine, IncomingReport

Json = dict[str, Any]
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
TODAY = date(2026, 11, 22)
DELETE = object()


def changed(resource: Json, changes: Json) -> Json:
    merged = resource | changes
    return {key: value for key, value in merged.items() if value is not DELETE}


def observation(name: str = "alt-1", **changes: Any) -> Json:
    resource = {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "1742-6", "display": "ALT"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-11-02T08:15:00-05:00",
        "valueQuantity": {"value": 83, "unit": "U/L", "system": UCUM, "code": "U/L"},
        "referenceRange": [{"low": {"value": 7}, "high": {"value": 56}}],
    }
    return changed(resource, changes)


def patient(name: str = "p1", mrn: str = "MRN-7001", **changes: Any) -> Json:
    resource = {
        "resourceType": "Patient",
        "id": name,
        "identifier": [{"system": "urn:clinic", "value": mrn}],
        "name": [{"family": "Example", "given": ["Ada"]}],
        "birthDate": "2004-02-10",
    }
    return changed(resource, changes)


def report(*results: str, **changes: Any) -> Json:
    resource = {
        "resourceType": "DiagnosticReport",
        "id": "dr-1",
        "identifier": [{"value": "ACC-1"}],
        "status": "final",
        "code": {"text": "Panel"},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-11-01",
        "issued": "2026-11-20T10:00:00Z",
        "performer": [{"display": "North Laboratory"}],
        "result": [{"reference": each} for each in results],
    }
    return changed(resource, changes)


def bundle(*resources: Json, kind: str = "collection", **changes: Any) -> Json:
    return {
        "resourceType": "Bundle",
        "id": "b-1",
        "type": kind,
        "entry": [{"resource": each} for each in resources],
        **changes,
    }


def read(content: Json | bytes, zone: str = "America/New_York") -> tuple[Entry, ...]:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return fhir.read(data, file="a.json", zone=ZoneInfo(zone), as_of=TODAY)


def only_report(content: Json | bytes) -> IncomingReport:
    (entry,) = read(content)
    assert isinstance(entry, IncomingReport), entry
    return entry


def only_line(content: Json | bytes) -> IncomingLine:
    (line,) = only_report(content).lines
    return line


def coded(code: str, system: str = LOINC, display: str = "", text: str = "") -> Json:
    slot = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [slot]} | ({"text": text} if text else {})

"""Answers that come as codes: positive, negative and in between, by code and system (§6)."""

from __future__ import annotations

SNOMED = {
    "260385009": "negative",
    "10828004": "positive",
    "82334004": "indeterminate",
    "280414007": "indeterminate",
    "250425007": "negative",
    "250423000": "positive",
    "250426008": "indeterminate",
    "60001007": "negative",
    "77386006": "positive",
    "260415000": "negative",
    "260373001": "positive",
    "419984006": "indeterminate",
}
HL7 = {"NEG": "negative", "ND": "negative", "NR": "negative",
       "POS": "positive", "DET": "positive", "RR": "positive",
       "IND": "indeterminate", "E": "indeterminate"}  # fmt: skip
LOINC_ANSWERS = {
    "LA6577-6": "negative",
    "LA6576-8": "positive",
    "LA9663-1": "indeterminate",
    "LA11884-6": "indeterminate",
}
SYSTEMS = {
    "http://snomed.info/sct": SNOMED,
    "sct": SNOMED,
    "snomed-ct": SNOMED,
    "2.16.840.1.113883.6.96": SNOMED,
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "http://terminology.hl7.org/codesystem/v3-observationinterpretation": HL7,
    "http://hl7.org/fhir/v2/0078": HL7,
    "hl70078": HL7,
    "http://loinc.org": LOINC_ANSWERS,
    "ln": LOINC_ANSWERS,
}


def presence_by_code(code: str, system: str) -> str:
    """negative, positive or indeterminate if the code says so in its own system, else ""."""
    return SYSTEMS.get(system.strip().lower(), {}).get(code.strip(), "")

"""Who a FHIR result is about: the Patient of the file, or what a reference to one says."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

from monitoring.intake.dates import read_birth_date
from monitoring.intake.fhir_resources import Library, Resource, tail, text_of
from monitoring.intake.report import PatientHints, PatientIdentifier

NOBODY = ("nobody",)
# A conditional reference, as transactions use it.
_BY_IDENTIFIER = re.compile(r"Patient\?identifier=(?:(?P<system>[^|]*)\|)?(?P<value>[^|&]+)")


def patient_of(reference: Any, of: Resource, library: Library) -> tuple[Hashable, PatientHints]:
    target = library.follow(reference, of)
    if target is not None:
        return ("resource", id(target)), _hints(target)
    identifier = reference.identifier
    if identifier is not None and (value := text_of(identifier.value)):
        authority = text_of(identifier.system)
        return ("identifier", authority, value), PatientHints(
            (PatientIdentifier(value, authority),)
        )
    named = text_of(reference.reference)
    if searched := _BY_IDENTIFIER.fullmatch(named):
        authority, value = searched["system"] or "", searched["value"]
        return ("identifier", authority, value), PatientHints(
            (PatientIdentifier(value, authority),)
        )
    named = tail(named)
    kind, _, value = named.rpartition("/")
    if kind not in ("", "Patient") or not value or value.startswith("#"):
        return NOBODY, PatientHints()
    value = value.removeprefix("urn:uuid:")
    return ("reference", value), PatientHints((PatientIdentifier(value),))


def _hints(patient: Resource) -> PatientHints:
    """Identifiers in use, whole birth date and official name of a Patient; nothing if not valid."""
    model = patient.model
    if patient.kind != "Patient" or model is None or patient.unclear:
        return PatientHints()
    identifiers = tuple(
        PatientIdentifier(value, text_of(each.system))
        for each in model.identifier or ()
        if (value := text_of(each.value)) and each.use != "old"
    )
    names = sorted(model.name or (), key=lambda each: each.use != "official")
    name = names[0] if names else None
    given = (name.given or [""])[0] if name else ""
    return PatientHints(
        identifiers,
        read_birth_date(str(model.birthDate or "")),
        text_of(name.family) if name else "",
        text_of(given),
    )

"""A laboratory's system: it holds a token, posts messages, and reads acknowledgements."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

from monitoring.actions import lab_tokens
from people.models import Clinic, Patient, User
from people.permissions import Role
from tests import world
from tests.monitoring.intake import messages

HL7 = "/api/v1/labs/hl7v2"
FHIR = "/api/v1/labs/fhir"
BORN = date(2004, 2, 10)


def now() -> datetime:
    """The door goes by the database's clock, so its tests live in the present."""
    return datetime.now(tz=UTC)


def patient_of(clinic: Clinic) -> Patient:
    """The patient whom the fictional messages are about."""
    return world.patient(clinic, mrn="MRN-7001", born=BORN)


def administrator(clinic: Clinic) -> User:
    return world.staff(clinic, Role.ADMINISTRATOR)


def issued(clinic: Clinic, label: str = "Riverside", **options: Any) -> lab_tokens.Issued:
    return lab_tokens.issue(clinic, label=label, by=administrator(clinic), now=now(), **options)


def message(control_id: str = "182", *, mrn: str = "MRN-7001", value: str = "83") -> bytes:
    pid = messages.PID.replace("MRN-7001", mrn)
    header = messages.msh(control_id)
    return messages.message(pid, messages.OBR, messages.obx(value=value), header=header)


def post(
    body: bytes,
    token: str | None,
    *,
    to: str = HL7,
    content_type: str = "application/hl7-v2",
    **headers: str,
) -> HttpResponse:
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    # As it stands: the test client's own ``post`` writes the body anew in the named character set.
    return Client().generic("POST", to, body, headers=headers, CONTENT_TYPE=content_type)


def post_fhir(resource: object, token: str) -> HttpResponse:
    body = resource if isinstance(resource, bytes) else json.dumps(resource).encode()
    return post(body, token, to=FHIR, content_type="application/fhir+json")


def segments(ack: bytes) -> list[list[str]]:
    """The fields of each segment; MSH-n is at n - 1."""
    return [line.split("|") for line in ack.decode().split("\r") if line]


def codes(ack: bytes) -> list[tuple[str, str]]:
    """MSA-1 and MSA-2 of each acknowledgement."""
    return [(each[1], each[2]) for each in segments(ack) if each[0] == "MSA"]

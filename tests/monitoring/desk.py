"""Messages as they reach the laboratory desk, and what came of them."""

from __future__ import annotations

import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

from courses.models import Course
from monitoring import lab_files
from monitoring.actions import results as arriving
from monitoring.models import (
    Escalation,
    LabReport,
    Observation,
)
from monitoring.queries import code_maps as meanings
from people.models import Clinic, Patient
from tests import world
from tests.monitoring.intake import messages
from tests.world import NOW, TODAY

LOCAL = "4711^Transaminase P^L"


def send(clinic: Clinic, *segments: str, control_id: str = "1", now: datetime = NOW) -> LabReport:
    """A message as it comes in today, read with the clinic's code map."""
    raw = messages.message(*segments, header=messages.msh(control_id))
    (part,) = lab_files.messages(
        io.BytesIO(raw),
        file="a.hl7",
        zone=ZoneInfo(clinic.timezone),
        as_of=TODAY,
        code_map=meanings.code_map_of(clinic.pk),
    )
    origin = arriving.Origin(clinic, "upload", "a.hl7")
    arriving.receive(*part, origin=origin, by=world.BY, now=now)
    return LabReport.objects.get(clinic=clinic, message__control_id=control_id)


def foreign(patient: Patient, number: str = "LAB-9", *, born: date | None = None) -> str:
    """The PID of a laboratory that knows the patient by a number of its own."""
    on = born or patient.born
    return f"PID|1||{number}^^^LAB^PI||{patient.family_name}^{patient.given_name}||{on:%Y%m%d}|F"


def held(**line: str) -> str:
    """A value that no clinic believes: 1.4 mg/dL of triglycerides."""
    told = {"code": "2571-8^TG^LN", "value": "1.4", "unit": "mg/dL", "limits": "", **line}
    return messages.obx(**told)


def in_force(patient: Patient) -> Observation:
    return Observation.objects.get(specimen__patient=patient, current=True)


def concerns(course: Course) -> set[str]:
    open_ones = Escalation.objects.filter(course=course, closed_at__isnull=True)
    return set(open_ones.values_list("kind", flat=True))

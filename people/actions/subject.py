"""How every action on a patient speaks to the trail."""

from datetime import datetime

from audit import trail
from audit.kinds import Kind
from people.models import Patient


def record(
    kind: Kind, patient: Patient, *, by: trail.Actor, now: datetime, **detail: object
) -> None:
    """One event about a patient, with the clinic."""
    trail.record(
        kind,
        by=by,
        subject=patient.audit_id,
        now=now,
        clinic=patient.clinic.slug,
        patient=patient.public_id,
        **detail,
    )

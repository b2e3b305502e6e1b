"""How every action on a patient or a guardian finds them and speaks to the trail."""

from datetime import datetime

from audit import trail
from audit.kinds import Kind
from people.models import Guardian, Patient


def locked(patient: Patient) -> Patient:
    """The patient's row with the clinic, held until the transaction ends."""
    rows = Patient.objects.select_for_update(of=("self",)).select_related("clinic")
    return rows.get(pk=patient.pk)


def record(
    kind: Kind, person: Patient | Guardian, *, by: trail.Actor, now: datetime, **detail: object
) -> None:
    """One event about somebody, with the clinic; a patient's is found among the patient's."""
    trail.record(
        kind,
        by=by,
        subject=person.audit_id,
        now=now,
        clinic=person.clinic.slug,
        patient=person.public_id if isinstance(person, Patient) else None,
        **detail,
    )

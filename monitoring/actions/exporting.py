"""Handing a patient everything that is kept about them."""

from datetime import datetime

from audit import trail
from audit.kinds import Kind
from monitoring.queries.export import Table, tables
from people.actions.subject import record
from people.models import Patient


@trail.action
def export(patient: Patient, *, form: str, now: datetime) -> tuple[Table, ...]:
    """Read everything, and write down that it was taken away.

    Args:
        form: ``json`` or ``html``, as the trail says it.
    """
    found = tables(patient)
    record(
        Kind.DATA_EXPORTED,
        patient,
        by=patient,
        now=now,
        form=form,
    )
    return found

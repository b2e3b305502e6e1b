"""Recording a prescription. Protected: only ``monitoring.actions.prescribing`` may import this.

The type of the argument is the permission: without a ``Decision`` there is no prescription.
"""

import uuid
from datetime import datetime
from decimal import Decimal

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import record as record_event
from courses.models import Course, Prescription
from people.models import User
from protocol.facts import Supply
from protocol.findings import Decision, Window
from protocol.vocabulary import Level


class Refused(Exception):
    """The decision does not allow a prescription."""


@trail.action
def record(
    course: Course,
    *,
    decision: Decision,
    supply: Supply,
    window: Window | None,
    days: Decimal,
    override_reason: str,
    form_nonce: uuid.UUID,
    by: User,
    now: datetime,
) -> Prescription:
    """Store the prescription that the decision allows; ``window`` is when it may be filled.

    Raises:
        Refused: the decision blocks it, or asks for a reason that is not given; or a line of the
            supply has no strength or no number, or it names no dose.
    """
    if decision.level is Level.BLOCK or (decision.level is Level.OVERRIDE and not override_reason):
        raise Refused
    if supply.capsule_mg is None or not supply.pattern:
        raise Refused
    # Largest first, as the database and the pharmacist's label have them.
    lines = sorted(supply.lines, key=lambda line: line.strength_mg or 0, reverse=True)
    prescription = Prescription.objects.create(
        course=course,
        signed_at=now,
        signed_by=by,
        signed_on=decision.judged_on,
        strengths_mg=[line.strength_mg for line in lines],
        quantities=[line.capsules for line in lines],
        pattern=list(supply.pattern),
        days=days,
        formulation=supply.formulation.value,
        excipients=None if supply.excipients is None else list(supply.excipients),
        window_opens_at=window.opens_at if window else None,
        window_closes_at=window.closes_at if window else None,
        level=decision.level.word,
        edition=decision.edition,
        edition_hash=decision.edition_hash,
        policy_version=decision.policy_version,
        override_reason=override_reason if decision.level is Level.OVERRIDE else "",
        form_nonce=form_nonce,
    )
    record_event(
        Kind.PRESCRIPTION_SIGNED,
        course,
        by=by,
        now=now,
        prescription=str(prescription.public_id),
        level=decision.level.word,
        edition=decision.edition,
    )
    return prescription

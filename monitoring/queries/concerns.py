"""Open concerns by id, for the page that settles one, with the steps that hold it open."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from courses.models import Course
from monitoring.models import Escalation, PathwayStep
from people.queries import NotFound
from protocol.pathway import OWNERS, Step
from protocol.vocabulary import Owner


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step after a positive or unclear test; ``outcome`` is empty while it is open."""

    step: Step
    owner: Owner
    outcome: str
    note: str
    settled_at: datetime | None
    settled_by: str


def concern_of(course: Course, public_id: uuid.UUID) -> Escalation:
    """A concern of the course.

    Raises:
        NotFound: it is another course's, or there is none.
    """
    found = Escalation.objects.filter(course=course, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def version_of_concern(course: Course, public_id: uuid.UUID) -> str:
    """Why it was raised and who has it, as a short text; another one once either has changed."""
    row = concern_of(course, public_id)
    said = repr([row.reasons, row.evidence, row.acknowledged_at, row.closed_at])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def steps_of(concern: Escalation) -> tuple[StepRow, ...]:
    """The steps of a concern in the order in which they are taken."""
    rows = {
        row.step: row
        for row in PathwayStep.objects.filter(escalation=concern).select_related("settled_by")
    }
    return tuple(
        StepRow(
            step=step,
            owner=OWNERS[step],
            outcome=rows[step].outcome,
            note=rows[step].note,
            settled_at=rows[step].settled_at,
            settled_by=str(rows[step].settled_by or ""),
        )
        for step in Step
        if step in rows
    )


def step_of(concern: Escalation, name: str) -> PathwayStep:
    """One step of a concern by its name.

    Raises:
        NotFound: the concern has no such step.
    """
    found = PathwayStep.objects.filter(escalation=concern, step=name).first()
    if found is None:
        raise NotFound
    return found

"""How every action on a course speaks to the trail."""

from datetime import datetime

from audit import trail
from audit.kinds import Kind
from courses.models import Course
from people.models import User


def record(kind: Kind, course: Course, *, by: trail.Actor, now: datetime, **detail: object) -> None:
    """One event about a course, with its clinic and patient."""
    trail.record(
        kind,
        by=by,
        subject=f"course:{course.public_id}",
        now=now,
        clinic=course.clinic.slug,
        patient=course.patient.public_id,
        **detail,
    )


def author(by: trail.Actor) -> User | None:
    """The user to name on the row; None when a patient or the system acts."""
    return by if isinstance(by, User) else None

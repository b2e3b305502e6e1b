"""How every action holds a course while it writes, and speaks of it to the trail."""

from datetime import datetime

from audit import trail
from audit.kinds import Kind
from courses.models import Course
from people.models import User


def locked(course: Course) -> Course:
    """The course as it stands now, with patient and clinic; nobody else changes it meanwhile.

    The caller holds the transaction.
    """
    return (
        Course.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic", "patient__clinic")
        .get(pk=course.pk)
    )


def record(kind: Kind, course: Course, *, by: trail.Actor, now: datetime, **detail: object) -> None:
    """One event about a course, with its clinic and patient."""
    trail.record_many([happening(kind, course, **detail)], by=by, now=now)


def happening(kind: Kind, course: Course, **detail: object) -> trail.Happening:
    """What an event about a course says, for a run of events that are recorded together."""
    return trail.Happening(
        kind,
        f"course:{course.public_id}",
        clinic=course.clinic.slug,
        patient=course.patient.public_id,
        detail=detail,
    )


def author(by: trail.Actor) -> User | None:
    """The user to name on the row; None when a patient or the system acts."""
    return by if isinstance(by, User) else None

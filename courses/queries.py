"""Reads of the treatment record; the one door to a course."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from audit import trail
from courses.models import Course, Prescription
from people.kept import Given, Kept, ask
from people.models import Patient, User
from people.permissions import Permission
from people.queries import ROLES, NotFound, NotPermitted, permits

_COURSE = Kept(
    lambda: Course.objects.select_related("patient", "clinic", "patient__clinic").filter(
        public_id=Given("course"),
        clinic__memberships__user_id=Given("user"),
        clinic__memberships__active=True,
    )
)
COURSES = Kept(
    lambda: Course.objects.filter(patient_id=Given("patient")).order_by("-number"),
    *("public_id", "number", "started_on", "last_dose_on"),
)


def course_for(
    user: User, public_id: uuid.UUID, *, need: Permission, page: str, now: datetime
) -> Course:
    """The one door to a course for staff: finds, scopes by clinic and role, logs the look.

    Raises:
        NotFound: no such course in any clinic of the user; screens answer 404.
        NotPermitted: the user's role in that clinic lacks ``need``; screens answer 403.
    """
    found, roles = ask({_COURSE: {"course": public_id, "user": user.pk}, ROLES: {"user": user.pk}})
    if not found:
        trail.saw(user, page=page, now=now, refused=True)
        raise NotFound
    (course,) = found
    permitted = permits(roles, course.clinic_id, need)
    trail.saw(
        user,
        page=page,
        now=now,
        patient=course.patient.public_id,
        clinic=course.clinic.slug,
        refused=not permitted,
    )
    if not permitted:
        raise NotPermitted(need)
    return course


def open_course_of(patient: Patient) -> Course | None:
    """The patient's running or planned course, if any."""
    return (
        Course.objects.select_related("patient", "clinic", "patient__clinic")
        .filter(patient=patient, stopped_at__isnull=True)
        .first()
    )


def latest_course_of(patient: Patient) -> Course | None:
    """The patient's open course, or the last one that ended."""
    return (
        Course.objects.select_related("patient", "clinic", "patient__clinic")
        .filter(patient=patient)
        .order_by("-number")
        .first()
    )


def prescription_of(public_id: uuid.UUID) -> Prescription:
    """A prescription by id; its course must then be fetched through :func:`course_for`.

    Raises:
        NotFound: there is none.
    """
    found = Prescription.objects.select_related("course").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One of a patient's courses, as a list of them names it."""

    public_id: uuid.UUID
    number: int
    started_on: date | None
    last_dose_on: date | None


def courses_of(patient: Patient) -> list[CourseRow]:
    """Every course of a patient, the newest first."""
    return [CourseRow(*row) for row in COURSES.ask(patient=patient.pk)]

"""Addresses that fail are on the worklist: put there by the next tick, taken off with the change.

Sending finds out that an address is bad and knows nothing of worklists. So each tick asks which
courses are listed for it and should not be, or the other way round, and plans those again.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from audit import trail
from courses.models import Course
from messaging.queries import FAILS
from monitoring.actions import planning
from monitoring.attention import BAD_ADDRESS
from monitoring.models import CourseStanding, WorkItem
from people.actions import ways
from people.models import Clinic, ContactPoint, Patient
from protocol.vocabulary import Phase


def notice(*, now: datetime) -> int:
    """Plan the courses whose worklist does not agree with their patient's addresses.

    Costs what is failing or listed, not how many courses there are. Returns how many there were;
    a course that cannot be planned is logged and tried again at the next tick.
    """
    found = _disagreeing()
    planning.replan_many(found, now=now, by=trail.System("tick"))
    return len(found)


@transaction.atomic
def correct(
    patient: Patient, pk: int, *, address: str, by: trail.Actor, now: datetime
) -> ContactPoint:
    """See ``ways.correct_address``; the patient's course leaves the worklist with it."""
    point = ways.correct_address(patient, pk, address=address, by=by, now=now)
    _settle(patient, now=now)
    return point


@transaction.atomic
def remove(patient: Patient, pk: int, *, by: trail.Actor, now: datetime) -> None:
    """See ``ways.remove_address``; the patient's course leaves the worklist with it."""
    ways.remove_address(patient, pk, by=by, now=now)
    _settle(patient, now=now)


def _settle(patient: Patient, *, now: datetime) -> None:
    for course in Course.objects.filter(patient=patient, work_items__reason=BAD_ADDRESS):
        planning.replan(course, now=now)


def _disagreeing() -> list[int]:
    # By clinic, because the index of reasons begins with it.
    listed = WorkItem.objects.filter(clinic__in=Clinic.objects.all(), reason=BAD_ADDRESS)
    failing = ContactPoint.objects.filter(FAILS)
    running = CourseStanding.objects.exclude(phase=Phase.CLOSED)
    newer = Course.objects.filter(
        patient=OuterRef("course__patient"), number__gt=OuterRef("course__number")
    )
    new = running.filter(
        ~Exists(newer),
        ~Exists(listed.filter(course=OuterRef("course"))),
        course__patient__in=failing.values("patient"),
    )
    settled = CourseStanding.objects.filter(
        ~Exists(failing.filter(patient=OuterRef("course__patient"))),
        course__in=listed.values("course"),
    )
    return sorted(each.course_id for found in (new, settled) for each in found.only("course"))

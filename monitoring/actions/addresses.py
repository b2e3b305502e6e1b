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
    """Two small questions where nothing fails, which is how it is at most ticks."""
    failing = set(ContactPoint.objects.filter(FAILS).values_list("patient", flat=True))
    # By clinic, because the index of reasons begins with it.
    clinics = list(Clinic.objects.values_list("pk", flat=True))
    listed = dict(
        WorkItem.objects.filter(clinic__in=clinics, reason=BAD_ADDRESS).values_list(
            "course", "course__patient"
        )
    )
    settled = {course for course, patient in listed.items() if patient not in failing}
    return sorted(settled | (_newest_running(failing) - listed.keys()))


def _newest_running(patients: set[int]) -> set[int]:
    if not patients:
        return set()
    newer = Course.objects.filter(
        patient=OuterRef("course__patient"), number__gt=OuterRef("course__number")
    )
    running = CourseStanding.objects.exclude(phase=Phase.CLOSED)
    found = running.filter(~Exists(newer), course__patient__in=patients)
    return set(found.values_list("course", flat=True))

"""What screens call: one change to the record, then the plan made anew, in one transaction.

Storage does not know about reminders; it re-plans, and reminders follow (flow 14.1).
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction

from audit import trail
from audit.kinds import Kind
from courses.actions import starting
from courses.actions.starting import CoursePlan
from courses.actions.subject import author, record
from courses.models import Course
from monitoring.actions import planning, task_answers
from monitoring.models import Contact, DueItem, PharmacyReport
from people.actions import patients
from people.actions.patients import Identity
from people.models import Clinic, Patient, User

R = TypeVar("R")
# Outcomes of a call in which somebody has spoken with the patient.
SPOKEN = frozenset(
    {
        Contact.Outcome.REACHED,
        Contact.Outcome.DECLINED,
        Contact.Outcome.DONE_ELSEWHERE,
        Contact.Outcome.MOVED,
    }
)


def perform(change: Callable[..., R], course: Course, *, now: datetime, **values: object) -> R:
    """Run an action of ``courses.actions`` on a course and replan it, both or neither.

    ``now`` is the instant of the change and of planning; refusals of the action pass through.
    """
    with transaction.atomic():
        result = change(course, now=now, **values)
        planning.replan(course, now=now)
    return result


def start_course(
    clinic: Clinic,
    *,
    patient: Patient | None,
    identity: Identity | None,
    plan: CoursePlan,
    prescriber: User | None,
    by: trail.Actor,
    today: date,
    now: datetime,
) -> Course:
    """Plan a course for a known patient, or for a new one who is added in the same transaction.

    Raises:
        CourseRunning: the patient has an open course.
        Unusable: contact data that cannot be used.
    """
    with transaction.atomic():
        if patient is None:
            if identity is None:
                raise ValueError("a course needs a patient or an identity to make one")
            patient = patients.add_patient(clinic, identity, by=by, now=now)
        course = starting.start(patient, plan, prescriber=prescriber, by=by, today=today, now=now)
        planning.replan(course, now=now)
    return course


@trail.action
def waive(item: DueItem, *, reason: str, by: User, now: datetime) -> DueItem:
    """A clinician decides that one due item is not needed, and says why."""
    locked = (
        DueItem.objects.select_for_update(of=("self",)).select_related("course").get(pk=item.pk)
    )
    if locked.ended:
        trail.unchanged()
        return locked
    locked.ended, locked.ended_at = DueItem.Ending.WAIVED, now
    locked.waived_at, locked.waived_by, locked.waived_reason = now, author(by), reason
    locked.save(update_fields=["ended", "ended_at", "waived_at", "waived_by", "waived_reason"])
    record(Kind.ITEM_WAIVED, locked.course, by=by, now=now, item=locked.key, reason=reason)
    planning.replan(locked.course, now=now)
    return locked


@trail.action
def log_contact(
    course: Course,
    *,
    outcome: str,
    next_on: date | None,
    note: str,
    by: User,
    now: datetime,
) -> Contact:
    """The outcome of an attempt to reach the patient; the list waits for it until ``next_on``.

    What the patient answered to reminders, and what a pharmacy reported, counts as settled by a
    conversation.
    """
    row = Contact.objects.create(
        course=course, outcome=outcome, next_on=next_on, note=note, at=now, by=by
    )
    record(
        Kind.CONTACT_LOGGED,
        course,
        by=by,
        now=now,
        outcome=outcome,
        next_on=next_on.isoformat() if next_on else "",
    )
    if outcome in SPOKEN:
        task_answers.settle(course, by=by, now=now)
        PharmacyReport.objects.filter(prescription__course=course, settled_at__isnull=True).update(
            settled_at=now, settled_why="spoken with the patient"
        )
    planning.replan(course, now=now)
    return row

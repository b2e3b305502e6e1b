"""Supplies handed out, and taken back."""

from datetime import date, datetime

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import author, record
from courses.models import Course, Dispense, DoseStep, Prescription


class NothingToDispense(Exception):
    """There is no prescription of this course that still waits for its supply."""


@trail.action
def dispense(
    course: Course,
    *,
    prescription: Prescription,
    dispensed_on: date,
    rma: str,
    pharmacy: str,
    by: trail.Actor,
    now: datetime,
) -> Dispense:
    """A supply was handed out (US-21). The first one begins the course and its dose.

    Raises:
        NothingToDispense: this prescription has been dispensed already.
    """
    locked = Course.objects.select_for_update().get(pk=course.pk)
    if Dispense.objects.filter(prescription=prescription, reversed_at__isnull=True).exists():
        raise NothingToDispense
    row = Dispense.objects.create(
        prescription=prescription,
        dispensed_on=dispensed_on,
        dispensed_at=now,
        rma=rma,
        pharmacy=pharmacy,
        recorded_at=now,
        recorded_by=author(by),
    )
    if locked.started_on is None:
        locked.started_on = dispensed_on
        locked.save(update_fields=["started_on"])
    in_force = (
        DoseStep.objects.filter(course=course, planned=False, starts_on__lte=dispensed_on)
        .order_by("-starts_on", "-pk")
        .first()
    )
    if in_force is None or list(in_force.pattern) != list(prescription.pattern):
        DoseStep.objects.create(
            course=course,
            starts_on=dispensed_on,
            pattern=list(prescription.pattern),
            formulation=prescription.formulation,
            planned=False,
            reason="supply handed out",
            recorded_on=dispensed_on,
            recorded_at=now,
            recorded_by=author(by),
        )
    record(Kind.DISPENSED, course, by=by, now=now, on=dispensed_on.isoformat())
    return row


@trail.action
def reverse(course: Course, *, dispense: Dispense, by: trail.Actor, now: datetime) -> Dispense:
    """A supply was not collected and went back to stock (US-21)."""
    dispense.reversed_at = now
    dispense.reverser = author(by)
    dispense.save(update_fields=["reversed_at", "reverser"])
    record(Kind.DISPENSE_REVERSED, course, by=by, now=now)
    return dispense

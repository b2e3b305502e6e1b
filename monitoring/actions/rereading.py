"""Reading a patient's results again after a person changed what counts. Part of an action."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from audit import trail
from courses.models import Course
from monitoring.actions import escalations, planning, triage
from monitoring.actions.filing import FiledLine
from monitoring.intake.report import IncomingLine, ResultStatus
from monitoring.models import Escalation, Observation
from people.models import Patient


def read_again(
    patient: Patient, changed: Sequence[Observation], *, by: trail.Actor, now: datetime
) -> None:
    """Raise what results that count from now on ask for, and plan every course of the patient."""
    courses = _courses(patient)
    if not courses:
        return
    if changed:
        lines = [FiledLine(line_of(row), "stored", "", row) for row in changed]
        triage.after_results(courses[-1], lines, by=by, now=now)
    for course in courses:
        planning.replan(course, now=now)


def doubt_prescription(
    patient: Patient, gone: Iterable[Observation], *, by: trail.Actor, now: datetime
) -> None:
    """Raise a concern where a prescription was signed on results that no longer count so (B5).

    ``gone``: the results as they stood. What waited, or came after the signature, was no ground
    for it.
    """
    rows = [row for row in gone if row.monitored and (not row.held or row.confirmed_at)]
    known = [(row.confirmed_at or row.received_at, f"observation:{row.public_id}") for row in rows]
    for course in _courses(patient):
        doubt_signature(course, known, reason="RESULT_CORRECTED", by=by, now=now)


def doubt_signature(
    course: Course,
    gone: Iterable[tuple[datetime, str]],
    *,
    reason: str,
    by: trail.Actor,
    now: datetime,
) -> None:
    """Raise a concern where the newest prescription was signed when any of it was known (B5).

    ``gone``: since when each ground was known, and what it is: ``<noun>:<id>``. The first that was
    known by the signature is the evidence.
    """
    newest = course.prescriptions.order_by("-signed_at").first()
    if newest is None:
        return
    used = [evidence for known_at, evidence in gone if known_at <= newest.signed_at]
    if used:
        escalations.raise_for(
            course,
            kind=Escalation.Kind.CORRECTED_RESULT,
            reasons=[reason],
            evidence=used[0],
            by=by,
            now=now,
        )


def line_of(row: Observation) -> IncomingLine:
    """A stored result in the shape in which it once arrived."""
    return IncomingLine(
        set_id=row.set_id,
        filler=row.filler,
        specimen=0,
        analyte=row.analyte,
        code=row.code,
        code_system=row.code_system,
        code_text=row.code_text,
        value=row.value_text,
        comparator=row.comparator,
        unit=row.unit,
        unit_as_sent=row.unit_as_sent,
        low="" if row.lln is None else f"{row.lln.normalize():f}",
        high="" if row.uln is None else f"{row.uln.normalize():f}",
        range_text=row.range_text,
        flag=row.flag,
        status=ResultStatus(row.status),
        collected_on=row.specimen.collected_on,
        fasting=row.fasting,
        notes=tuple(row.notes),
        held=row.held,
        ungraded=row.ungraded,
        monitored=row.monitored,
    )


def _courses(patient: Patient) -> list[Course]:
    rows = Course.objects.select_related("patient", "clinic", "patient__clinic")
    return list(rows.filter(patient=patient).order_by("number"))

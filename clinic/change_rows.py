"""Rows of what has changed: one patient each, with every change in words."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from clinic import wording, work_words
from look.templatetags.clinical import years_between
from monitoring.queries.changes import NEWS, Change, ChangedRow, Weight
from people.queries import PatientRow

# The part of the course page that a kind of change belongs to.
_ANCHORS = {
    "result": "results",
    "pregnancy-test": "prevention",
    "check-in": "check-ins",
    "task": "timeline",
}
_STATUS = {Weight.ALERT: "critical", Weight.DECIDE: "warning", Weight.NEWS: "info"}
_SAID = {"done": "says it is done", "later": "asks for another day", "help": "asks for help"}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change in words; ``at`` is the newest of ``times``."""

    words: str
    by: str
    at: datetime
    times: int
    status: str


@dataclass(frozen=True, slots=True)
class ChangedPatient:
    """One row: who, how urgent, what is new, and where one press leads."""

    person: PatientRow
    identity: str
    status: str
    tag: str
    lines: tuple[ChangeLine, ...]
    url: str


def changed_patient(row: ChangedRow, *, today: date) -> ChangedPatient:
    """A row in words; an open concern or a result to decide about says so in its tag."""
    return ChangedPatient(
        person=row.patient,
        identity=f"{years_between(row.patient.born, today)} y · {row.patient.mrn}",
        status=_STATUS[row.weight],
        tag=_tag(row),
        lines=tuple(_line(each) for each in row.changes),
        url=_url(row.course, row),
    )


def _tag(row: ChangedRow) -> str:
    if row.weight is Weight.ALERT:
        return "Alert"
    if row.to_decide:
        return "Result to decide"
    return "To see to" if row.weight is Weight.DECIDE else "News"


def _line(change: Change) -> ChangeLine:
    return ChangeLine(
        words=_words(change),
        by=change.by,
        at=change.at,
        times=change.times,
        status=_STATUS[NEWS[change.kind]],
    )


def _words(change: Change) -> str:
    said = wording.EVENTS[change.kind]
    if change.kind == "plan.changed":
        return "Due dates moved"
    if not change.about:
        return said
    if change.kind.startswith("escalation."):
        return f"{said}: {wording.CONCERNS[change.about].lower()}"
    if change.kind == "pharmacy.reported":
        known = work_words.PHARMACY.get(change.about)
        return f"{said}: {known[0].lower()}" if known else said
    if change.kind == "task.answered":
        return f"{said}: {_SAID[change.about]}" if change.about in _SAID else said
    return "Pregnancy test taken back" if change.kind.startswith("pregnancy-test") else said


def _url(course: uuid.UUID | None, row: ChangedRow) -> str:
    if course is None:
        return reverse("clinic:patient", args=[row.patient.public_id])
    anchor = _ANCHORS.get(row.changes[0].kind.partition(".")[0], "")
    page = reverse("clinic:course", args=[course])
    return f"{page}#{anchor}" if anchor else page

"""The results queue, and one specimen as staff read it."""

import hashlib
import json
import re
import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import SequenceMatcher

from django.db.models import BooleanField, ExpressionWrapper, Q

from courses.models import Course
from monitoring.actions.confirming import why_not_confirmable
from monitoring.intake.spelling import fold
from monitoring.models import LabMessage, LabReport, Observation, Specimen
from people.models import Patient
from people.queries import NotFound, PatientRow, Place, patient_row

# How much of two names must agree to be suggested beside the same birth date.
_ALIKE = 0.6
QUEUE_PAGE = 100

_FORMATS = {"hl7v2": "HL7 v2", "fhir": "FHIR", "csv": "CSV"}
_SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A patient whose a report may be, and what speaks for it."""

    patient: PatientRow
    why: str


@dataclass(frozen=True, slots=True)
class QueuedReport:
    """A report that waits for a person: why, and whose it may be."""

    public_id: uuid.UUID
    status: str
    reason: str
    received_at: datetime
    file_name: str
    format: str
    came_by: str
    sender: str
    control_id: str
    identifiers: tuple[str, ...]
    born: date | None
    name: str
    suggestions: tuple[Suggestion, ...]
    may_link: bool
    sent: str = ""
    taken_off_at: datetime | None = None
    taken_off_by: str = ""
    taken_off_why: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """The front of what waits for a person, and how much waits in all."""

    rows: tuple[QueuedReport, ...]
    total: int


@dataclass(frozen=True, slots=True)
class FiledReport:
    """A report that was filed lately."""

    public_id: uuid.UUID
    source: str
    patient: PatientRow
    course: uuid.UUID | None
    received_at: datetime
    results: int
    sender: str


def queue(place: Place) -> Queue:
    """The reports of the clinic that nobody has settled, oldest first.

    Those that hold results stand before what cannot be used, so that a sender of rubbish hides
    nobody's results.
    """
    waiting = LabReport.objects.filter(
        clinic_id=place.clinic_id,
        status__in=[LabReport.Status.UNMATCHED, LabReport.Status.REJECTED],
        settled_at__isnull=True,
    )
    unusable = ExpressionWrapper(Q(status=LabReport.Status.REJECTED), BooleanField())
    rows = waiting.select_related("message").defer("message__raw").order_by(unusable, "received_at")
    reports = list(rows[:QUEUE_PAGE])
    wanted = {each for row in reports for each in row.suggestions}
    people = {
        str(patient.public_id): patient_row(patient)
        for patient in Patient.objects.filter(public_id__in=wanted, clinic_id=place.clinic_id)
    }
    total = waiting.count() if len(reports) == QUEUE_PAGE else len(reports)
    return Queue(tuple(_queued(row, people) for row in reports), total)


def taken_off(place: Place) -> Queue:
    """What was taken off the clinic's queue without being filed, the latest first."""
    gone = LabReport.objects.filter(
        clinic_id=place.clinic_id,
        status__in=[LabReport.Status.UNMATCHED, LabReport.Status.REJECTED],
        settled_at__isnull=False,
    )
    rows = gone.select_related("message", "settled_by").defer("message__raw")
    reports = list(rows.order_by("-settled_at", "-pk")[:QUEUE_PAGE])
    total = gone.count() if len(reports) == QUEUE_PAGE else len(reports)
    return Queue(tuple(_queued(row, {}) for row in reports), total)


def report_of(place: Place, public_id: uuid.UUID) -> LabReport:
    """One queued report of the clinic.

    Raises:
        NotFound: another clinic's, or none.
    """
    found = (
        LabReport.objects.select_related("message", "clinic")
        .filter(public_id=public_id, clinic_id=place.clinic_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def queued_report(place: Place, report: LabReport) -> QueuedReport:
    """One report as its page shows it: with patients of that birth date and a similar name.

    Of what cannot be used the beginning is there as it was sent: somebody must tell the laboratory.
    """
    people = {
        str(patient.public_id): patient_row(patient)
        for patient in Patient.objects.filter(
            public_id__in=report.suggestions, clinic_id=place.clinic_id
        )
    }
    row = _queued(report, people)
    sent = "" if row.may_link else _beginning(report.message.raw)
    return replace(row, suggestions=(*row.suggestions, *_alike(place, row)), sent=sent)


def _beginning(raw: str) -> str:
    """The first lines of a message as text; what no screen shows is a dot."""
    text = raw[:_SHOWN].encode("latin-1").decode("utf-8", "replace")
    lines = re.split(r"\r\n?|\n", text)
    shown = "\n".join("".join(char if char.isprintable() else "·" for char in x) for x in lines)
    return f"{shown.rstrip()} …" if len(raw) > _SHOWN else shown.rstrip()


def _alike(place: Place, row: QueuedReport) -> list[Suggestion]:
    """Patients born that day whose name is alike; never more than a suggestion (B2)."""
    if row.born is None or not row.name:
        return []
    known = {each.patient.public_id for each in row.suggestions}
    born_then = Patient.objects.filter(clinic_id=place.clinic_id, born=row.born)
    found = [
        patient_row(patient)
        for patient in born_then.order_by("family_name", "given_name")[:50]
        if patient.public_id not in known and _similar(row.name, patient)
    ]
    return [Suggestion(each, "the birth date is the same and the name alike") for each in found]


def _similar(name: str, patient: Patient) -> bool:
    sent, ours = (fold(each) for each in (name, f"{patient.family_name}, {patient.given_name}"))
    return SequenceMatcher(None, sent, ours).ratio() >= _ALIKE or bool(
        set(re.findall(r"\w{3,}", sent)) & set(re.findall(r"\w{3,}", ours))
    )


def filed(place: Place, *, limit: int = 25) -> tuple[FiledReport, ...]:
    """What arrived lately and found its patient, newest first."""
    rows = (
        LabReport.objects.filter(clinic_id=place.clinic_id, status=LabReport.Status.ACCEPTED)
        .select_related("patient", "message")
        .defer("message__raw")
        .prefetch_related("specimens__observations")
        .order_by("-received_at")[:limit]
    )
    reports = list(rows)
    courses: dict[int, uuid.UUID] = {}
    for course in Course.objects.filter(
        patient_id__in=[row.patient_id for row in reports]
    ).order_by("number"):
        courses[course.patient_id] = course.public_id
    return tuple(
        FiledReport(
            public_id=row.public_id,
            source=LabMessage.Source(row.message.source).label,
            patient=patient_row(row.patient),
            course=courses.get(row.patient.pk),
            received_at=row.received_at,
            results=sum(len(specimen.observations.all()) for specimen in row.specimens.all()),
            sender=row.message.sender,
        )
        for row in reports
        if row.patient is not None
    )


def specimen_of(course: Course, public_id: uuid.UUID) -> Specimen:
    """A specimen of the course's patient.

    Raises:
        NotFound: it is somebody else's, or there is none.
    """
    found = Specimen.objects.filter(public_id=public_id, patient_id=course.patient_id).first()
    if found is None:
        raise NotFound
    return found


def held_of(specimen: Specimen) -> list[Observation]:
    """What waits in this specimen for somebody to confirm it as sent (LAB-6)."""
    rows = specimen.observations.filter(current=True, confirmed_at__isnull=True)
    waiting = rows.exclude(held="").select_related("specimen")
    return [row for row in waiting if not why_not_confirmable(row)]


def version_of_held(specimen: Specimen) -> str:
    """What waits there, as a short text; another one once a value has been replaced or settled."""
    said = repr(sorted(str(row.public_id) for row in held_of(specimen)))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _queued(row: LabReport, people: dict[str, PatientRow]) -> QueuedReport:
    hints = json.loads(row.hints) if row.hints else {}
    born = hints.get("born")
    return QueuedReport(
        public_id=row.public_id,
        status=row.status,
        reason=row.reason,
        received_at=row.received_at,
        file_name=row.message.file_name,
        format=_FORMATS.get(row.message.format, "format not known"),
        came_by=row.message.get_source_display(),
        sender=row.message.sender,
        control_id=row.message.control_id,
        identifiers=tuple(hints.get("identifiers", ())),
        born=date.fromisoformat(born) if born else None,
        name=f"{hints.get('family', '')}, {hints.get('given', '')}".strip(", "),
        suggestions=tuple(
            Suggestion(people[each], _why_suggested(born, people[each]))
            for each in row.suggestions
            if each in people
        ),
        may_link=row.status == LabReport.Status.UNMATCHED,
        taken_off_at=row.settled_at,
        taken_off_by=str(row.settled_by) if row.settled_by else "",
        taken_off_why=row.settled_note,
    )


def _why_suggested(born: str | None, patient: PatientRow) -> str:
    if not born:
        return "an identifier agrees; the message has no birth date"
    if born == patient.born.isoformat():
        return "an identifier and the birth date agree"
    return "an identifier agrees, the birth date does not"

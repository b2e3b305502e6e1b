"""Letters as the clinic's list and the patient's page show them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from monitoring.models import Letter
from people.kept import Given, HowMany, Kept
from people.models import Clinic, Patient
from people.queries import NotFound, PatientRow, Place, patient_row

_SHOWN_TO_PATIENT = 30
_SHOWN_TO_STAFF = 200
_SHOWN_ANSWERED = 25
_WAITING = Kept(
    lambda: Clinic.objects.filter(pk=Given("clinic")).annotate(
        waiting=HowMany(
            Letter.objects.filter(patient__clinic_id=Given("clinic"), answered_at__isnull=True)
        )
    ),
    "waiting",
)


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """One letter as its writer reads it; ``read_at`` and ``answered_at`` None: not yet."""

    text: str
    written_at: datetime
    read_at: datetime | None
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One letter on the clinic's list, without its text; ``taken_by`` empty: nobody yet."""

    public_id: uuid.UUID
    patient: PatientRow
    written_at: datetime
    taken_by: str
    answered_at: datetime | None
    answered_by: str


def letters_of(patient: Patient) -> tuple[OwnLetter, ...]:
    """What the patient has written, newest first."""
    rows = Letter.objects.filter(patient=patient).order_by("-written_at", "-pk")
    return tuple(
        OwnLetter(
            text=row.text,
            written_at=row.written_at,
            read_at=row.taken_at,
            answer=row.answer or "",
            answered_at=row.answered_at,
        )
        for row in rows[:_SHOWN_TO_PATIENT]
    )


def to_answer(place: Place) -> tuple[LetterRow, ...]:
    """What waits for an answer in the clinic: what nobody has taken on first, then the oldest."""
    waiting = _of(place).filter(answered_at__isnull=True)
    order = (F("taken_at").asc(nulls_first=True), "written_at", "pk")
    return tuple(_row(row) for row in waiting.order_by(*order)[:_SHOWN_TO_STAFF])


def answered(place: Place) -> tuple[LetterRow, ...]:
    """What was answered last."""
    found = _of(place).filter(answered_at__isnull=False).order_by("-answered_at", "-pk")
    return tuple(_row(row) for row in found[:_SHOWN_ANSWERED])


def waiting(place: Place) -> int:
    """How many letters wait for an answer."""
    (row,) = _WAITING.ask(clinic=place.clinic_id)
    return row.waiting


def patient_of_letter(public_id: uuid.UUID) -> uuid.UUID:
    """Whose it is, to be asked for at the patient's door before anything is shown.

    Raises:
        NotFound: there is none.
    """
    found = Letter.objects.filter(public_id=public_id).values_list("patient__public_id", flat=True)
    patient = found.first()
    if patient is None:
        raise NotFound
    return patient


def letter_of(patient: Patient, public_id: uuid.UUID) -> Letter:
    """A letter of a patient whom the door has let through.

    Raises:
        NotFound: another patient's, or none.
    """
    row = (
        Letter.objects.select_related("taken_by", "answered_by", "patient__clinic")
        .filter(patient=patient, public_id=public_id)
        .first()
    )
    if row is None:
        raise NotFound
    return row


def _of(place: Place) -> QuerySet[Letter]:
    return Letter.objects.filter(patient__clinic_id=place.clinic_id).select_related(
        "patient", "taken_by", "answered_by"
    )


def _row(row: Letter) -> LetterRow:
    return LetterRow(
        public_id=row.public_id,
        patient=patient_row(row.patient),
        written_at=row.written_at,
        taken_by=str(row.taken_by or ""),
        answered_at=row.answered_at,
        answered_by=str(row.answered_by or ""),
    )

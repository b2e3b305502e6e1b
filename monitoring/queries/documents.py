"""Documents as their patient and the clinic see them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from monitoring.models import Document, DocumentOpening
from people.models import Patient
from people.queries import NotFound, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """One document. ``opened_at``: by the patient whose page it is; ``openings``: by how many."""

    public_id: uuid.UUID
    title: str
    kind: str
    kilobytes: int
    for_all: bool
    shared_at: datetime
    shared_by: str
    opened_at: datetime | None = None
    openings: int = 0
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_reason: str = ""


def shared_with(patient: Patient, *, withdrawn: bool = False) -> list[DocumentRow]:
    """What a patient may open, newest first; ``withdrawn``: what was taken back as well."""
    rows = _of(patient) if withdrawn else _of(patient).filter(withdrawn_at__isnull=True)
    opened = dict(
        DocumentOpening.objects.filter(patient=patient).values_list("document", "opened_at")
    )
    return [_row(row, opened_at=opened.get(row.pk)) for row in rows]


def document_for(patient: Patient, public_id: uuid.UUID, *, withdrawn: bool = False) -> Document:
    """A document that this patient may open.

    Raises:
        NotFound: of somebody else, of another clinic, withdrawn, or none.
    """
    row = _of(patient, with_body=True).filter(public_id=public_id).first()
    if row is None or (row.withdrawn_at is not None and not withdrawn):
        raise NotFound
    return row


def leaflets_of(place: Place) -> list[DocumentRow]:
    """What is shared with every patient of a clinic, and what was; newest first."""
    rows = list(_leaflets(place).defer("body"))
    counts: dict[int, int] = {}
    for pk in DocumentOpening.objects.filter(document__in=rows).values_list("document", flat=True):
        counts[pk] = counts.get(pk, 0) + 1
    return [_row(row, openings=counts.get(row.pk, 0)) for row in rows]


def leaflet_of(place: Place, public_id: uuid.UUID) -> Document:
    """One of them.

    Raises:
        NotFound: of another clinic, of one patient, or none.
    """
    row = _leaflets(place).filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def _leaflets(place: Place) -> QuerySet[Document]:
    rows = Document.objects.filter(clinic=place.clinic_id, patient__isnull=True)
    return rows.select_related("shared_by", "withdrawn_by", "clinic").order_by("-shared_at", "-pk")


def _of(patient: Patient, *, with_body: bool = False) -> QuerySet[Document]:
    own = Q(patient=patient) | Q(patient__isnull=True, clinic=patient.clinic_id)
    rows = Document.objects.filter(own).select_related("shared_by", "withdrawn_by", "clinic")
    return (
        rows.order_by("-shared_at", "-pk")
        if with_body
        else (rows.order_by("-shared_at", "-pk").defer("body"))
    )


def _row(row: Document, *, opened_at: datetime | None = None, openings: int = 0) -> DocumentRow:
    return DocumentRow(
        public_id=row.public_id,
        title=row.title,
        kind=row.kind,
        kilobytes=max(1, round(row.size / 1024)),
        for_all=row.patient_id is None,
        shared_at=row.shared_at,
        shared_by=str(row.shared_by),
        opened_at=opened_at,
        openings=openings,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=str(row.withdrawn_by or ""),
        withdrawn_reason=row.withdrawn_reason or "",
    )

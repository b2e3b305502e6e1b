"""Documents for patients: shared once, opened by whose they are, withdrawn with a reason."""

import hashlib
from datetime import datetime

from audit import trail
from audit.kinds import Kind
from messaging import outbox
from monitoring import purposes
from monitoring.documents import File
from monitoring.models import Document, DocumentOpening
from people.encryption import blind_index
from people.models import Clinic, Patient, User

# Who shares more with one patient has pressed a wrong button.
MOST = 100


class TooMany(Exception):
    """So many documents are shared already."""


@trail.action
def share(
    clinic: Clinic,
    file: File,
    *,
    patient: Patient | None,
    title: str,
    by: User,
    now: datetime,
) -> Document:
    """Share a file with one patient, or with every patient of the clinic.

    The same file for the same reader again is the document that there is already. One patient
    gets a message that says no more than that there is something to read.

    Raises:
        TooMany: ``MOST`` are shared with this reader.
    """
    # One at a time for each clinic.
    Clinic.objects.select_for_update(of=("self",), no_key=True).get(pk=clinic.pk)
    digest = hashlib.sha256(file.body).hexdigest()
    fingerprint = blind_index(digest, place="monitoring.document.fingerprint")
    shared = Document.objects.filter(clinic=clinic, patient=patient, withdrawn_at__isnull=True)
    same = shared.filter(fingerprint=fingerprint).first()
    if same is not None:
        trail.unchanged()
        return same
    if shared.count() >= MOST:
        raise TooMany
    row = Document.objects.create(
        clinic=clinic,
        patient=patient,
        title=" ".join(title.split()),
        kind=file.kind,
        body=file.body,
        size=len(file.body),
        fingerprint=fingerprint,
        shared_at=now,
        shared_by=by,
    )
    if patient is not None:
        outbox.enqueue(
            purpose=purposes.CLINIC_MESSAGE,
            key=f"document:{row.public_id}",
            about=f"document:{row.public_id}",
            patient=patient,
            clinic=clinic,
            send_after=now,
            now=now,
        )
    _record(Kind.DOCUMENT_SHARED, row, row.patient, by=by, now=now)
    return row


@trail.action
def withdraw(document: Document, *, reason: str, by: User, now: datetime) -> Document:
    """Patients no longer see it; who shared it, who opened it and why it went stays on record."""
    row = (
        Document.objects.select_for_update(of=("self",))
        .select_related("clinic", "patient")
        .defer("body")
        .get(pk=document.pk)
    )
    if row.withdrawn_at is not None:
        trail.unchanged()
        return row
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, by, reason
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    _record(Kind.DOCUMENT_WITHDRAWN, row, row.patient, by=by, now=now)
    return row


@trail.action
def opened(document: Document, *, by: Patient, now: datetime) -> None:
    """The patient has opened it; the first time is the receipt."""
    _row, first = DocumentOpening.objects.get_or_create(
        document=document, patient=by, defaults={"opened_at": now}
    )
    if not first:
        trail.unchanged()
        return
    _record(Kind.DOCUMENT_OPENED, document, by, by=by, now=now)


def _record(
    kind: Kind, row: Document, patient: Patient | None, *, by: trail.Actor, now: datetime
) -> None:
    trail.record(
        kind,
        by=by,
        subject=f"document:{row.public_id}",
        now=now,
        clinic=row.clinic.slug,
        patient=patient.public_id if patient is not None else None,
    )

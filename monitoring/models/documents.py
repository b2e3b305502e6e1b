"""Documents that a clinic shares: with one patient, or with all of them. Stored encrypted."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from people.constraints import both_or_neither
from people.encryption import EncryptedBinaryField, EncryptedTextField
from people.models import Clinic, Patient, User


class Document(models.Model):
    """A file as it may be kept. Withdrawn it is no longer shown to patients; that it was, stays."""

    class FileKind(models.TextChoices):
        PDF = "pdf", "PDF"
        JPEG = "jpeg", "Picture"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="documents")
    patient = models.ForeignKey(
        Patient,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        help_text="empty: every patient of the clinic",
    )
    title = EncryptedTextField(place="monitoring.document.title")
    kind = models.CharField(max_length=4, choices=FileKind.choices)
    body = EncryptedBinaryField(place="monitoring.document.body")
    size = models.PositiveIntegerField(help_text="bytes")
    # Keyed hash of the file: sent twice it is shared once.
    fingerprint = models.CharField(max_length=64)
    shared_at = models.DateTimeField()
    shared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_reason = EncryptedTextField(
        place="monitoring.document.withdrawn_reason", null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "patient", "fingerprint"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="one_document_per_file_and_reader",
            ),
            both_or_neither("withdrawn", model="document"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_reason__isnull=False),
                name="withdrawn_document_says_why",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="document_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "clinic", "patient", "title", "kind", "body", "size", "shared_at", "shared_by"
                ),
            ),
            pgtrigger.Protect(
                name="immutable_once_withdrawn",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"document {self.public_id}"


class DocumentOpening(models.Model):
    """That a patient has opened a document, and when first."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="openings")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="openings")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "patient"], name="one_opening_per_document_and_patient"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"opening {self.pk}"

"""What staff said at the laboratory desk: whose a number is, what a code means, what was moved."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from monitoring.models.results import APPEND_ONLY, NO_DELETE, LabReport
from people.constraints import both_or_neither
from people.encryption import EncryptedTextField
from people.models import Clinic, Patient, User


class RememberedLink(models.Model):
    """A sender's number for a patient, as staff said once; it can be revoked (B2).

    It stands in for the clinic's own number only: the birth date must agree all the same.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    sender = models.CharField(max_length=200)
    identifier = EncryptedTextField(place="monitoring.rememberedlink.identifier")
    lookup = models.CharField(max_length=64, help_text="blind index of the identifier")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        triggers = [
            *NO_DELETE,
            pgtrigger.Protect(
                name="link_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("sender", "identifier", "lookup", "patient"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "sender", "lookup"],
                condition=Q(revoked_at__isnull=True),
                name="one_remembered_patient_per_sender_and_number",
            ),
            models.CheckConstraint(condition=~Q(sender=""), name="remembered_link_names_a_sender"),
            both_or_neither("revoked", model="remembered_link"),
        ]

    def __str__(self) -> str:
        return f"remembered link {self.public_id}"


class CodeMeaning(models.Model):
    """What staff said a laboratory's local code stands for, from when to when (B4)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    sender = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60, blank=True)
    code_system = models.CharField(max_length=120, blank=True)
    words = models.CharField(max_length=200, blank=True, help_text="as compared, in lower case")
    text = models.CharField(max_length=200, blank=True, help_text="the words as first sent")
    analyte = models.CharField(max_length=20, blank=True, help_text="empty: not monitored")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        triggers = [
            *NO_DELETE,
            pgtrigger.Protect(
                name="meaning_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "clinic", "sender", "code", "code_system", "words", "analyte"
                ),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "sender", "code", "code_system", "words"],
                condition=Q(ended_at__isnull=True),
                name="one_meaning_in_force_per_local_code",
            ),
            both_or_neither("ended", model="code_meaning"),
        ]

    def __str__(self) -> str:
        return f"code meaning {self.public_id}"


class ReportMove(models.Model):
    """A filed report was another patient's: who moved it, when and why (B3)."""

    report = models.ForeignKey(LabReport, on_delete=models.PROTECT, related_name="moves")
    from_patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    to_patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        triggers = APPEND_ONLY
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_patient=models.F("to_patient")),
                name="report_moves_to_somebody_else",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="report_moves_for_a_reason"),
        ]

    def __str__(self) -> str:
        return f"move {self.pk}"

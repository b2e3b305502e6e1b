"""What a patient writes to the clinic, and the clinic's answer."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from people.constraints import both_or_neither
from people.encryption import EncryptedTextField
from people.models import Patient, User


class Letter(models.Model):
    """A message from a patient in their own words, until somebody of the clinic has answered it.

    It belongs to the patient and not to a course: who has none yet, or none any more, may write.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="letters")
    # Of the form it was written in, and its text: a double press sends once.
    form_key = models.UUIDField()
    text = EncryptedTextField(place="monitoring.letter.text")
    written_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True, help_text="first read by the clinic")
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answer = EncryptedTextField(place="monitoring.letter.answer", null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "form_key"], name="one_letter_per_form"),
            both_or_neither("taken", model="letter"),
            both_or_neither("answered", model="letter"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer__isnull=True)
                | Q(answered_at__isnull=False, answer__isnull=False, taken_at__isnull=False),
                name="answered_letter_has_been_taken_and_says_something",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="letter_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("patient", "form_key", "text", "written_at"),
            ),
            pgtrigger.Protect(
                name="immutable_once_answered",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["patient", "written_at"],
                condition=Q(answered_at__isnull=True),
                name="letters_to_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"letter {self.public_id}"

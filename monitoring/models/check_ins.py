"""The patient's monthly answers, kept as asked and as answered."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from courses.models import Course
from monitoring.models.due_items import DueItem
from people.encryption import EncryptedTextField


class CheckIn(models.Model):
    """Answers to one monthly check-in: a draft while it is filled in, immutable once submitted."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="check_ins")
    due_item = models.ForeignKey(DueItem, on_delete=models.PROTECT, related_name="check_ins")
    wording = models.CharField(max_length=40)
    answers = EncryptedTextField(
        place="monitoring.checkin.answers", help_text="JSON: question name to answer"
    )
    assessment = models.JSONField(default=dict, help_text="urgency and reason codes, no answers")
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["due_item"], name="one_check_in_per_due_item"),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="immutable_once_submitted",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__submitted_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["course", "submitted_on"],
                condition=Q(submitted_at__isnull=False),
                name="submitted_check_ins",
            ),
        ]

    def __str__(self) -> str:
        return f"check-in {self.public_id}"

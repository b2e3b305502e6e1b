"""Pictures that patients take: of their skin, and of a home test. Stored encrypted, here only."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from courses.models import Course
from people.encryption import EncryptedBinaryField


class Picture(models.Model):
    """A picture as we wrote it anew: no place, no camera, no name of a file.

    One of the skin may be taken back by its patient: then only the row stays. One of a test is
    evidence and stays.
    """

    class View(models.TextChoices):
        FRONT = "front", "Front"
        LEFT = "left", "Left side"
        RIGHT = "right", "Right side"
        TEST = "test", "Home test"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="pictures")
    view = models.CharField(max_length=5, choices=View.choices)
    taken_on = models.DateField(help_text="the patient's day on which it was sent")
    sent_at = models.DateTimeField()
    body = EncryptedBinaryField(place="monitoring.picture.body", help_text="JPEG")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    # Keyed hash of the file as it was sent, and 64 bits of how it looks: a picture shown twice.
    fingerprint = models.CharField(max_length=64, db_index=True)
    likeness = models.CharField(max_length=16, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="picture_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "course", "view", "taken_on", "sent_at", "fingerprint", "likeness"
                ),
            ),
            pgtrigger.Protect(
                name="picture_of_a_test_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.view = 'test' AND OLD.body IS DISTINCT FROM NEW.body"
                ),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | ~Q(view="test"),
                name="picture_of_a_test_is_not_taken_back",
            ),
        ]
        indexes = [
            models.Index(fields=["course", "view", "sent_at"], name="picture_by_view"),
        ]

    def __str__(self) -> str:
        return f"picture {self.public_id}"

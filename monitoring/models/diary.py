"""What a patient notes between two check-ins."""

from django.db import models

from courses.models import Course
from people.encryption import EncryptedTextField


class DiaryDay(models.Model):
    """One day of the diary: the capsules, and what was felt. What is more than that is stated.

    ``taken`` None: not said. ``felt`` is JSON, the ticked choices.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="diary")
    on = models.DateField()
    taken = models.BooleanField(null=True, blank=True)
    felt = EncryptedTextField(place="monitoring.diaryday.felt", blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "on"], name="one_diary_day_per_course"),
        ]

    def __str__(self) -> str:
        return f"diary {self.pk}"

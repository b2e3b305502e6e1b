"""Forms that were saved, by the number each carries."""

from django.db import models

from courses.models import APPEND_ONLY, Course
from people.models import User


class SentForm(models.Model):
    """A form of a course that was saved; the same one sent again changes nothing."""

    nonce = models.UUIDField(unique=True)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"form {self.nonce}"

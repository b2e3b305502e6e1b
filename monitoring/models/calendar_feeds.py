"""The secret address at which a patient's own calendar finds the dates of a course."""

from django.db import models

from people.models import Patient


class CalendarFeed(models.Model):
    """One address a patient; only its hash is kept, so that nobody can read it here.

    A renewed address ends the one before; one that was given up has no row.
    """

    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True, help_text="when a calendar last asked")

    def __str__(self) -> str:
        return f"calendar feed {self.pk}"

"""Holds: nothing leaves to a clinic's patients until a person has looked at what would go."""

from django.db import models
from django.db.models import Q

from people.constraints import both_or_neither
from people.models import Clinic, User


class SentFrom(models.Model):
    """A database from which messages have been sent; another one may be an older copy (F-25).

    ``database`` names the server's files, its timeline and the database in it, so a restored backup
    and a promoted replica are told from a restart.
    """

    database = models.CharField(max_length=80, unique=True)
    since = models.DateTimeField()

    class Meta:
        verbose_name_plural = "databases sent from"

    def __str__(self) -> str:
        return f"{self.database} since {self.since:%Y-%m-%d %H:%M}"


class SendingHold(models.Model):
    """Since when messages to a clinic's patients are held, why, and who let them go.

    Attributes:
        known_until: what the database knows of having been sent ends here; what fell due between
            it and ``since`` may have been sent without being on record.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="sending_holds")
    since = models.DateTimeField()
    known_until = models.DateTimeField()
    reason = models.CharField(max_length=200)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic"],
                condition=Q(released_at__isnull=True),
                name="one_open_sending_hold_per_clinic",
            ),
            both_or_neither("released", model="sending_hold"),
        ]

    def __str__(self) -> str:
        return f"hold of {self.clinic_id} since {self.since:%Y-%m-%d %H:%M}"

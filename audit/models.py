"""Who did what, and who looked: two append-only tables without foreign keys.

The log must outlive what it describes, so rows hold plain values. PostgreSQL refuses UPDATE and
DELETE by trigger. ``Seal`` chains the events of a clinic by hash (SEC-16); it is written after the
fact, so that recording an event never makes one clinic's writers wait for each other.
"""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from audit.kinds import NEWS, Kind

APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
]

# A plan is made anew after almost everything; it is news where a date has moved.
IS_NEWS = (
    Q(patient__isnull=False)
    & Q(kind__in=[kind.value for kind in NEWS])
    & (~Q(kind=Kind.PLAN_CHANGED.value) | ~Q(detail__moved=[]))
)


class Event(models.Model):
    """Something was done: what, by whom, to what, when, why."""

    kind = models.CharField(max_length=60)
    actor = models.CharField(
        max_length=80, help_text="user:<uuid>, patient:<uuid> or system:<name>"
    )
    actor_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=80, help_text="<noun>:<id> of what was acted on")
    patient = models.UUIDField(null=True)
    clinic = models.CharField(max_length=60, blank=True, help_text="slug of the clinic")
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)
    correlation = models.UUIDField(default=uuid.uuid4)

    class Meta:
        triggers = APPEND_ONLY
        indexes = [
            models.Index(fields=["patient", "at"], name="audit_event_patient"),
            models.Index(fields=["clinic", "at"], name="audit_event_clinic"),
            # Of a hundred events a few are news; a colleague who was away asks for the newest.
            models.Index(
                fields=["clinic", "-at", "-id"],
                include=["patient", "actor"],
                condition=IS_NEWS,
                name="audit_event_news",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} at {self.at:%Y-%m-%d %H:%M}"


class Access(models.Model):
    """Somebody looked at a patient's record, or was refused (SEC-17)."""

    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=200, blank=True)
    patient = models.UUIDField(null=True)
    clinic = models.CharField(max_length=60, blank=True)
    page = models.CharField(max_length=120)
    refused = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "accesses"
        triggers = APPEND_ONLY
        indexes = [
            models.Index(fields=["patient", "at"], name="audit_access_patient"),
            models.Index(fields=["clinic", "at"], name="audit_access_clinic"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} saw {self.page} at {self.at:%Y-%m-%d %H:%M}"


class Seal(models.Model):
    """One link of a clinic's hash chain: covers one event and the seal before it."""

    chain = models.CharField(max_length=60)
    number = models.PositiveBigIntegerField()
    event = models.BigIntegerField(unique=True)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        triggers = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "number"], name="one_seal_per_chain_and_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.number}"

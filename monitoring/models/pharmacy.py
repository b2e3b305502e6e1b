"""What a pharmacist may see of one prescription, and what the pharmacy says came of it."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from courses.models import Prescription
from people.constraints import both_or_neither
from people.models import User


class PharmacyLink(models.Model):
    """A link to one prescription for whoever fills it. Only the token's hash is stored.

    Looking at it spends nothing; five wrong birth dates close it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="pharmacy_links"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["prescription"],
                condition=Q(revoked_at__isnull=True),
                name="one_pharmacy_link_per_prescription_unless_revoked",
            ),
            both_or_neither("revoked", model="pharmacy_link"),
        ]

    def __str__(self) -> str:
        return f"pharmacy link {self.public_id}"


class PharmacyReport(models.Model):
    """What a pharmacy did with the prescription. Staff settle what cannot stay as it is."""

    class Kind(models.TextChoices):
        DISPENSED = "dispensed", "Dispensed"
        OUT_OF_STOCK = "out-of-stock", "Out of stock"
        RETURNED = "returned", "Returned to stock"
        PROBLEM = "problem", "Problem"

    link = models.ForeignKey(PharmacyLink, on_delete=models.PROTECT, related_name="reports")
    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="pharmacy_reports"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    pharmacy = models.CharField(max_length=120)
    brand = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_why = models.CharField(max_length=40, blank=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="problem") | ~Q(note=""), name="pharmacy_problem_says_what"
            ),
        ]
        indexes = [
            models.Index(
                fields=["prescription"],
                condition=Q(settled_at__isnull=True),
                name="open_pharmacy_report",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

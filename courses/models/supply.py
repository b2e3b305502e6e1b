"""What was prescribed and handed out: a prescription with its strengths, and what became of it."""

import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from courses.constraints import each_strength_is_named_once, prescription_lines_are_whole
from courses.models.treatment import Course
from courses.models.triggers import APPEND_ONLY, NO_DELETE
from people.models import User
from protocol.supplies import MOST_LINES, SupplyLine


class Prescription(models.Model):
    """An authorised supply. Only ``courses.actions.prescriptions`` writes it, with a Decision."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="prescriptions")
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_on = models.DateField(help_text="the day on the programme's clock")
    # Its lines: each strength once, largest first, and how many capsules of it. One row, so that a
    # prescription is signed, sealed and read with all of them or not at all.
    strengths_mg = ArrayField(models.DecimalField(max_digits=5, decimal_places=1), size=MOST_LINES)
    quantities = ArrayField(models.PositiveSmallIntegerField(), size=MOST_LINES)
    pattern = ArrayField(models.DecimalField(max_digits=5, decimal_places=1), size=14)
    days = models.DecimalField(
        max_digits=5, decimal_places=2, help_text="days' supply, not rounded"
    )
    formulation = models.CharField(max_length=12, default="standard")
    # Empty list: none to mind; null: not stated (CI-03).
    excipients = ArrayField(models.CharField(max_length=40), null=True, blank=True)
    window_opens_at = models.DateTimeField(null=True)
    window_closes_at = models.DateTimeField(null=True)
    level = models.CharField(max_length=8)
    edition = models.CharField(max_length=20)
    edition_hash = models.CharField(max_length=64)
    policy_version = models.CharField(max_length=40)
    override_reason = models.CharField(max_length=500, blank=True)
    # The form's own number: a second press of one button finds the first signature (REM-21).
    form_nonce = models.UUIDField(unique=True)

    class Meta:
        triggers = APPEND_ONLY
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=["allow", "warn"], override_reason="")
                | (Q(level="override") & ~Q(override_reason="")),
                name="prescription_is_allowed_or_overridden_with_a_reason",
            ),
            prescription_lines_are_whole(),
            each_strength_is_named_once(),
            # One signature a day and course: a prescription is not repeatable (US-19).
            models.UniqueConstraint(
                fields=["course", "signed_on"],
                name="one_prescription_per_course_and_day",
            ),
        ]

    def __str__(self) -> str:
        return f"prescription {self.public_id}"

    @property
    def lines(self) -> tuple[SupplyLine, ...]:
        """Its capsules by strength, as the rules read them; largest first."""
        return lines_of(self.quantities, self.strengths_mg)

    @property
    def capsules(self) -> int:
        """Capsules of all strengths together."""
        return sum(self.quantities)


def lines_of(quantities: Sequence[int], strengths_mg: Sequence[Decimal]) -> tuple[SupplyLine, ...]:
    """Numbers of capsules with their strengths, as the two columns hold them."""
    pairs = zip(quantities, strengths_mg, strict=True)
    return tuple(SupplyLine(number, strength) for number, strength in pairs)


class Dispense(models.Model):
    """A supply that was handed out, until it is reversed (US-21)."""

    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="dispenses"
    )
    dispensed_on = models.DateField()
    dispensed_at = models.DateTimeField()
    rma = models.CharField(max_length=40, blank=True)
    pharmacy = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reversed_at = models.DateTimeField(null=True, blank=True)
    reverser = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = NO_DELETE
        constraints = [
            models.UniqueConstraint(
                fields=["prescription"],
                condition=Q(reversed_at__isnull=True),
                name="one_dispense_per_prescription_unless_reversed",
            ),
            # The reverser is empty where a pharmacy took it back; the trail names it.
            models.CheckConstraint(
                condition=Q(reverser__isnull=True) | Q(reversed_at__isnull=False),
                name="dispense_is_reversed_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"dispense {self.pk}"


class EarlierSupply(models.Model):
    """Supply handed out before IsoTrack kept this course: known from elsewhere, unsigned."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="earlier_supplies")
    dispensed_on = models.DateField()
    days = models.DecimalField(max_digits=5, decimal_places=2)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "earlier supplies"
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"earlier supply {self.pk}"

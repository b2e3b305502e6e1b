"""When and how often people want to be written to: a clinic's limits, a patient's own wishes."""

from datetime import time

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from people.models import Clinic, Patient, User

DAY_BEGINS, DAY_ENDS = time(8), time(20)
# Three a week is the rule of thumb for health texts; with one a day the daily limit comes first.
MOST_A_MONTH = 12


class ClinicLimits(models.Model):
    """When messages of a clinic may leave, by the patient's wall clock, and how many in 30 days.

    A clinic without a row has the defaults.
    """

    clinic = models.OneToOneField(Clinic, on_delete=models.CASCADE, related_name="message_limits")
    day_begins = models.TimeField(default=DAY_BEGINS)
    day_ends = models.TimeField(default=DAY_ENDS)
    most_a_month = models.PositiveSmallIntegerField(
        default=MOST_A_MONTH, validators=[MinValueValidator(4)]
    )

    class Meta:
        verbose_name_plural = "clinic limits"
        constraints = [
            models.CheckConstraint(
                condition=Q(day_begins__lt=F("day_ends")), name="clinic_day_begins_before_it_ends"
            ),
            # Fewer could not carry one task a week, and tasks are what the product is for.
            models.CheckConstraint(
                condition=Q(most_a_month__gte=4), name="clinic_sends_four_messages_a_month"
            ),
        ]

    def __str__(self) -> str:
        return f"limits of {self.clinic_id}"


class PatientHours(models.Model):
    """Hours that a patient prefers; they may narrow the clinic's, never widen them."""

    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="message_hours")
    day_begins = models.TimeField()
    day_ends = models.TimeField()
    chosen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "patient hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(day_begins__lt=F("day_ends")), name="patient_day_begins_before_it_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"hours of {self.patient_id}"


class PurposeOptOut(models.Model):
    """A patient wants no messages of one purpose; what is due is then the clinic's to say."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="purpose_opt_outs")
    purpose = models.CharField(max_length=40)
    since = models.DateTimeField()
    # None: the patient.
    said_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "purpose"], name="one_opt_out_per_patient_and_purpose"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} not for {self.patient_id}"

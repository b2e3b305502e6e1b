"""The treatment record: what happened, dated, appended and never argued with.

Clinical rows are not deleted. Statements, measurements and prescriptions are append-only; what was
wrong is put right by a newer row.
"""

import uuid

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from courses.models.triggers import APPEND_ONLY, NO_DELETE
from people.constraints import both_or_neither
from people.models import Clinic, Patient, User


class Programme(models.TextChoices):
    """Risk-management programmes by their contract names."""

    US_IPLEDGE = "us-ipledge", "United States, iPLEDGE"
    UK_MHRA = "uk-mhra", "United Kingdom, MHRA"
    EU_PPP = "eu-ppp", "European Union, PPP"
    CANADA = "ca", "Canada"
    AUSTRALIA = "au", "Australia"


@pghistory.track()
class Course(models.Model):
    """One treatment of one patient, from first plan to last follow-up."""

    class StopReason(models.TextChoices):
        COMPLETED = "completed", "Course completed"
        ADVERSE_EFFECT = "adverse-effect", "Side effect"
        PREGNANCY = "pregnancy", "Pregnancy or positive test"
        PATIENT_CHOICE = "patient-choice", "Patient's wish"
        LOST = "lost", "Lost to follow-up"
        OTHER = "other", "Other"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="courses")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="courses")
    number = models.PositiveSmallIntegerField(default=1, help_text="1 for the first course")
    programme = models.CharField(max_length=12, choices=Programme.choices)
    lab_schedule = models.CharField(max_length=20, blank=True, help_text="empty: the clinic's")
    category = models.CharField(
        max_length=3, blank=True, help_text="as planned; an enrolment's category comes before it"
    )
    indication = models.CharField(max_length=200, blank=True)
    planned_on = models.DateField(help_text="day the course was planned or recorded")
    started_on = models.DateField(null=True, blank=True, help_text="day of the first dose")
    last_dose_on = models.DateField(null=True, blank=True)
    stop_reason = models.CharField(max_length=20, choices=StopReason.choices, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # A running course taken over from elsewhere stays silent before this day (R5).
    due_from = models.DateField(null=True, blank=True)
    prescriber = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = NO_DELETE
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(stopped_at__isnull=True),
                name="one_open_course_per_patient",
            ),
            models.UniqueConstraint(
                fields=["patient", "number"], name="one_course_per_patient_and_number"
            ),
            models.CheckConstraint(
                condition=Q(last_dose_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(last_dose_on__gte=F("started_on")),
                name="course_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, stop_reason="")
                | (Q(stopped_at__isnull=False) & ~Q(stop_reason="")),
                name="course_has_a_stop_reason_iff_stopped",
            ),
            both_or_neither("stopped", model="course"),
        ]

    def __str__(self) -> str:
        return f"course {self.public_id}"


class Enrolment(models.Model):
    """A patient's place and category in a programme over a span of days; spans never overlap."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments")
    category = models.CharField(
        max_length=3,
        choices=[("fcp", "Can become pregnant"), ("ncp", "Cannot become pregnant")],
    )
    span = DateRangeField(help_text="half-open; open end while in force")
    registry_id = models.CharField(max_length=40, blank=True)
    prescriber_certified = models.BooleanField(default=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = NO_DELETE
        constraints = [
            ExclusionConstraint(
                name="enrolment_spans_do_not_overlap",
                expressions=[
                    ("course", RangeOperators.EQUAL),
                    ("span", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"enrolment {self.pk} ({self.category})"


class Statement(models.Model):
    """An attestation: a dated statement by a named person, with the wording they saw."""

    class Kind(models.TextChoices):
        CONSENT = "consent", "Form signed"
        COUNSELLING = "counselling", "Counselling given"
        CONTRACEPTION = "contraception", "Contraception stated"
        COMPREHENSION = "comprehension", "Questions answered"
        SECOND_PRESCRIBER = "second-prescriber", "Second prescriber agrees"
        HOME_TESTING = "home-testing", "Home testing allowed or not"
        SEXUAL_FUNCTION = "sexual-function", "Sexual function asked"
        QUESTIONNAIRE = "questionnaire", "Mood questionnaire"
        SYMPTOM = "symptom", "Symptom reported"
        REVIEW = "review", "Reviewed by a clinician"
        OUTCOME = "outcome", "Acne scored"

    class Speaker(models.TextChoices):
        PATIENT = "patient", "Patient"
        PRESCRIBER = "prescriber", "Prescriber"
        BOTH = "both", "Both"

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="statements")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    speaker = models.CharField(max_length=10, choices=Speaker.choices)
    stated_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="empty: the patient",
    )
    wording = models.CharField(max_length=40, help_text="version of the words they saw")
    # Shape by kind, checked by the action that writes it (courses/actions/statements.py).
    content = models.JSONField(default=dict)

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["course", "kind", "stated_on"], name="statement_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Visit(models.Model):
    """An appointment with a prescriber."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="visits")
    visited_on = models.DateField()
    remote = models.BooleanField(default=False)
    lead_prescriber = models.BooleanField(default=True)
    first = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"visit {self.pk}"


class Weight(models.Model):
    """A measured weight; the newest row of a day counts."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="weights")
    measured_on = models.DateField()
    kg = models.DecimalField(max_digits=5, decimal_places=2)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = APPEND_ONLY
        constraints = [
            models.CheckConstraint(condition=Q(kg__gte=20, kg__lte=350), name="weight_is_human"),
        ]

    def __str__(self) -> str:
        return f"weight {self.pk}"


class DoseStep(models.Model):
    """The dose in mg per day from a day on, as a pattern repeated day by day; newest row counts."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="dose_steps")
    starts_on = models.DateField()
    pattern = ArrayField(models.DecimalField(max_digits=5, decimal_places=1), size=14)
    formulation = models.CharField(max_length=12, default="standard")
    # A plan until the first supply is handed out; then a step that is not planned takes its place.
    planned = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    recorded_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"dose step {self.pk}"


class Hold(models.Model):
    """Treatment paused from a day until the day it resumes."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="holds")
    held_on = models.DateField()
    reason = models.CharField(max_length=300)
    resumed_on = models.DateField(null=True, blank=True)
    held_at = models.DateTimeField()
    held_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    resumed_at = models.DateTimeField(null=True, blank=True)
    resumed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = NO_DELETE
        constraints = [
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(resumed_on__isnull=True),
                name="one_open_hold_per_course",
            ),
            models.CheckConstraint(
                condition=Q(resumed_on__isnull=True) | Q(resumed_on__gte=F("held_on")),
                name="hold_ends_after_it_starts",
            ),
            both_or_neither("resumed", model="hold"),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class MissedDose(models.Model):
    """A day on which the dose was not taken; once a day and course (DOSE-10)."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="missed_doses")
    missed_on = models.DateField()
    reported_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        triggers = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(
                fields=["course", "missed_on"],
                name="one_missed_dose_per_course_and_day",
            ),
        ]

    def __str__(self) -> str:
        return f"missed dose {self.pk}"


class HistoryItem(models.Model):
    """A medicine, condition or allergy of the patient that the rules must know (CI-01 ff.)."""

    class Kind(models.TextChoices):
        MEDICATION = "medication", "Medicine"
        CONDITION = "condition", "Condition"
        ALLERGY = "allergy", "Allergy"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="history_items")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=80)
    noted_on = models.DateField()
    stopped_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = NO_DELETE

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

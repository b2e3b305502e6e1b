"""Open concerns that climb until a clinician acknowledges them."""

import uuid

from django.db import models
from django.db.models import Q

from courses.models import Course
from people.constraints import both_or_neither
from people.models import User


class Escalation(models.Model):
    """One concern about one course; at most one open one of a kind."""

    class Kind(models.TextChoices):
        SYMPTOM = "symptom", "Red symptom"
        MOOD = "mood", "Mood alert"
        PREGNANCY_TEST = "pregnancy-test", "Positive or unclear pregnancy test"
        RESULT = "result", "Critical result"
        CORRECTED_RESULT = "corrected-result", "Corrected result after a signature"
        UNREAD_RESULT = "unread-result", "Result not read in time"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="escalations")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    reasons = models.JSONField(default=list, help_text="reason codes, newest last")
    evidence = models.CharField(max_length=80, blank=True)
    raised_at = models.DateTimeField()
    rung = models.PositiveSmallIntegerField(default=0)
    climbs_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course", "kind"],
                condition=Q(closed_at__isnull=True),
                name="one_open_escalation_per_course_and_kind",
            ),
            both_or_neither("acknowledged", model="escalation"),
            both_or_neither("closed", model="escalation"),
        ]
        indexes = [
            models.Index(
                fields=["climbs_at"],
                condition=Q(acknowledged_at__isnull=True, closed_at__isnull=True),
                name="escalation_to_climb",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class EscalationStep(models.Model):
    """One rung of an escalation: who was told, when."""

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="steps")
    rung = models.PositiveSmallIntegerField()
    told = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["escalation", "rung", "told"],
                name="one_step_per_rung_and_person",
            ),
        ]

    def __str__(self) -> str:
        return f"rung {self.rung} of {self.escalation_id}"


class PathwayStep(models.Model):
    """One thing that must be done about a positive or unclear pregnancy test (US-23).

    The concern cannot be closed while a step is open; each is ticked off with a name and a time.
    """

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        NOT_NEEDED = "not-needed", "Not needed"

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="pathway")
    step = models.CharField(max_length=24)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    note = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["escalation", "step"], name="one_pathway_step_per_concern_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at__isnull=True)
                | (~Q(outcome="") & Q(settled_at__isnull=False)),
                name="pathway_step_is_settled_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="not-needed") | ~Q(note=""),
                name="pathway_step_is_left_out_with_a_reason",
            ),
            both_or_neither("settled", model="pathway_step"),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.escalation_id}"

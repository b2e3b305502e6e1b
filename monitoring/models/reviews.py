"""What waits to be read: one row per course and specimen, kept in step with the results."""

import uuid

from django.db import models
from django.db.models import Q

from courses.models import Course
from monitoring.models.results import Specimen
from people.models import Clinic


class ResultReview(models.Model):
    """A specimen's results that somebody has to read (UX-06).

    Never edited by hand: every plan of the course makes rows and results agree. A row that needs a
    decision ends only by one, or because its results were cancelled or moved away.
    """

    class Ending(models.TextChoices):
        DECIDED = "decided", "Decided"
        BY_RULE = "by-rule", "Closed by the clinic's rule"
        SUPERSEDED = "superseded", "Normal, and newer ones have come"
        WITHDRAWN = "withdrawn", "Nothing is left to read"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="result_reviews")
    specimen = models.ForeignKey(Specimen, on_delete=models.PROTECT, related_name="reviews")
    collected_on = models.DateField()
    since = models.DateTimeField(help_text="when what is to be read became known")
    tier = models.PositiveSmallIntegerField(null=True, help_text="highest; empty: none was graded")
    needs_decision = models.BooleanField(default=False)
    corrected = models.BooleanField(
        default=False, help_text="the laboratory changed what had been decided on"
    )
    doubtful = models.BooleanField(default=False, help_text="a value waits to be confirmed (LAB-6)")
    lines = models.JSONField(default=list, help_text="the results as lists show them, worst first")
    version = models.CharField(max_length=64, help_text="hash of what is to be read")
    escalates_at = models.DateTimeField(null=True, help_text="empty: not, or it has been raised")
    ended = models.CharField(max_length=12, choices=Ending.choices, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course", "specimen"], name="one_result_review_per_course_and_specimen"
            ),
            models.CheckConstraint(
                condition=Q(ended="", ended_at__isnull=True)
                | (~Q(ended="") & Q(ended_at__isnull=False)),
                name="result_review_ends_with_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "needs_decision", "tier", "since"],
                condition=Q(ended=""),
                name="result_review_to_read",
            ),
            models.Index(
                fields=["escalates_at"], condition=Q(ended=""), name="result_review_to_escalate"
            ),
        ]

    def __str__(self) -> str:
        return f"review {self.public_id}"

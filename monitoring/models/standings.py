"""The throw-away summary of a course that lists sort and count by. Never truth."""

from django.db import models
from django.db.models import Q

from courses.models import Course


class CourseStanding(models.Model):
    """Derived from the dossier by ``protocol.standing``; may be deleted at any time.

    The gate never reads it. ``replan_after`` is the next date on which anything changes by itself.
    """

    course = models.OneToOneField(Course, on_delete=models.CASCADE, related_name="standing")
    clinic = models.ForeignKey("people.Clinic", on_delete=models.CASCADE, related_name="+")
    phase = models.CharField(max_length=10)
    # The gravest of its work items: 0 act now, 1 waiting on staff or laboratory, 2 waiting on
    # patient, 3 ready, 4 nothing to do.
    attention = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=40, blank=True)
    owner = models.CharField(max_length=12, blank=True)
    level = models.CharField(max_length=8)
    open_checks = models.PositiveSmallIntegerField(default=0)
    ready_to_sign = models.BooleanField(default=False)
    window_closes_at = models.DateTimeField(null=True)
    next_due_on = models.DateField(null=True)
    next_requirement = models.CharField(max_length=20, blank=True)
    week = models.PositiveSmallIntegerField(null=True)
    daily_mg = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    mg_per_kg_so_far = models.DecimalField(max_digits=7, decimal_places=1, null=True)
    latest_lab = models.JSONField(default=dict)
    unread_results = models.PositiveSmallIntegerField(default=0)
    worst_tier = models.PositiveSmallIntegerField(null=True)
    edition = models.CharField(max_length=20, blank=True)
    runs_out_on = models.DateField(null=True, help_text="first day without capsules")
    capsules_left = models.PositiveSmallIntegerField(null=True)
    earliest_pickup_on = models.DateField(null=True)
    # The newest attempt to reach the patient.
    contact_outcome = models.CharField(max_length=20, blank=True)
    contacted_at = models.DateTimeField(null=True)
    replan_after = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["replan_after"], name="standing_to_replan"),
            models.Index(fields=["clinic", "attention", "next_due_on"], name="standing_worklist"),
            models.Index(
                fields=["clinic", "contact_outcome"],
                condition=~Q(contact_outcome=""),
                name="standing_by_contact",
            ),
        ]

    def __str__(self) -> str:
        return f"standing of course {self.course_id}"

"""The worklist: one row a course and reason, who has it, and how somebody likes to see it."""

import uuid

from django.db import models
from django.db.models import Q

from courses.models import Course
from people.constraints import both_or_neither
from people.models import Clinic, User


class WorkItem(models.Model):
    """One course and one reason for which somebody must act (R6). Derived, like the standing.

    Made anew with every plan from ``monitoring.attention``; may be deleted at any time.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="work_items")
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    # Numbers of ``attention.Attention`` and ``attention.Rank``.
    attention = models.PositiveSmallIntegerField()
    rank = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=40)
    owner = models.CharField(max_length=12)
    closes_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    # Copies, so that lists filter by one index: the open assignment, and the next call's day.
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    waits_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course", "reason"], name="one_work_item_per_course_and_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "attention", "rank", "closes_at", "due_on", "id"],
                name="work_item_in_order",
            ),
            models.Index(
                fields=["clinic", "reason", "attention", "rank", "closes_at", "due_on", "id"],
                name="work_item_by_reason",
            ),
            models.Index(
                fields=["clinic", "assignee", "attention", "rank"],
                condition=Q(assignee__isnull=False),
                name="work_item_by_assignee",
            ),
            models.Index(
                fields=["clinic", "waits_until"],
                condition=Q(waits_until__isnull=False),
                name="work_item_for_another_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} of course {self.course_id}"


class Assignment(models.Model):
    """A course is in the hands of one member of staff, until it is given on or back."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="assignments")
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    note = models.CharField(max_length=200, blank=True)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(ended_at__isnull=True),
                name="one_open_assignment_per_course",
            ),
            both_or_neither("ended", model="assignment"),
        ]

    def __str__(self) -> str:
        return f"assignment {self.pk}"


class SavedView(models.Model):
    """A filter of the worklist under a name of one's own; it names no patient."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    show = models.CharField(max_length=20, blank=True)
    who = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "clinic", "name"], name="one_saved_view_per_user_clinic_and_name"
            ),
        ]

    def __str__(self) -> str:
        return f"view {self.public_id}"

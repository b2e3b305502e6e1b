"""Decisions of the gate that were acted on: each is itself a fact, kept for ever."""

import uuid

import pgtrigger
from django.db import models

from courses.models import Course


class GateDecision(models.Model):
    """What the gate said when somebody signed or was refused, with edition, policy and evidence."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="gate_decisions")
    action = models.CharField(max_length=10)
    level = models.CharField(max_length=8)
    judged_at = models.DateTimeField()
    judged_on = models.DateField()
    edition = models.CharField(max_length=20)
    edition_hash = models.CharField(max_length=64)
    policy_version = models.CharField(max_length=40)
    decision = models.JSONField()
    asked_by = models.CharField(max_length=80)
    prescription = models.UUIDField(null=True, help_text="public id of what was signed on it")

    class Meta:
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.level} {self.public_id}"

"""Tokens with which a laboratory's system hands in results over HTTP (SEC-23)."""

import uuid
from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q

from people.constraints import both_or_neither
from people.models import Clinic, User


class LabToken(models.Model):
    """One secret of one laboratory. Only its keyed hash is stored, and its first characters.

    As an actor it signs what was delivered with it. At most two of one laboratory are valid: the
    newest, and the one before it until it ends.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="lab_tokens")
    label = models.CharField(max_length=80, help_text="the laboratory or its system")
    prefix = models.CharField(max_length=12, help_text="how the token begins, to recognise it")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    last_used_at = models.DateTimeField(null=True, blank=True)
    # The limit of calls a minute is counted here, so that it holds in every process alike.
    counted_from = models.DateTimeField(null=True, blank=True)
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="secret_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("token_hash", "clinic", "prefix", "label"),
            ),
        ]
        constraints = [
            both_or_neither("revoked", model="lab_token"),
            models.CheckConstraint(condition=~Q(label=""), name="lab_token_has_a_label"),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.prefix}…)"

    def valid(self, *, now: datetime) -> bool:
        """Whether it opens the door at this instant."""
        ended = self.expires_at is not None and self.expires_at <= now
        return self.revoked_at is None and not ended

    @property
    def audit_id(self) -> str:
        """How the trail names what was delivered with it."""
        return f"lab-token:{self.public_id}"

    @property
    def audit_name(self) -> str:
        """The name shown beside an event."""
        return str(self)

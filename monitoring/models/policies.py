"""A clinic's policy over time, and go-live dates of editions that an administrator moved."""

import pgtrigger
from django.db import models

from people.models import Clinic, User

APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
]


class ClinicPolicyVersion(models.Model):
    """A clinic's settings from a day on; the newest row whose day has come counts."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="policy_versions")
    effective_from = models.DateField()
    settings = models.JSONField(default=dict, help_text="fields of protocol.policy.ClinicPolicy")
    reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"policy {self.pk} of {self.clinic_id}"


class EditionActivation(models.Model):
    """An administrator's row that moves the go-live date of a programme edition (GEN-8)."""

    clinic = models.ForeignKey(
        Clinic,
        on_delete=models.PROTECT,
        null=True,
        related_name="edition_activations",
        help_text="empty: every clinic",
    )
    edition = models.CharField(max_length=20)
    effective_from = models.DateField()
    reason = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.edition} from {self.effective_from}"

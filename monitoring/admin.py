"""The vigilance in the console: to read. Raw messages and answers are not shown to support."""

from django.contrib import admin

from audit.console import ReadOnly
from monitoring import models


class PartOfACourse(ReadOnly):
    """A row that belongs to a course."""

    list_display: tuple[str, ...] = ("__str__", "course")
    search_fields = ("course__public_id",)


@admin.register(models.CheckIn)
class CheckInAdmin(PartOfACourse):
    """Check-ins, without what was answered."""

    private = ("answers",)


@admin.register(models.LabMessage)
class LabMessageAdmin(ReadOnly):
    """Messages as they arrived, without their text."""

    list_display = ("received_at", "clinic", "source", "format", "control_id")
    list_filter = ("clinic", "source")
    private = ("raw",)


@admin.register(models.LabReport)
class LabReportAdmin(ReadOnly):
    """Reports and the queue."""

    list_display = ("received_at", "clinic", "status", "reason", "settled_at")
    list_filter = ("clinic", "status")
    private = ("hints",)


@admin.register(models.LabToken)
class LabTokenAdmin(ReadOnly):
    """Laboratories' tokens: the text itself is not known to anybody."""

    list_display = ("prefix", "label", "clinic", "last_used_at", "expires_at", "revoked_at")
    list_filter = ("clinic",)
    private = ("token_hash",)


@admin.register(models.Pulse)
class PulseAdmin(ReadOnly):
    """Signs of life."""

    list_display = ("name", "at")


@admin.register(models.CourseStanding)
class CourseStandingAdmin(PartOfACourse):
    """The throw-away copy that lists sort by."""

    list_display = ("course", "clinic", "phase", "attention", "reason", "replan_after")
    list_filter = ("clinic", "phase", "attention")


@admin.register(models.DueItem)
class DueItemAdmin(PartOfACourse):
    """What is due."""

    list_display = ("key", "course", "due_on", "ended", "ended_at")
    list_filter = ("requirement", "ended")


class Plain(ReadOnly):
    """Any other row."""


admin.site.register(
    (
        models.Acknowledgement,
        models.Contact,
        models.Escalation,
        models.GateDecision,
        models.PregnancyTest,
    ),
    PartOfACourse,
)
admin.site.register(
    (
        models.ClinicPolicyVersion,
        models.EditionActivation,
        models.EscalationStep,
        models.Observation,
        models.Specimen,
    ),
    Plain,
)


@admin.register(models.Letter)
class LetterAdmin(ReadOnly):
    """What patients wrote, without the words."""

    list_display = ("written_at", "patient", "taken_by", "answered_at")
    private = ("text", "answer", "form_key")

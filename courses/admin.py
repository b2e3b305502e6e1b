"""The treatment record in the console: to read. Every change goes through an action."""

from django.contrib import admin

from audit.console import ReadOnly
from courses import models


@admin.register(models.Course)
class CourseAdmin(ReadOnly):
    """Courses by clinic and programme."""

    list_display = ("public_id", "clinic", "programme", "number", "started_on", "stopped_at")
    list_filter = ("clinic", "programme")
    search_fields = ("public_id", "patient__mrn")


class PartOfACourse(ReadOnly):
    """A row that belongs to a course."""

    list_display = ("__str__", "course")
    search_fields = ("course__public_id",)


@admin.register(models.HistoryItem)
class HistoryItemAdmin(ReadOnly):
    """Medicines, conditions, allergies."""

    list_display = ("__str__", "noted_on", "stopped_on")


@admin.register(models.Dispense)
class DispenseAdmin(ReadOnly):
    """Supplies handed out."""

    list_display = ("__str__", "prescription", "dispensed_on", "reversed_at")


admin.site.register(
    (
        models.DoseStep,
        models.EarlierSupply,
        models.Enrolment,
        models.Hold,
        models.MissedDose,
        models.Prescription,
        models.Statement,
        models.Visit,
        models.Weight,
    ),
    PartOfACourse,
)

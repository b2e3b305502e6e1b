"""The treatment record: what happened, dated, appended and never argued with."""

from courses.models.supply import Dispense, EarlierSupply, Prescription
from courses.models.treatment import (
    Course,
    DoseStep,
    Enrolment,
    HistoryItem,
    Hold,
    MissedDose,
    Programme,
    Statement,
    Visit,
    Weight,
)
from courses.models.triggers import APPEND_ONLY, NO_DELETE

__all__ = [
    "APPEND_ONLY",
    "NO_DELETE",
    "Course",
    "Dispense",
    "DoseStep",
    "EarlierSupply",
    "Enrolment",
    "HistoryItem",
    "Hold",
    "MissedDose",
    "Prescription",
    "Programme",
    "Statement",
    "Visit",
    "Weight",
]

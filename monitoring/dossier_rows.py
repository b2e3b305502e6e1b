"""What the dossier reads: one kept query a table, all of them asked in two round trips.

A column that is not named here is not read. Check-ins in particular: their answers are encrypted,
and no rule reads them.
"""

import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import QuerySet

from courses.models import (
    Course,
    Dispense,
    DoseStep,
    EarlierSupply,
    Enrolment,
    HistoryItem,
    Hold,
    MissedDose,
    Prescription,
    Statement,
    Visit,
    Weight,
)
from messaging.models import Message
from monitoring.models import (
    Acknowledgement,
    CheckIn,
    DueItem,
    Observation,
    PregnancyTest,
    SkinReport,
    TaskAnswer,
)
from people.kept import Given, Kept, ask
from protocol.vocabulary import Analyte, ResultStatus


class Rows(NamedTuple):
    """The rows of each table about some courses, or about their patients, in order of time."""

    enrolments: list[Any]
    statements: list[Any]
    visits: list[Any]
    weights: list[Any]
    dose_steps: list[Any]
    holds: list[Any]
    missed: list[Any]
    prescriptions: list[Any]
    dispenses: list[Any]
    earlier_supplies: list[Any]
    pregnancy_tests: list[Any]
    check_ins: list[Any]
    waived: list[Any]
    skin_reports: list[Any]
    task_answers: list[Any]
    acknowledged: list[Any]
    history: list[Any]
    observations: list[Any]


def _of(model: Any, course: str = "course_id") -> QuerySet[Any]:
    """The rows of a table about the courses that are asked for."""
    return model.objects.filter(**{f"{course}__among": Given("courses")})


# Every course of each patient: those before count for the lifetime dose and the retreatment gap.
COURSES = Kept(
    lambda: Course.objects.filter(
        patient_id__in=Course.objects.filter(pk__among=Given("courses")).values("patient_id")
    ).order_by("number"),
    *("pk", "public_id", "patient_id", "number", "programme", "category", "indication"),
    *(
        "stopped_at",
        "stop_reason",
        "last_dose_on",
        "due_from",
        "clinic__timezone",
        "clinic__country",
    ),
    *("patient__born", "patient__sex", "patient__country", "patient__timezone"),
)
_OF_COURSES = (
    Kept(
        lambda: _of(Enrolment).order_by("span"),
        *("course_id", "pk", "category", "span", "registry_id", "prescriber_certified"),
    ),
    Kept(
        lambda: _of(Statement).order_by("stated_on", "pk"),
        *("course_id", "pk", "kind", "speaker", "stated_on", "recorded_at", "content"),
    ),
    Kept(
        lambda: _of(Visit).order_by("visited_on", "pk"),
        *("course_id", "pk", "visited_on", "remote", "lead_prescriber", "first"),
    ),
    Kept(lambda: _of(Weight).order_by("measured_on", "pk"), "course_id", "pk", "measured_on", "kg"),
    Kept(
        lambda: _of(DoseStep).order_by("starts_on", "pk"),
        *("course_id", "pk", "starts_on", "pattern", "formulation", "planned", "recorded_on"),
    ),
    Kept(
        lambda: _of(Hold).order_by("held_on", "pk"),
        *("course_id", "pk", "held_on", "resumed_on"),
    ),
    Kept(
        lambda: _of(MissedDose).order_by("reported_on", "missed_on"),
        *("course_id", "missed_on", "reported_on"),
    ),
    Kept(
        lambda: _of(Prescription).order_by("signed_at"),
        *("course_id", "public_id", "signed_on", "signed_at", "quantities", "strengths_mg"),
        *("pattern", "days", "formulation", "excipients"),
    ),
    Kept(
        lambda: (
            _of(Dispense, "prescription__course_id")
            .filter(reversed_at__isnull=True)
            .order_by("dispensed_at")
        ),
        *("prescription__course_id", "pk", "dispensed_on", "rma", "prescription__days"),
    ),
    Kept(
        lambda: _of(EarlierSupply).order_by("dispensed_on"),
        *("course_id", "pk", "dispensed_on", "days"),
    ),
    Kept(
        lambda: _of(PregnancyTest).filter(withdrawn_at__isnull=True).order_by("collected_on", "pk"),
        *("course_id", "public_id", "collected_on", "recorded_at", "result", "setting"),
        *("specimen", "verified", "cycle_day", "omitted_reason"),
    ),
    Kept(
        lambda: _of(CheckIn).filter(submitted_at__isnull=False).order_by("submitted_at"),
        *("course_id", "public_id", "submitted_on", "submitted_at", "due_item__due_on"),
    ),
    Kept(
        lambda: _of(DueItem).filter(ended=DueItem.Ending.WAIVED).order_by("pk"),
        *("course_id", "public_id", "requirement", "due_on", "waived_at", "waived_reason"),
    ),
    Kept(
        lambda: _of(SkinReport).order_by("on", "pk"),
        *("course_id", "pk", "on", "month"),
    ),
    Kept(
        lambda: (
            _of(TaskAnswer, "due_item__course_id")
            .filter(due_item__ended="", ended_at__isnull=True)
            .order_by("pk")
        ),
        *("due_item__course_id", "pk", "on", "said", "until", "due_item__key"),
    ),
    Kept(
        lambda: _of(Acknowledgement).order_by("at", "pk"),
        *("course_id", "pk", "at", "plan", "results", "repeat_on", "repeat", "told"),
        "specimen__public_id",
    ),
)
_OF_PATIENTS = (
    Kept(
        lambda: HistoryItem.objects.filter(patient_id__among=Given("patients")).order_by(
            "noted_on", "pk"
        ),
        *("patient_id", "pk", "kind", "name", "noted_on", "stopped_on"),
    ),
    Kept(
        lambda: (
            Observation.objects.filter(
                specimen__patient_id__among=Given("patients"),
                specimen__collected_on__isnull=False,
                current=True,
                analyte__in=list(Analyte),
            )
            .exclude(status=ResultStatus.CANCELLED)
            .order_by("specimen__collected_on", "pk")
        ),
        *("specimen__patient_id", "specimen__public_id", "specimen__collected_on", "public_id"),
        *("analyte", "code", "value_text", "value", "comparator", "unit", "lln", "uln"),
        *("fasting", "status", "confirmed_at", "held", "flag"),
    ),
)
_READ_AT = Kept(lambda: Message.objects.filter(key__among=Given("keys")), "key", "read_at")


def courses_with_others(course_ids: Iterable[int]) -> list[Any]:
    """The courses and every other course of the same patients, with patient and clinic."""
    return COURSES.ask(courses=list(course_ids))


def rows_of(courses: list[int], patients: list[int]) -> Rows:
    """Every row that the rules know of."""
    questions: dict[Kept, dict[str, object]] = {each: {"courses": courses} for each in _OF_COURSES}
    return Rows(*ask(questions | {each: {"patients": patients} for each in _OF_PATIENTS}))


def when_notes_were_read(acknowledged: Iterable[Any]) -> dict[str, Any]:
    """When the message about each note was read, by the message's key; None where it was not."""
    keys = [note_key(row.specimen__public_id, row.pk) for row in acknowledged if row.told]
    return {row.key: row.read_at for row in _READ_AT.ask(keys=keys)} if keys else {}


def note_key(specimen: uuid.UUID, note: int) -> str:
    """The key of the message that tells a patient of a note about a specimen."""
    return f"result-note:{uuid.uuid5(specimen, str(note))}"

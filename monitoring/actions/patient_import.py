"""Taking over a clinic's patients and running courses: the whole file or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from audit import trail
from audit.kinds import Kind
from courses.actions import starting
from courses.actions.starting import CoursePlan
from courses.models import Course
from monitoring.actions import planning
from monitoring.patient_rows import PatientRow, Problem
from people.actions import patients
from people.actions.patients import Identity
from people.models import Clinic, Patient

IMPORTER = trail.System("import")


class Disagrees(Exception):
    """Rows whose number is taken by a patient who differs; nothing was stored."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} rows disagree with what is on file")
        self.problems = list(problems)


@dataclass(slots=True)
class Imported:
    """How many rows made a patient, and how many agreed with one that exists."""

    created: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)


def import_rows(
    rows: Sequence[PatientRow],
    *,
    clinic: Clinic,
    today: date,
    now: datetime,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> Imported:
    """Store the rows in one transaction; an existing patient who agrees is skipped.

    Nothing falls due, and nothing is sent, for days before ``today`` (R5).

    Raises:
        Disagrees: an MRN belongs to a patient who differs in what the row says.
    """
    existing = {
        patient.mrn: patient
        for patient in Patient.objects.filter(clinic=clinic, mrn__in=[row.mrn for row in rows])
    }
    problems = [
        problem
        for row in rows
        if row.mrn in existing
        for problem in _differences(row, existing[row.mrn])
    ]
    if problems:
        raise Disagrees(problems)
    fresh = [row for row in rows if row.mrn not in existing]
    outcome = Imported(created=len(fresh), skipped=len(rows) - len(fresh))
    if dry_run or not fresh:
        return outcome
    with transaction.atomic():
        for done, row in enumerate(fresh, start=1):
            _store(row, clinic=clinic, today=today, now=now)
            progress(done)
        _note(clinic, len(fresh), now=now)
    return outcome


@trail.action
def _note(clinic: Clinic, count: int, *, now: datetime) -> None:
    trail.record(
        Kind.PATIENTS_IMPORTED,
        by=IMPORTER,
        subject=f"clinic:{clinic.public_id}",
        now=now,
        clinic=clinic.slug,
        count=count,
    )


def _store(row: PatientRow, *, clinic: Clinic, today: date, now: datetime) -> None:
    patient = patients.add_patient(
        clinic,
        Identity(
            mrn=row.mrn,
            given_name=row.given_name,
            family_name=row.family_name,
            born=row.born,
            sex=row.sex,
            email=row.email,
            phone=row.phone,
            timezone=row.timezone,
            country=row.country,
            language=row.language,
        ),
        by=IMPORTER,
        now=now,
    )
    if not row.programme:
        return
    course = starting.start(
        patient,
        CoursePlan(
            programme=row.programme,
            category=row.category,
            weight_kg=row.weight_kg,
            daily_mg=(row.daily_mg,) if row.daily_mg is not None else (),
            starts_on=row.started_on or today,
            lab_schedule=row.lab_schedule,
            # A patient whose course runs elsewhere has been enrolled there.
            enrolled=row.started_on is not None,
            running_since=row.started_on,
            due_from=today if row.started_on else None,
        ),
        prescriber=None,
        by=IMPORTER,
        today=today,
        now=now,
    )
    planning.replan(course, now=now, by=IMPORTER)


def _differences(row: PatientRow, patient: Patient) -> list[Problem]:
    points = {point.channel: point.address for point in patient.contact_points.all()}
    course = Course.objects.filter(patient=patient).order_by("-number").first()
    on_file: dict[str, object] = {
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        "born": patient.born,
        "sex": patient.sex,
        "email": points.get("email", ""),
        "phone": points.get("sms", ""),
        "timezone": patient.timezone,
        "country": patient.country,
        "language": patient.language,
        "programme": course.programme if course else "",
        "started_on": course.started_on if course else None,
        "lab_schedule": course.lab_schedule if course else "",
    }
    differing = [
        column
        for column, known in on_file.items()
        if getattr(row, column) not in ("", None) and getattr(row, column) != known
    ]
    if course is not None:
        # These change in the life of a course: the row may say what held at any time of it.
        ever: dict[str, set[object]] = {
            "category": {enrolment.category for enrolment in course.enrolments.all()},
            "weight_kg": {weight.kg for weight in course.weights.all()},
            "daily_mg": {mg for step in course.dose_steps.all() for mg in step.pattern},
        }
        differing += [
            column
            for column, known in ever.items()
            if known and getattr(row, column) is not None and getattr(row, column) not in known
        ]
    return [
        Problem(row.line, column, "differs from the patient who has this number")
        for column in differing
    ]

"""Planning a course: programme, category, weight, dose plan."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import author, record
from courses.models import Course, DoseStep, Enrolment, HistoryItem, Weight
from people.models import Patient, User


class CourseRunning(Exception):
    """The patient has an open course already; end it before a new one begins."""


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """What is decided when a course is planned.

    ``running_since`` is set for a course taken over while it runs: it then has started, and
    nothing falls due before ``due_from`` (R5).
    """

    programme: str
    category: str | None
    weight_kg: Decimal | None
    daily_mg: tuple[Decimal, ...]
    starts_on: date
    lab_schedule: str = ""
    indication: str = ""
    registry_id: str = ""
    prescriber_certified: bool = True
    enrolled: bool = True
    formulation: str = "standard"
    running_since: date | None = None
    due_from: date | None = None
    history: tuple[tuple[str, str], ...] = field(default=())


@trail.action
def start(
    patient: Patient,
    plan: CoursePlan,
    *,
    prescriber: User | None,
    by: trail.Actor,
    today: date,
    now: datetime,
) -> Course:
    """Plan a course; the first supply handed out begins it.

    Raises:
        CourseRunning: the patient has an open course.
    """
    # The patient's row is the lock: two tabs that both start a course end as one course.
    Patient.objects.select_for_update().get(pk=patient.pk)
    if Course.objects.filter(patient=patient, stopped_at__isnull=True).exists():
        raise CourseRunning
    last = Course.objects.filter(patient=patient).aggregate(last=Max("number"))["last"] or 0
    course = Course.objects.create(
        patient=patient,
        clinic=patient.clinic,
        number=last + 1,
        programme=plan.programme,
        lab_schedule=plan.lab_schedule,
        category=plan.category or "",
        indication=plan.indication,
        planned_on=plan.running_since or today,
        started_on=plan.running_since,
        due_from=plan.due_from,
        prescriber=prescriber,
    )
    since = plan.running_since or today
    if plan.category and plan.enrolled:
        Enrolment.objects.create(
            course=course,
            category=plan.category,
            span=(since, None),
            registry_id=plan.registry_id,
            prescriber_certified=plan.prescriber_certified,
            recorded_at=now,
            recorded_by=author(by),
        )
    if plan.weight_kg is not None:
        Weight.objects.create(
            course=course,
            measured_on=since,
            kg=plan.weight_kg,
            recorded_at=now,
            recorded_by=author(by),
        )
    if plan.daily_mg:
        DoseStep.objects.create(
            course=course,
            starts_on=plan.running_since or plan.starts_on,
            pattern=list(plan.daily_mg),
            formulation=plan.formulation,
            planned=plan.running_since is None,
            recorded_on=since,
            recorded_at=now,
            recorded_by=author(by),
        )
    HistoryItem.objects.bulk_create(
        HistoryItem(
            patient=patient,
            kind=kind,
            name=name,
            noted_on=since,
            recorded_at=now,
            recorded_by=author(by),
        )
        for kind, name in plan.history
    )
    record(
        Kind.COURSE_STARTED,
        course,
        by=by,
        now=now,
        programme=plan.programme,
        taken_over=plan.running_since is not None,
    )
    return course

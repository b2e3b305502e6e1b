"""Recording what happened in a course: visits, weights, history, enrolment."""

from datetime import date, datetime
from decimal import Decimal

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import author, record
from courses.models import Course, Enrolment, HistoryItem, Visit, Weight


@trail.action
def record_weight(
    course: Course, *, kg: Decimal, measured_on: date, by: trail.Actor, now: datetime
) -> Weight:
    """A measured weight in kilograms (DOSE-1)."""
    weight = Weight.objects.create(
        course=course,
        kg=kg,
        measured_on=measured_on,
        recorded_at=now,
        recorded_by=author(by),
    )
    record(Kind.WEIGHT_RECORDED, course, by=by, now=now, on=measured_on.isoformat())
    return weight


@trail.action
def record_visit(
    course: Course,
    *,
    visited_on: date,
    remote: bool,
    lead_prescriber: bool,
    by: trail.Actor,
    now: datetime,
) -> Visit:
    """An appointment (US-10, UK-06, UK-12); the first one of the course is marked as such."""
    visit = Visit.objects.create(
        course=course,
        visited_on=visited_on,
        remote=remote,
        lead_prescriber=lead_prescriber,
        first=not course.visits.exists(),
        recorded_at=now,
        recorded_by=author(by),
    )
    record(
        Kind.VISIT_RECORDED,
        course,
        by=by,
        now=now,
        on=visited_on.isoformat(),
        remote=remote,
    )
    return visit


@trail.action
def record_history(
    course: Course,
    *,
    kind: str,
    name: str,
    noted_on: date,
    stopped_on: date | None,
    by: trail.Actor,
    now: datetime,
) -> HistoryItem:
    """A medicine, condition or allergy (CI-01 ff.); naming it again with an end updates the end."""
    item, _ = HistoryItem.objects.update_or_create(
        patient=course.patient,
        kind=kind,
        name=name.strip().lower(),
        stopped_on=None,
        defaults={"stopped_on": stopped_on},
        create_defaults={
            "noted_on": noted_on,
            "stopped_on": stopped_on,
            "recorded_at": now,
            "recorded_by": author(by),
        },
    )
    record(Kind.HISTORY_RECORDED, course, by=by, now=now, history=kind)
    return item


@trail.action
def record_enrolment(
    course: Course,
    *,
    category: str,
    registry_id: str,
    prescriber_certified: bool,
    enrolled_on: date,
    by: trail.Actor,
    now: datetime,
) -> Enrolment:
    """Register with the programme, or change the category from a day on (US-01, US-03)."""
    running = (
        Enrolment.objects.select_for_update()
        .filter(course=course, span__endswith=None)
        .order_by("-pk")
        .first()
    )
    if running is not None:
        if running.span.lower >= enrolled_on:
            running.category = category
            running.registry_id = registry_id
            running.prescriber_certified = prescriber_certified
            running.save(update_fields=["category", "registry_id", "prescriber_certified"])
            record(Kind.ENROLMENT_RECORDED, course, by=by, now=now, corrected=True)
            return running
        running.span = (running.span.lower, enrolled_on)
        running.save(update_fields=["span"])
    enrolment = Enrolment.objects.create(
        course=course,
        category=category,
        span=(enrolled_on, None),
        registry_id=registry_id,
        prescriber_certified=prescriber_certified,
        recorded_at=now,
        recorded_by=author(by),
    )
    record(Kind.ENROLMENT_RECORDED, course, by=by, now=now, corrected=False)
    return enrolment

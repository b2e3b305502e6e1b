"""The dashboard's lists: who needs whom today, safety first, then the soonest deadline."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Min, Q, QuerySet, SmallIntegerField, Value, When

from monitoring.attention import ALARMS, SOON, Attention
from monitoring.models import CourseStanding, LabReport, ResultReview
from people.queries import PatientRow, Place, patient_row

PAGE = 25
# The tiles of the Today page: name in the URL, then which standings it counts.
FILTERS = (
    "pregnancy-test",
    "critical-result",
    "alert",
    "window",
    "ready",
    "act",
    "staff",
    "patient",
)


# Within a group, what endangers somebody comes before what merely ends soon.
_DANGER = Case(
    When(reason__startswith="concern:", then=Value(0)),
    When(reason__in=[reason.value for reason in ALARMS], then=Value(1)),
    default=Value(2),
    output_field=SmallIntegerField(),
)


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One course and the one reason for which it is on the list."""

    course: uuid.UUID
    patient: PatientRow
    number: int
    attention: Attention
    reason: str
    owner: str
    week: int | None
    daily_mg: Decimal | None
    mg_per_kg_so_far: Decimal | None
    latest_lab: dict[str, Any]
    due_on: date | None
    window_closes_at: datetime | None
    ready_to_sign: bool
    edition: str
    programme: str
    zone: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A number on the Today page; ``soonest`` is the most urgent moment among what it counts."""

    name: str
    count: int
    soonest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """The Today page: tiles, the groups of the worklist, and what waits outside it."""

    tiles: tuple[Tile, ...]
    act: tuple[WorklistRow, ...]
    staff: tuple[WorklistRow, ...]
    patient: tuple[WorklistRow, ...]
    counts: dict[str, int]
    queued_reports: int
    to_decide: int
    last_arrival: datetime | None
    courses: int


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """One page of the worklist under a filter."""

    rows: tuple[WorklistRow, ...]
    total: int
    page: int
    pages: int
    name: str
    counts: dict[str, int]


def today(place: Place, *, now: datetime, shown: int = 8) -> Today:
    """What needs whom in a clinic now."""
    standings = _of(place)
    groups = {
        row["attention"]: row["n"]
        for row in standings.order_by().values("attention").annotate(n=Count("pk"))
    }
    queue = _queue(place).aggregate(n=Count("pk"))
    last = (
        LabReport.objects.filter(clinic_id=place.clinic_id)
        .order_by("-received_at")
        .values_list("received_at", flat=True)
        .first()
    )
    return Today(
        tiles=_tiles(place, now=now),
        act=_rows(_filtered(place, "act", now=now), limit=25),
        staff=_rows(_filtered(place, "staff", now=now), limit=shown),
        patient=_rows(_filtered(place, "patient", now=now), limit=shown),
        counts={
            "act": groups.get(Attention.ACT, 0),
            "staff": groups.get(Attention.STAFF, 0),
            "patient": groups.get(Attention.PATIENT, 0),
            "ready": groups.get(Attention.READY, 0),
            "nothing": groups.get(Attention.NOTHING, 0),
        },
        queued_reports=queue["n"],
        to_decide=ResultReview.objects.filter(
            clinic_id=place.clinic_id, ended="", needs_decision=True
        ).count(),
        last_arrival=last,
        courses=sum(groups.values()),
    )


def worklist(place: Place, *, name: str, text: str, page: int, now: datetime) -> WorklistPage:
    """One page of the worklist: a filter of ``FILTERS`` or all that needs somebody.

    ``text`` narrows by name or clinic number. Sorted by group, then deadline.
    """
    found = _filtered(place, name, now=now)
    for word in text.split():
        found = found.filter(
            Q(course__patient__family_name__istartswith=word)
            | Q(course__patient__given_name__istartswith=word)
            | Q(course__patient__mrn__istartswith=word)
        )
    total = found.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    return WorklistPage(
        rows=_rows(found[(page - 1) * PAGE :], limit=PAGE),
        total=total,
        page=page,
        pages=pages,
        name=name,
        counts={tile.name: tile.count for tile in _tiles(place, now=now)},
    )


def ready_to_sign(place: Place, *, now: datetime) -> tuple[WorklistRow, ...]:
    """Every course whose checks are all met and whose supply is due."""
    return _rows(_filtered(place, "ready", now=now), limit=200)


def _of(place: Place) -> QuerySet[CourseStanding]:
    return CourseStanding.objects.filter(clinic_id=place.clinic_id)


def _filtered(place: Place, name: str, *, now: datetime) -> QuerySet[CourseStanding]:
    condition = _condition(name, now=now)
    return (
        _of(place)
        .filter(condition)
        .select_related("course__patient", "course__clinic")
        .annotate(danger=_DANGER)
        .order_by("attention", "danger", "window_closes_at", "next_due_on", "pk")
    )


def _condition(name: str, *, now: datetime) -> Q:
    match name:
        case "pregnancy-test":
            return Q(reason__in=["concern:pregnancy-test", "TEST_POSITIVE", "TEST_INDETERMINATE"])
        case "critical-result":
            concerns = ["concern:result", "concern:corrected-result", "concern:unread-result"]
            return Q(reason__in=[*concerns, "LAB_T3", "LAB_T4"])
        case "alert":
            return Q(reason__in=["concern:mood", "MH_ITEM9", "concern:symptom", "SYMPTOM_RED"])
        case "window":
            return Q(window_closes_at__gte=now, window_closes_at__lte=now + SOON) & Q(
                reason="window-closing"
            )
        case "ready":
            return Q(ready_to_sign=True)
        case "act":
            return Q(attention=Attention.ACT)
        case "staff":
            return Q(attention=Attention.STAFF)
        case "patient":
            return Q(attention=Attention.PATIENT)
        case _:
            return Q(attention__lt=Attention.NOTHING)


def _tiles(place: Place, *, now: datetime) -> tuple[Tile, ...]:
    names = ("pregnancy-test", "critical-result", "alert", "window", "ready")
    aggregates: dict[str, Any] = {}
    for name in names:
        aggregates[f"n_{name}"] = Count("pk", filter=_condition(name, now=now))
    aggregates["soonest"] = Min("window_closes_at", filter=_condition("window", now=now))
    numbers = _of(place).aggregate(**aggregates)
    return tuple(
        Tile(name, numbers[f"n_{name}"], numbers["soonest"] if name == "window" else None)
        for name in names
    )


def _queue(place: Place) -> QuerySet[LabReport]:
    return LabReport.objects.filter(
        clinic_id=place.clinic_id,
        status__in=[LabReport.Status.UNMATCHED, LabReport.Status.REJECTED],
        settled_at__isnull=True,
    )


def _rows(standings: QuerySet[CourseStanding], *, limit: int) -> tuple[WorklistRow, ...]:
    return tuple(
        WorklistRow(
            course=row.course.public_id,
            patient=patient_row(row.course.patient),
            number=row.course.number,
            attention=Attention(row.attention),
            reason=row.reason,
            owner=row.owner,
            week=row.week,
            daily_mg=row.daily_mg,
            mg_per_kg_so_far=row.mg_per_kg_so_far,
            latest_lab=row.latest_lab,
            due_on=row.next_due_on,
            window_closes_at=row.window_closes_at,
            ready_to_sign=row.ready_to_sign,
            edition=row.edition,
            programme=row.course.programme,
            zone=row.course.clinic.timezone,
        )
        for row in standings[:limit]
    )

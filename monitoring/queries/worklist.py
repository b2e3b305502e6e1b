"""The dashboard's lists: who needs whom, safety first, then the soonest deadline."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Subquery

from monitoring.attention import Attention
from monitoring.models import (
    CourseStanding,
    LabReport,
    Pulse,
    ResultReview,
    SavedView,
    WorkItem,
)
from monitoring.queries import filters
from people.models import Clinic, User
from people.queries import PatientRow, Place, matching, patient_row
from protocol.calendar import start_of_day

PAGE = 25
# The tick comes every five minutes: after three missed ones the lists may be old (REM-09).
OLD_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One course and one reason for which it is on the list."""

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
    closes_at: datetime | None
    runs_out_on: date | None
    capsules_left: int | None
    earliest_pickup_on: date | None
    contact_outcome: str
    contacted_at: datetime | None
    waits_until: date | None
    assignee: str
    edition: str
    programme: str
    zone: str


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A filter that a member of staff keeps under a name."""

    public_id: uuid.UUID
    name: str
    show: str
    who: str


@dataclass(frozen=True, slots=True)
class Today:
    """The Today page: what each filter holds, the first rows of each group, what waits outside.

    ``counts`` are those of ``filters.counts``; ``unread`` are results since yesterday.
    """

    act: tuple[WorklistRow, ...]
    staff: tuple[WorklistRow, ...]
    patient: tuple[WorklistRow, ...]
    counts: dict[str, int]
    window_ends: datetime | None
    unread: int
    queued_reports: int
    to_decide: int
    last_arrival: datetime | None
    sorted_at: datetime | None
    is_old: bool
    empty: bool


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """One page of the worklist under a filter; ``more`` than is counted."""

    rows: tuple[WorklistRow, ...]
    total: int
    more: bool
    page: int
    pages: int
    counts: dict[str, int]
    views: tuple[ViewRow, ...]
    sorted_at: datetime | None
    is_old: bool


def today(place: Place, *, now: datetime, shown: int = 8) -> Today:
    """What needs whom in a clinic now."""
    day = now.astimezone(ZoneInfo(place.timezone)).date()
    counted = filters.counts(place, today=day)
    outside = _outside(place, day)
    groups = {
        name: _rows(filters.items(place, name, today=day), limit=limit)
        for name, limit in (("act", PAGE), ("staff", shown), ("patient", shown))
    }
    sorted_at, is_old = freshness(now=now)
    empty = not any(counted.values())
    return Today(
        act=groups["act"],
        staff=groups["staff"],
        patient=groups["patient"],
        counts=counted,
        window_ends=filters.items(place, "window", today=day)
        .values_list("closes_at", flat=True)
        .first(),
        unread=outside.unread,
        queued_reports=outside.queued,
        to_decide=outside.to_decide,
        last_arrival=outside.last,
        sorted_at=sorted_at,
        is_old=is_old,
        empty=empty and not CourseStanding.objects.filter(clinic_id=place.clinic_id).exists(),
    )


def worklist(
    place: Place, *, name: str, who: str, me: User, text: str, page: int, now: datetime
) -> WorklistPage:
    """One page of the worklist: a filter of ``filters.FILTERS``, and whose.

    ``text`` narrows it by name, birth date or clinic number.
    """
    day = now.astimezone(ZoneInfo(place.timezone)).date()
    found = filters.items(place, name, today=day, who=who, me=me)
    counted = filters.counts(place, today=day, who=who, me=me)
    if text:
        found = found.filter(course__patient__in=matching(place, text))
        total = found[: filters.COUNTED_UP_TO + 1].count()
    else:
        total = counted[name]
    more = total > filters.COUNTED_UP_TO
    total = min(total, filters.COUNTED_UP_TO)
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    sorted_at, is_old = freshness(now=now)
    return WorklistPage(
        rows=_rows(found[(page - 1) * PAGE :], limit=PAGE),
        total=total,
        more=more,
        page=page,
        pages=pages,
        counts=counted,
        views=views_of(place, me),
        sorted_at=sorted_at,
        is_old=is_old,
    )


def ready_to_sign(place: Place, *, now: datetime) -> tuple[WorklistRow, ...]:
    """Every course whose checks are all met and whose supply is due."""
    day = now.astimezone(ZoneInfo(place.timezone)).date()
    return _rows(filters.items(place, "ready", today=day), limit=200)


def views_of(place: Place, user: User) -> tuple[ViewRow, ...]:
    """The filters that somebody keeps in this clinic, by name."""
    rows = SavedView.objects.filter(user=user, clinic_id=place.clinic_id).order_by("name")
    return tuple(ViewRow(row.public_id, row.name, row.show, row.who) for row in rows)


def freshness(*, now: datetime) -> tuple[datetime | None, bool]:
    """When the lists were last sorted by the clock, and whether that is too long ago (UX-22)."""
    at = Pulse.objects.filter(name="tick").values_list("at", flat=True).first()
    return at, at is not None and now - at > OLD_AFTER


def _outside(place: Place, day: date) -> Any:
    """``unread`` results since yesterday, those ``to_decide``, ``queued`` reports, the ``last``."""
    reviews = ResultReview.objects.filter(clinic_id=place.clinic_id, ended="")
    arrivals = LabReport.objects.filter(clinic_id=place.clinic_id).order_by("-received_at")
    yesterday = start_of_day(day - timedelta(days=1), place.timezone)
    return Clinic.objects.annotate(
        unread=filters.count_of(reviews.filter(since__gte=yesterday)),
        to_decide=filters.count_of(reviews.filter(needs_decision=True)),
        queued=filters.count_of(_queue(place)),
        last=Subquery(arrivals.values("received_at")[:1]),
    ).get(pk=place.clinic_id)


def _queue(place: Place) -> QuerySet[LabReport]:
    return LabReport.objects.filter(
        clinic_id=place.clinic_id,
        status__in=[LabReport.Status.UNMATCHED, LabReport.Status.REJECTED],
        settled_at__isnull=True,
    )


def _rows(found: QuerySet[WorkItem], *, limit: int) -> tuple[WorklistRow, ...]:
    chosen = found.select_related(
        "course__patient", "course__clinic", "course__standing", "assignee"
    )
    return tuple(_row(item) for item in chosen[:limit])


def _row(item: WorkItem) -> WorklistRow:
    course, standing = item.course, item.course.standing
    return WorklistRow(
        course=course.public_id,
        patient=patient_row(course.patient),
        number=course.number,
        attention=Attention(item.attention),
        reason=item.reason,
        owner=item.owner,
        week=standing.week,
        daily_mg=standing.daily_mg,
        mg_per_kg_so_far=standing.mg_per_kg_so_far,
        latest_lab=standing.latest_lab,
        due_on=item.due_on,
        closes_at=item.closes_at,
        runs_out_on=standing.runs_out_on,
        capsules_left=standing.capsules_left,
        earliest_pickup_on=standing.earliest_pickup_on,
        contact_outcome=standing.contact_outcome,
        contacted_at=standing.contacted_at,
        waits_until=item.waits_until,
        assignee=str(item.assignee or ""),
        edition=standing.edition,
        programme=course.programme,
        zone=course.clinic.timezone,
    )

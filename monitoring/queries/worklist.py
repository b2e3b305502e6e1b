"""The dashboard's lists: who needs whom, safety first, then the soonest deadline."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet, Subquery

from monitoring.attention import Attention
from monitoring.models import (
    CourseStanding,
    LabReport,
    Pulse,
    ResultReview,
    SavedView,
)
from monitoring.queries import filters
from people.kept import Given, Kept, ask
from people.models import Clinic, User
from people.queries import PatientRow, Place, matching, sex_words
from protocol.calendar import date_in, start_of_day

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
    day = date_in(now, place.timezone)
    given = filters.given(place, today=day)
    yesterday = start_of_day(day - timedelta(days=1), place.timezone)
    act, staff, patient, (counts,), (outside,), windows, ticks = ask(
        {
            _listed("act", last=PAGE): given,
            _listed("staff", last=shown): given,
            _listed("patient", last=shown): given,
            filters.counts(): given,
            _OUTSIDE: {"clinic": place.clinic_id, "yesterday": yesterday},
            _FIRST_WINDOW: given,
            _TICKED: {},
        }
    )
    counted = filters.by_name(counts)
    sorted_at, is_old = _freshness(ticks, now=now)
    empty = not any(counted.values())
    return Today(
        act=tuple(map(_row, act)),
        staff=tuple(map(_row, staff)),
        patient=tuple(map(_row, patient)),
        counts=counted,
        window_ends=windows[0].closes_at if windows else None,
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
    day = date_in(now, place.timezone)
    given = filters.given(place, today=day, me=me)
    (counts,), views, ticks = ask(
        {
            filters.counts(who): given,
            _VIEWS: {"user": me.pk, "clinic": place.clinic_id},
            _TICKED: {},
        }
    )
    counted = filters.by_name(counts)
    if text:
        found = filters.items(place, name, today=day, who=who, me=me).filter(
            course__patient__in=matching(place, text)
        )
        total = found[: filters.COUNTED_UP_TO + 1].count()
    else:
        total = counted[name]
    more = total > filters.COUNTED_UP_TO
    total = min(total, filters.COUNTED_UP_TO)
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    sorted_at, is_old = _freshness(ticks, now=now)
    first = (page - 1) * PAGE
    rows = (
        found.values_list(*_COLUMNS, named=True)[first : first + PAGE]
        if text
        else _listed(name, who, first, first + PAGE).ask(**given)
    )
    return WorklistPage(
        rows=tuple(map(_row, rows)),
        total=total,
        more=more,
        page=page,
        pages=pages,
        counts=counted,
        views=tuple(ViewRow(*view) for view in views),
        sorted_at=sorted_at,
        is_old=is_old,
    )


def ready_to_sign(place: Place, *, now: datetime) -> tuple[WorklistRow, ...]:
    """Every course whose checks are all met and whose supply is due."""
    day = date_in(now, place.timezone)
    given = filters.given(place, today=day)
    return tuple(map(_row, _listed("ready", last=200).ask(**given)))


def _freshness(ticks: list[Any], *, now: datetime) -> tuple[datetime | None, bool]:
    """When the lists were last sorted by the clock, and whether that is too long ago (UX-22)."""
    at = ticks[0].at if ticks else None
    return at, at is not None and now - at > OLD_AFTER


def _outside() -> QuerySet[Clinic]:
    """``unread`` results since yesterday, those ``to_decide``, ``queued`` reports, the ``last``."""
    reviews = ResultReview.objects.filter(clinic_id=Given("clinic"), ended="")
    reports = LabReport.objects.filter(clinic_id=Given("clinic"))
    queue = reports.filter(
        status__in=[LabReport.Status.UNMATCHED, LabReport.Status.REJECTED],
        settled_at__isnull=True,
    )
    return Clinic.objects.filter(pk=Given("clinic")).annotate(
        unread=filters.count_of(reviews.filter(since__gte=Given("yesterday"))),
        to_decide=filters.count_of(reviews.filter(needs_decision=True)),
        queued=filters.count_of(queue),
        last=Subquery(reports.order_by("-received_at").values("received_at")[:1]),
    )


_OUTSIDE = Kept(_outside, "unread", "to_decide", "queued", "last")
_FIRST_WINDOW = Kept(lambda: filters.to_be_given("window")[:1], "closes_at")
_TICKED = Kept(lambda: Pulse.objects.filter(name="tick"), "at")
# The filters that somebody keeps in a clinic, by name.
_VIEWS = Kept(
    lambda: SavedView.objects.filter(user_id=Given("user"), clinic_id=Given("clinic")).order_by(
        "name"
    ),
    *("public_id", "name", "show", "who"),
)
_OF_ITEM = ("attention", "reason", "owner", "due_on", "closes_at", "waits_until")
_OF_PATIENT = ("public_id", "mrn", "given_name", "family_name", "title", "born", "sex")
_OF_STANDING = (
    *("week", "daily_mg", "mg_per_kg_so_far", "latest_lab", "runs_out_on", "capsules_left"),
    *("earliest_pickup_on", "contact_outcome", "contacted_at", "edition"),
)
_COLUMNS = (
    *_OF_ITEM,
    *("course__public_id", "course__number", "course__programme", "course__clinic__timezone"),
    *(f"course__patient__{name}" for name in _OF_PATIENT),
    *(f"course__standing__{name}" for name in _OF_STANDING),
    *("assignee__display_name", "assignee__email"),
)


@lru_cache(maxsize=256)
def _listed(name: str, who: str = "", first: int = 0, last: int = PAGE) -> Kept:
    """Some rows of the list under a filter; the place of a page is part of its statement."""
    return Kept(lambda: filters.to_be_given(name, who)[first:last], *_COLUMNS)


def _row(item: Any) -> WorklistRow:
    return WorklistRow(
        course=item.course__public_id,
        patient=PatientRow(
            public_id=item.course__patient__public_id,
            mrn=item.course__patient__mrn,
            given_name=item.course__patient__given_name,
            family_name=item.course__patient__family_name,
            title=item.course__patient__title,
            born=item.course__patient__born,
            sex=sex_words(item.course__patient__sex),
        ),
        number=item.course__number,
        attention=Attention(item.attention),
        reason=item.reason,
        owner=item.owner,
        week=item.course__standing__week,
        daily_mg=item.course__standing__daily_mg,
        mg_per_kg_so_far=item.course__standing__mg_per_kg_so_far,
        latest_lab=item.course__standing__latest_lab,
        due_on=item.due_on,
        closes_at=item.closes_at,
        runs_out_on=item.course__standing__runs_out_on,
        capsules_left=item.course__standing__capsules_left,
        earliest_pickup_on=item.course__standing__earliest_pickup_on,
        contact_outcome=item.course__standing__contact_outcome,
        contacted_at=item.course__standing__contacted_at,
        waits_until=item.waits_until,
        assignee=item.assignee__display_name or item.assignee__email or "",
        edition=item.course__standing__edition,
        programme=item.course__programme,
        zone=item.course__clinic__timezone,
    )

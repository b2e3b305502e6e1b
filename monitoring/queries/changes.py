"""What has changed about a clinic's patients since a moment, as the trail tells it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any

from django.db.models import QuerySet

from audit.kinds import Kind
from audit.models import IS_NEWS, Event
from courses.models import Course
from monitoring.models import ResultReview
from people.kept import Given, HowMany, Kept
from people.models import Clinic, Patient, User
from people.queries import PatientRow, Place, patient_row
from protocol.calendar import start_of_day

# The newest so many events are read, so that the page costs the same however large a clinic is.
MOST = 1000
PAGE = 25
FARTHEST = timedelta(days=14)
# What an event says about itself, by name in its detail.
_ABOUT = ("concern", "report", "said", "withdrawn")


class Weight(IntEnum):
    """How urgent a change is; the most urgent patients stand first."""

    ALERT = 0
    DECIDE = 1
    NEWS = 2


# How urgent each kind of news is (``audit.kinds.NEWS``) to somebody who was away.
NEWS: dict[str, Weight] = {
    Kind.ESCALATION_RAISED: Weight.ALERT,
    Kind.ESCALATION_CLIMBED: Weight.ALERT,
    Kind.PATHWAY_BEGUN: Weight.ALERT,
    Kind.PHARMACY_STOPPED: Weight.ALERT,
    Kind.RESULT_MOVED: Weight.DECIDE,
    Kind.PHARMACY_REPORTED: Weight.DECIDE,
    Kind.PRESCRIPTION_REFUSED: Weight.DECIDE,
    Kind.DISPENSE_REVERSED: Weight.DECIDE,
    Kind.CONTACT_OPTED_OUT: Weight.DECIDE,
    Kind.ESCALATION_CLOSED: Weight.NEWS,
    Kind.PREGNANCY_TEST_RECORDED: Weight.NEWS,
    Kind.RESULT_RECEIVED: Weight.NEWS,
    Kind.RESULT_CONFIRMED: Weight.NEWS,
    Kind.RESULT_SET_ASIDE: Weight.NEWS,
    Kind.RESULT_ACKNOWLEDGED: Weight.NEWS,
    Kind.RESULT_CLOSED: Weight.NEWS,
    Kind.CHECK_IN_SUBMITTED: Weight.NEWS,
    Kind.TASK_ANSWERED: Weight.NEWS,
    Kind.LETTER_WRITTEN: Weight.NEWS,
    Kind.LETTER_ANSWERED: Weight.NEWS,
    Kind.CONTACT_LOGGED: Weight.NEWS,
    Kind.PRESCRIPTION_SIGNED: Weight.NEWS,
    Kind.DISPENSED: Weight.NEWS,
    Kind.COURSE_STARTED: Weight.NEWS,
    Kind.COURSE_HELD: Weight.NEWS,
    Kind.COURSE_RESUMED: Weight.NEWS,
    Kind.COURSE_STOPPED: Weight.NEWS,
    Kind.DOSE_CHANGED: Weight.NEWS,
    Kind.REQUALIFICATION_BEGUN: Weight.NEWS,
    Kind.ITEM_WAIVED: Weight.NEWS,
    Kind.PLAN_CHANGED: Weight.NEWS,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened, how often, and when and by whom last.

    ``about``: what kind of concern, report or answer it was; empty for most. ``by``: a member of
    staff; empty for patients and the system.
    """

    kind: str
    about: str
    at: datetime
    by: str
    times: int


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A patient, everything new about them newest first, and the course it belongs to."""

    patient: PatientRow
    course: uuid.UUID | None
    weight: Weight
    to_decide: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ChangedPage:
    """One page of patients about whom something is new; ``more``: older events were not read."""

    rows: tuple[ChangedRow, ...]
    total: int
    page: int
    pages: int
    more: bool


def last_working_day(today: date) -> date:
    """The last day before ``today`` that was no Saturday or Sunday."""
    day = today - timedelta(days=1)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day


def since_day(text: str, *, today: date) -> date:
    """The day an address asks for, at most two weeks back; else the last working day."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return last_working_day(today)
    return min(max(asked, today - FARTHEST), today)


def count_changed(place: Place, *, since: date, me: User) -> int:
    """How many patients ``changed`` would list."""
    (row,) = _HOW_MANY.ask(
        clinic=place.slug, since=start_of_day(since, place.timezone), me=me.audit_id
    )
    return row.changed


def changed(place: Place, *, since: date, me: User, page: int) -> ChangedPage:
    """Patients about whom others, or the system, changed something since the day began.

    Those with an alert first, then those that need a decision, then the newest. What the reader
    did is no news to the reader.
    """
    found = _events(place, since=since, me=me)
    decide = _to_decide(place, since=since)
    grouped: dict[uuid.UUID, list[tuple[Any, ...]]] = {}
    for patient, *rest in found:
        grouped.setdefault(patient, []).append(tuple(rest))
    order = sorted(grouped, key=lambda each: _weight(grouped[each], each in decide))
    pages = max(1, -(-len(order) // PAGE))
    page = min(max(1, page), pages)
    chosen = order[(page - 1) * PAGE : page * PAGE]
    patients = Patient.objects.filter(clinic_id=place.clinic_id).in_bulk(
        chosen, field_name="public_id"
    )
    courses = _courses(place, chosen)
    return ChangedPage(
        rows=tuple(
            ChangedRow(
                patient=patient_row(patients[each]),
                course=courses.get(each),
                weight=_weight(grouped[each], each in decide),
                to_decide=each in decide,
                changes=_changes(grouped[each]),
            )
            for each in chosen
            if each in patients
        ),
        total=len(order),
        page=page,
        pages=pages,
        more=len(found) >= MOST,
    )


def _events(place: Place, *, since: date, me: User) -> list[tuple[Any, ...]]:
    """Patient, kind, detail, moment and actor of the newest events, newest first."""
    newest = _newest(place.slug, since=start_of_day(since, place.timezone), me=me.audit_id)
    return list(newest.values_list("patient", "kind", "detail", "at", "actor", "actor_name")[:MOST])


def _newest(clinic: Any, *, since: Any, me: Any) -> QuerySet[Event]:
    rows: QuerySet[Event] = Event.objects.filter(IS_NEWS, clinic=clinic, at__gte=since)
    return rows.exclude(actor=me).order_by("-at", "-pk")


_HOW_MANY = Kept(
    lambda: Clinic.objects.filter(slug=Given("clinic")).annotate(
        changed=HowMany(
            _newest(Given("clinic"), since=Given("since"), me=Given("me"))[:MOST],
            different="patient",
        )
    ),
    "changed",
)


def _to_decide(place: Place, *, since: date) -> frozenset[uuid.UUID]:
    """Patients whose results came since then and wait for a decision."""
    rows = ResultReview.objects.filter(
        clinic_id=place.clinic_id,
        ended="",
        needs_decision=True,
        since__gte=start_of_day(since, place.timezone),
    )
    return frozenset(rows.values_list("course__patient__public_id", flat=True)[:MOST])


def _weight(events: Iterable[tuple[Any, ...]], to_decide: bool) -> Weight:
    worst = min(NEWS[kind] for kind, *_ in events)
    return min(worst, Weight.DECIDE) if to_decide else worst


def _changes(events: list[tuple[Any, ...]]) -> tuple[Change, ...]:
    """The same thing several times is one line, with its newest moment."""
    lines: dict[tuple[str, str], Change] = {}
    for kind, detail, at, actor, name in events:
        about = next((str(detail[key]) for key in _ABOUT if detail.get(key)), "")
        before = lines.get((kind, about))
        if before is None:
            by = name if actor.startswith("user:") else ""
            lines[kind, about] = Change(kind, about, at, by, 1)
        else:
            lines[kind, about] = replace(before, times=before.times + 1)
    return tuple(sorted(lines.values(), key=lambda line: (NEWS[line.kind], -line.at.timestamp())))


def _courses(place: Place, patients: list[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The newest course of each patient."""
    rows = Course.objects.filter(clinic_id=place.clinic_id, patient__public_id__in=patients)
    return dict(rows.order_by("number").values_list("patient__public_id", "public_id"))

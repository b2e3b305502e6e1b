"""What is to be read: the clinic's list, one specimen's past, and what was decided (UX-06)."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from courses.models import Course
from monitoring.models import (
    Acknowledgement,
    Escalation,
    EscalationStep,
    Observation,
    ResultReview,
    Specimen,
)
from monitoring.result_notes import NOTES
from people.kept import Given, Kept
from people.models import Patient, User
from people.queries import PatientRow, Place, patient_row
from protocol.calendar import start_of_day
from protocol.vocabulary import ResultStatus

PAGE = 50
# Enough for a morning; whoever has more to decide comes back to the list.
LOOKED_AT = 500
_ORDER = ("-needs_decision", F("tier").desc(nulls_first=True), "since", "pk")
CLOSED_DAYS = 30
_SHOWN_DECISIONS = 12
WAITING = Kept(
    lambda: ResultReview.objects.filter(course_id=Given("course"), ended="", needs_decision=True),
    "specimen__public_id",
)


def _decided(**of: Given) -> QuerySet[Acknowledgement]:
    found = Acknowledgement.objects.filter(course_id=Given("course"), **of)
    return found.order_by("-at", "-pk")[:_SHOWN_DECISIONS]


_OF_DECISION = (
    *("specimen__public_id", "specimen__collected_on", "action", "plan", "repeat_on", "told"),
    *("at", "by__display_name", "by__email", "rule"),
)
DECIDED = Kept(_decided, *_OF_DECISION)
_DECIDED_OF_ONE = Kept(lambda: _decided(specimen_id=Given("specimen")), *_OF_DECISION)


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One specimen on the list; ``lines`` worst first; ``told`` whom it was passed on to."""

    public_id: uuid.UUID
    course: uuid.UUID
    specimen: uuid.UUID
    patient: PatientRow
    collected_on: date
    since: datetime
    tier: int | None
    needs_decision: bool
    corrected: bool
    doubtful: bool
    lines: tuple[dict[str, Any], ...]
    version: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToRead:
    """One page of the list, abnormal first, with what is counted beside it."""

    rows: tuple[ReviewRow, ...]
    to_decide: int
    normal: int
    closed_by_rule: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What was decided about a specimen, by whom, when; ``by`` empty: by the named rule."""

    specimen: uuid.UUID
    collected_on: date | None
    action: str
    plan: str
    repeat_on: date | None
    told: bool
    at: datetime
    by: str
    rule: str


@dataclass(frozen=True, slots=True)
class ReplacedRow:
    """A value that the laboratory has replaced: both values with both times (B5)."""

    analyte: str
    code_text: str
    old: str
    old_at: datetime
    new: str
    new_at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """What the clinic wrote to a patient after reading results."""

    on: datetime
    text: str
    ready_made: bool
    repeat_on: date | None


def to_read(place: Place, *, page: int, now: datetime, since: date | None = None) -> ToRead:
    """What waits in the clinic, abnormal first, then the longest; always as many queries.

    ``since`` leaves out what has waited since before that day.
    """
    open_rows = ResultReview.objects.filter(clinic_id=place.clinic_id, ended="")
    if since is not None:
        open_rows = open_rows.filter(since__gte=start_of_day(since, place.timezone))
    numbers = open_rows.aggregate(
        decide=Count("pk", filter=Q(needs_decision=True)),
        normal=Count("pk", filter=Q(needs_decision=False)),
    )
    closed = Acknowledgement.objects.filter(
        course__clinic_id=place.clinic_id, at__gte=now - timedelta(days=CLOSED_DAYS)
    ).exclude(rule="")
    pages = max(1, -(-(numbers["decide"] + numbers["normal"]) // PAGE))
    page = min(max(1, page), pages)
    rows = open_rows.select_related("course__patient", "specimen").order_by(*_ORDER)
    return ToRead(
        rows=_rows(list(rows[(page - 1) * PAGE : page * PAGE])),
        to_decide=numbers["decide"],
        normal=numbers["normal"],
        closed_by_rule=closed.count(),
        page=page,
        pages=pages,
    )


def others_to_decide(
    place: Place, *, course: uuid.UUID, specimen: uuid.UUID
) -> tuple[tuple[uuid.UUID, uuid.UUID], ...]:
    """Course and specimen of everything else to decide: what follows this one on the list first."""
    waiting = ResultReview.objects.filter(
        clinic_id=place.clinic_id, ended="", needs_decision=True
    ).order_by(*_ORDER)
    listed = list(waiting.values_list("course__public_id", "specimen__public_id")[:LOOKED_AT])
    here = (course, specimen)
    at = listed.index(here) if here in listed else -1
    return tuple(each for each in (*listed[at + 1 :], *listed[: max(at, 0)]) if each != here)


def chosen(place: Place, public_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, ReviewRow]:
    """The rows of the clinic among those asked for, ended ones left out."""
    rows = ResultReview.objects.filter(
        clinic_id=place.clinic_id, public_id__in=list(public_ids), ended=""
    )
    found = _rows(list(rows.select_related("course__patient", "specimen").order_by("pk")))
    return {row.public_id: row for row in found}


def reviews_by_id(place: Place, public_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, ResultReview]:
    """The rows themselves, for the action that closes them."""
    rows = ResultReview.objects.filter(clinic_id=place.clinic_id, public_id__in=list(public_ids))
    return {row.public_id: row for row in rows.select_related("course__patient")}


def review_of(course: Course, specimen: Specimen) -> ReviewRow | None:
    """The row of one specimen while it waits."""
    row = ResultReview.objects.filter(course=course, specimen=specimen, ended="")
    found = _rows(list(row.select_related("course__patient", "specimen")))
    return found[0] if found else None


def waiting_of(course: Course) -> frozenset[str]:
    """Public ids of the course's specimens that need a decision."""
    return frozenset(str(row.specimen__public_id) for row in WAITING.ask(course=course.pk))


def next_of(course: Course) -> uuid.UUID | None:
    """The course's specimen to read first: one that asks for a decision, then the oldest."""
    waiting = ResultReview.objects.filter(course=course, ended="")
    first = waiting.order_by("-needs_decision", "specimen__collected_on", "pk")
    found: uuid.UUID | None = first.values_list("specimen__public_id", flat=True).first()
    return found


def decisions_of(course: Course, *, specimen: Specimen | None = None) -> tuple[DecisionRow, ...]:
    """What was decided about results of a course, newest first."""
    rows = (
        DECIDED.ask(course=course.pk)
        if specimen is None
        else _DECIDED_OF_ONE.ask(course=course.pk, specimen=specimen.pk)
    )
    return tuple(
        DecisionRow(
            specimen=row.specimen__public_id,
            collected_on=row.specimen__collected_on,
            action=row.action,
            plan=row.plan,
            repeat_on=row.repeat_on,
            told=row.told,
            at=row.at,
            by=row.by__display_name or row.by__email or "",
            rule=row.rule,
        )
        for row in rows
    )


def replaced_in(specimen: Specimen) -> tuple[ReplacedRow, ...]:
    """Values of a specimen that newer ones have replaced, oldest first."""
    rows = Observation.objects.filter(specimen=specimen, supersedes__isnull=False)
    return tuple(
        ReplacedRow(
            analyte=row.analyte,
            code_text=row.code_text or row.code,
            old=_said(row.supersedes),
            old_at=row.supersedes.received_at,
            new=_said(row),
            new_at=row.received_at,
            status=row.status,
        )
        for row in rows.select_related("supersedes").order_by("received_at", "pk")
        if row.supersedes is not None
        and (row.status == ResultStatus.CANCELLED or _said(row) != _said(row.supersedes))
    )


def notes_to(patient: Patient) -> tuple[NoteRow, ...]:
    """What the clinic wrote after reading results, newest first."""
    rows = Acknowledgement.objects.filter(course__patient=patient, told=True).order_by("-at")
    return tuple(
        NoteRow(row.at, row.words or NOTES[row.action], not row.words, row.repeat_on)
        for row in rows[:12]
    )


def _said(row: Observation) -> str:
    return f"{row.comparator}{row.value_text} {row.unit_as_sent or row.unit}".strip()


def _rows(found: list[ResultReview]) -> tuple[ReviewRow, ...]:
    told = _told([row.course_id for row in found if row.needs_decision])
    return tuple(
        ReviewRow(
            public_id=row.public_id,
            course=row.course.public_id,
            specimen=row.specimen.public_id,
            patient=patient_row(row.course.patient),
            collected_on=row.collected_on,
            since=row.since,
            tier=row.tier,
            needs_decision=row.needs_decision,
            corrected=row.corrected,
            doubtful=row.doubtful,
            lines=tuple(row.lines),
            version=row.version,
            told=told[row.course_id] if row.needs_decision else (),
        )
        for row in found
    )


def _told(course_ids: list[int]) -> defaultdict[int, tuple[str, ...]]:
    """Who was told about open concerns over results, by course, the highest rung's people."""
    rungs: dict[int, tuple[int, list[str]]] = {}
    steps = EscalationStep.objects.filter(
        escalation__course_id__in=course_ids,
        escalation__closed_at__isnull=True,
        escalation__kind__in=[Escalation.Kind.UNREAD_RESULT, Escalation.Kind.RESULT],
    ).order_by("rung", "pk")
    for course_id, rung, name in steps.values_list("escalation__course_id", "rung", "told"):
        if course_id not in rungs or rungs[course_id][0] < rung:
            rungs[course_id] = (rung, [])
        rungs[course_id][1].append(name.partition(":")[2])
    names = {
        str(user.public_id): str(user)
        for user in User.objects.filter(
            public_id__in={name for _, people in rungs.values() for name in people}
        )
    }
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    for course_id, (_, people) in rungs.items():
        found[course_id] = tuple(names[name] for name in dict.fromkeys(people) if name in names)
    return found

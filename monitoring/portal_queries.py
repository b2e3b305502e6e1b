"""Reads for the patient's pages: frozen rows, decided by the same rules as the clinic's screens."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from courses.models import Course, Prescription
from monitoring import check_in_drafts, dossier, home_test_state, policies
from monitoring.check_in_drafts import Draft
from monitoring.home_test_state import OwnTest
from monitoring.models import CheckIn
from people.models import Patient
from protocol import (
    after_course,
    cumulative,
    labs,
    programmes,
    schedule,
    standing,
    symptoms,
    timeline,
)
from protocol.after_course import AfterCourse
from protocol.calendar import date_in
from protocol.cumulative import Cumulative
from protocol.dose_tables import TARGET_LOW
from protocol.facts import CourseFacts
from protocol.findings import Decision
from protocol.gate import decide
from protocol.grading import Flag, Graded
from protocol.holds import at_rest
from protocol.plan import PlannedItem
from protocol.policy import ClinicPolicy
from protocol.pregnancy_signs import pregnancy_met_the_end
from protocol.supplies import SupplyLine
from protocol.vocabulary import Action, Analyte, Phase, Reason, Tier, Urgency

# The order in which results are read out: liver, blood fats, the rest.
_READING_ORDER = tuple(Analyte)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A signed prescription that waits at the pharmacy; ``closes_at`` None: no last day."""

    signed_on: date
    closes_at: datetime | None
    zone: str
    lines: tuple[SupplyLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the course is; figures None where a weight or a dose is missing."""

    mg_per_kg: Decimal | None
    target: Decimal
    week: int | None
    weeks: int | None
    last_day_about: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What the first page is made of. ``phase`` None: no course is on record.

    ``capsules_stopped``: what was reported asks for a talk before the next capsule (rule book 10).
    """

    today: date
    zone: str
    phase: Phase | None
    decision: Decision | None = None
    items: tuple[PlannedItem, ...] = ()
    ready: Ready | None = None
    progress: Progress | None = None
    next_pickup_on: date | None = None
    capsules_left_days: int | None = None
    started_on: date | None = None
    after: AfterCourse | None = None
    check_in_open: bool = False
    # By a planned item's key, what the patient's answer to it is about.
    task_ids: Mapping[str, uuid.UUID] = field(default_factory=dict)
    newest: tuple[Graded, ...] = ()
    home_test: OwnTest | None = None
    # After the course, when no gate is asked: what is open still, and a pregnancy at its end.
    concerns: frozenset[str] = frozenset()
    pregnancy: bool = False
    capsules_stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """One result as the patient reads it; ``value`` None where only a word was reported."""

    analyte: Analyte
    on: date
    text: str
    value: Decimal | None
    unit: str
    low: Decimal | None
    high: Decimal | None
    flag: Flag | None
    tier: Tier | None
    settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The check-in as the patient finds it: open, sent, or neither.

    ``public_id`` and ``due_on`` belong to the open one, ``submitted_on`` to the newest sent one,
    ``next_on`` is the day on which another opens. ``begun`` says that some answers are saved.
    """

    public_id: uuid.UUID | None
    due_on: date | None
    begun: bool
    submitted_on: date | None
    next_on: date | None
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A check-in that was sent: reason codes, urgency of its symptoms, tips for self-care."""

    submitted_on: date
    codes: tuple[str, ...]
    level: Urgency
    hold: bool
    tips: tuple[str, ...]


def local_today(patient: Patient, *, now: datetime) -> date:
    """The calendar date where the patient is (GEN-5)."""
    return date_in(now, patient.zone)


def home(patient: Patient, *, now: datetime) -> Home:
    """Everything on the patient's first page, derived anew."""
    today = local_today(patient, now=now)
    course = newest_course(patient)
    if course is None:
        return Home(today=today, zone=patient.zone, phase=None)
    facts = dossier.load_one(course)
    policy = policies.policy_for(course, on=today)
    stand = standing.stand(facts, at=now, policy=policy)
    known = timeline.known_by(facts, now)
    phase = stand.phase
    if course.stopped_at is not None and course.last_dose_on is None:
        phase = Phase.CLOSED  # ended before the first dose
    ended = phase in {Phase.FOLLOW_UP, Phase.CLOSED}
    reading = labs.read(facts, as_of=today, policy=policy)
    taken = cumulative.cumulative(known, as_of=today) if course.started_on else None
    return Home(
        today=today,
        zone=patient.zone,
        phase=phase,
        decision=None if ended else stand.decision,
        items=schedule.plan(facts, as_of=today, policy=policy).items,
        ready=None
        if ended or at_rest(facts, as_of=today, ended=ended)
        else _ready(course, facts, policy=policy, now=now),
        capsules_stopped=not ended and symptoms.standing_triage(facts, as_of=today).hold,
        progress=_progress(taken, stand.week),
        next_pickup_on=stand.next_pickup_on,
        capsules_left_days=stand.capsules_left_days,
        started_on=timeline.started_on(known),
        after=after_course.follow_up(facts, as_of=today, policy=policy) if ended else None,
        check_in_open=check_in_drafts.open_item(patient, today=today) is not None,
        concerns=frozenset(
            course.escalations.filter(closed_at__isnull=True).values_list("kind", flat=True)
        )
        if ended
        else frozenset(),
        pregnancy=ended
        and pregnancy_met_the_end(schedule.question_on(facts, as_of=today, policy=policy)),
        home_test=home_test_state.state_of(course, facts, policy=policy, today=today, now=now),
        task_ids=dict(course.due_items.filter(ended="").values_list("key", "public_id")),
        newest=tuple(
            reading.newest[analyte] for analyte in _READING_ORDER if analyte in reading.newest
        ),
    )


def results(patient: Patient, *, now: datetime) -> tuple[ResultRow, ...]:
    """The newest result of each analyte, in reading order."""
    today = local_today(patient, now=now)
    course = newest_course(patient)
    if course is None:
        return ()
    facts = dossier.load_one(course)
    reading = labs.read(facts, as_of=today, policy=policies.policy_for(course, on=today))
    waiting = {graded.result.ref for graded in (*reading.awaiting, *reading.to_confirm)}
    return tuple(
        result_row(
            reading.newest[analyte], settled=reading.newest[analyte].result.ref not in waiting
        )
        for analyte in _READING_ORDER
        if analyte in reading.newest
    )


def result_row(graded: Graded, *, settled: bool) -> ResultRow:
    """The row of one graded result; a held one has neither number nor flag to compare."""
    result = graded.result
    value = None if graded.held or result.comparator else graded.number
    return ResultRow(
        analyte=graded.analyte,
        on=result.on,
        text=f"{result.comparator}{_said(graded)}",
        value=value,
        unit=graded.unit or result.unit,
        low=graded.lln,
        high=graded.uln,
        flag=None if graded.held else graded.flag,
        tier=graded.tier,
        settled=settled and not graded.held,
    )


def _said(graded: Graded) -> str:
    if graded.converted or not graded.result.text:
        return "" if graded.number is None else f"{graded.number:f}"
    return graded.result.text


def task(patient: Patient, *, now: datetime) -> Task:
    """Where the patient's check-in stands, for the page that a task link opens."""
    today = local_today(patient, now=now)
    course = newest_course(patient)
    item = check_in_drafts.open_item(patient, today=today)
    draft = CheckIn.objects.filter(due_item=item).first() if item is not None else None
    sent = (
        CheckIn.objects.filter(course=course, submitted_on__isnull=False)
        .order_by("-submitted_at")
        .first()
    )
    upcoming = (
        course.due_items.filter(requirement="check-in", ended="", opens_on__gt=today)
        .order_by("opens_on")
        .first()
        if course is not None
        else None
    )
    return Task(
        public_id=item.public_id if item is not None else None,
        due_on=item.due_on if item is not None else None,
        begun=draft is not None and draft.answers not in {"", "{}"},
        submitted_on=sent.submitted_on if sent is not None else None,
        next_on=upcoming.opens_on if upcoming is not None else None,
        ended=course is None or course.stopped_at is not None,
    )


def sent(patient: Patient, *, now: datetime) -> Sent | None:
    """The newest check-in that was sent, with the advice that belongs to it."""
    row = (
        CheckIn.objects.filter(course__patient=patient, submitted_on__isnull=False)
        .select_related("course__clinic", "course__patient__clinic")
        .order_by("-submitted_at")
        .first()
    )
    if row is None or row.submitted_on is None:
        return None
    facts = dossier.load_one(row.course)
    of_day = [each for each in facts.symptoms if each.on == row.submitted_on]
    judged = symptoms.triage(
        of_day,
        country=facts.person.country,
        history=[each for each in facts.symptoms if each.on < row.submitted_on],
        medications=facts.medications,
    )
    return Sent(
        submitted_on=row.submitted_on,
        codes=tuple(row.assessment.get("codes", ())),
        level=judged.level,
        hold=judged.hold,
        tips=judged.tips,
    )


def draft(patient: Patient, *, now: datetime) -> Draft | None:
    """The draft of the open check-in with its questions; None where none was begun."""
    today = local_today(patient, now=now)
    item = check_in_drafts.open_item(patient, today=today)
    if item is None:
        return None
    check_in = (
        CheckIn.objects.filter(due_item=item, submitted_at__isnull=True)
        .select_related("course__clinic", "course__patient__clinic", "due_item")
        .first()
    )
    return check_in_drafts.read(check_in, today=today, now=now) if check_in is not None else None


def draft_of_today(patient: Patient, *, now: datetime) -> Draft | None:
    """The draft that was answered last today, even where its check-in has since been withdrawn.

    A positive test ends the check-in (US-23) with the very answer whose advice must still be read.
    """
    lately = CheckIn.objects.filter(submitted_at__isnull=True, saved_at__gt=now - timedelta(days=1))
    return _newest_of(lately, patient, now=now)


def newest_draft(patient: Patient, *, now: datetime) -> Draft | None:
    """The check-in that was answered last, sent or over though it may be."""
    return _newest_of(CheckIn.objects.all(), patient, now=now)


def _newest_of(rows: QuerySet[CheckIn], patient: Patient, *, now: datetime) -> Draft | None:
    row = (
        rows.filter(course__patient=patient)
        .select_related("course__clinic", "course__patient__clinic", "due_item")
        .order_by("-saved_at")
        .first()
    )
    today = local_today(patient, now=now)
    return check_in_drafts.read(row, today=today, now=now) if row is not None else None


def newest_course(patient: Patient) -> Course | None:
    return (
        Course.objects.filter(patient=patient)
        .select_related("patient__clinic", "clinic")
        .order_by("-number")
        .first()
    )


# What a signature does not outlive: with any of these nobody should go to the pharmacy.
_NOT_READY = frozenset(
    {
        Reason.TEST_POSITIVE,
        Reason.TEST_INDETERMINATE,
        Reason.CONDITION_PREGNANCY,
        Reason.SYMPTOM_RED,
        Reason.SYMPTOM_URGENT,
        Reason.MH_ITEM9,
        Reason.LAB_T4,
        Reason.RX_EXPIRED,
        Reason.WINDOW_EXPIRED,
        Reason.RULE_FAILED,
        Reason.EDITION_UNKNOWN,
    }
)


def _ready(
    course: Course, facts: CourseFacts, *, policy: ClinicPolicy, now: datetime
) -> Ready | None:
    """The newest prescription, while it can be collected and has not been.

    The gate is asked about the fill itself: its window is the one that counts now (US-09, UK-15),
    and what came up after the signature is heeded.
    """
    newest = Prescription.objects.filter(course=course).order_by("-signed_at").first()
    if newest is None or newest.dispenses.filter(reversed_at__isnull=True).exists():
        return None
    fill = decide(facts, action=Action.DISPENSE, at=now, policy=policy)
    closes_at = fill.window.closes_at if fill.window is not None else newest.window_closes_at
    if _NOT_READY & set(fill.reasons) or (closes_at is not None and closes_at < now):
        return None
    return Ready(
        signed_on=newest.signed_on,
        closes_at=closes_at,
        zone=programmes.clock_zone(facts.programme, facts.clinic_zone),
        lines=newest.lines,
    )


def _progress(taken: Cumulative | None, week: int | None) -> Progress | None:
    if taken is None:
        return None
    last = taken.reaches_120_on
    weeks = -(-((last - taken.started).days + 1) // 7) if last is not None else None
    return Progress(
        mg_per_kg=taken.mg_per_kg,
        target=TARGET_LOW,
        week=week,
        weeks=max(weeks, week or 0) if weeks is not None else None,
        last_day_about=last,
    )

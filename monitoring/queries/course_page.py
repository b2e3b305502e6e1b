"""Everything the course page shows, read live from the dossier."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery

from courses.models import Course, Dispense, Hold, Prescription
from courses.models.supply import lines_of
from courses.queries import COURSES
from monitoring import dossier, dossier_rows, policies
from monitoring.models import DueItem, Escalation
from monitoring.queries.outcomes import SCORES
from monitoring.queries.pictures import PICTURES
from monitoring.queries.reading import DECIDED, WAITING
from people.kept import Given, Kept, Values, ask
from people.models import ContactPoint
from people.queries import PatientRow, patient_row
from protocol import after_course, cumulative, dosing, labs, schedule, standing, treatment
from protocol.after_course import AfterCourse
from protocol.calendar import date_in
from protocol.cumulative import Cumulative
from protocol.facts import CourseFacts
from protocol.findings import Decision
from protocol.grading import Graded
from protocol.holds import at_rest
from protocol.plan import PlannedItem
from protocol.policy import ClinicPolicy
from protocol.standing import Standing
from protocol.supplies import SupplyLine
from protocol.vocabulary import Analyte, ItemStatus, Rest

_SHOWN_PRESCRIPTIONS = 12
_HOLD = Kept(
    lambda: Hold.objects.filter(course_id=Given("course"), resumed_on__isnull=True), "held_on"
)
_ITEMS = Kept(
    lambda: DueItem.objects.filter(course_id=Given("course"), ended="").order_by(
        "due_on", "requirement"
    ),
    *("public_id", "key", "requirement", "opens_on", "due_on"),
)
_CONCERNS = Kept(
    lambda: Escalation.objects.filter(course_id=Given("course"), closed_at__isnull=True).order_by(
        "raised_at"
    ),
    *("public_id", "kind", "reasons", "raised_at", "acknowledged_at"),
    *("acknowledged_by__display_name", "acknowledged_by__email"),
)
_PRESCRIPTIONS = Kept(
    lambda: (
        Prescription.objects.filter(course_id=Given("course"))
        .annotate(
            dispensed_on=Subquery(
                Dispense.objects.filter(
                    prescription=OuterRef("pk"), reversed_at__isnull=True
                ).values("dispensed_on")
            )
        )
        .order_by("-signed_at")[:_SHOWN_PRESCRIPTIONS]
    ),
    *("public_id", "signed_at", "signed_by__display_name", "signed_by__email", "quantities"),
    *("strengths_mg", "pattern", "days", "window_closes_at", "dispensed_on", "level"),
    "override_reason",
)
_PHONE = Kept(
    lambda: ContactPoint.objects.filter(patient_id=Given("patient"), channel="sms").order_by(
        "rank"
    )[:1],
    "address",
)


@dataclass(frozen=True, slots=True)
class Banner:
    """The patient banner (UX-01): who this page is about, and their course in one line."""

    patient: PatientRow
    phone: str
    allergies: tuple[str, ...]
    week: int | None
    daily_mg: Decimal | None
    mg_per_kg: Decimal | None
    weight_kg: Decimal | None
    weight_on: date | None
    category: str
    edition: str
    phase: str
    number: int


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A due item as staff see it."""

    public_id: uuid.UUID
    requirement: str
    opens_on: date
    due_on: date
    status: ItemStatus


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """An open concern."""

    public_id: uuid.UUID
    kind: str
    reasons: tuple[str, ...]
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class PrescriptionRow:
    """A signed prescription and whether it was handed out."""

    public_id: uuid.UUID
    signed_at: datetime
    signed_by: str
    lines: tuple[SupplyLine, ...]
    daily_mg: Decimal
    days: Decimal
    window_closes_at: datetime | None
    dispensed_on: date | None
    level: str
    override_reason: str


@dataclass(frozen=True, slots=True)
class SpecimenRow:
    """Results drawn together, newest first, with what has been decided about them."""

    public_id: str
    collected_on: date
    results: tuple[Graded, ...]
    to_acknowledge: bool
    to_confirm: bool


@dataclass(frozen=True, slots=True)
class CoursePage:
    """The whole course page."""

    public_id: uuid.UUID
    banner: Banner
    decision: Decision
    standing: Standing
    policy: ClinicPolicy
    items: tuple[ItemRow, ...]
    concerns: tuple[ConcernRow, ...]
    prescriptions: tuple[PrescriptionRow, ...]
    specimens: tuple[SpecimenRow, ...]
    reading: labs.LabReading
    trends: dict[Analyte, tuple[Graded, ...]]
    taken: Cumulative | None
    after: AfterCourse | None
    rest: Rest | None
    held_since: date | None
    stopped_on: date | None
    facts: CourseFacts
    today: date
    zone: str
    clinic: str
    programme: str


def questions_about(course: Course, *, now: datetime) -> dict[Kept, Values]:
    """What the page and its panels ask about a course, its patient and its clinic (``ask``)."""
    own, patient = {"course": course.pk}, {"patient": course.patient_id}
    of_clinic, today = {"clinics": [course.clinic_id]}, _today(course, now)
    return {
        dossier_rows.COURSES: {"courses": [course.pk]},
        policies.MOVED: of_clinic,
        policies.VERSIONS: {**of_clinic, "on": today},
        _PHONE: patient,
        COURSES: patient,
        **dict.fromkeys((_HOLD, _ITEMS, _CONCERNS, _PRESCRIPTIONS), own),
        **dict.fromkeys((WAITING, DECIDED, SCORES, PICTURES), own),
    }


def course_page(course: Course, *, now: datetime) -> CoursePage:
    """Load and judge one course, live; nothing is read from the throw-away standing."""
    top = top_of(course, now=now)
    facts, policy, today = top.facts, top.policy, top.today
    reading = labs.read(facts, as_of=today, policy=policy)
    graded = labs.history(facts, as_of=today, policy=policy)
    holds, items, concerns, prescriptions = ask(
        dict.fromkeys((_HOLD, _ITEMS, _CONCERNS, _PRESCRIPTIONS), {"course": course.pk})
    )
    hold = holds[0] if holds else None
    return CoursePage(
        public_id=course.public_id,
        banner=top.banner,
        decision=top.decision,
        standing=top.standing,
        policy=policy,
        items=_items(items, facts, policy, today),
        concerns=tuple(map(_concern, concerns)),
        prescriptions=tuple(map(_prescription, prescriptions)),
        specimens=_specimens(graded, reading),
        reading=reading,
        trends=_trends(graded),
        # Of a course that is only planned nothing is taken yet, whatever the one before came to.
        taken=cumulative.cumulative(facts, as_of=today) if course.started_on else None,
        after=after_course.follow_up(facts, as_of=today, policy=policy)
        if course.stopped_at
        else None,
        rest=top.rest,
        held_since=hold.held_on if hold else None,
        stopped_on=course.last_dose_on if course.stopped_at else None,
        facts=facts,
        today=today,
        zone=course.clinic.timezone,
        clinic=course.clinic.name,
        programme=course.get_programme_display(),
    )


def _today(course: Course, now: datetime) -> date:
    return date_in(now, course.clinic.timezone)


@dataclass(frozen=True, slots=True)
class Top:
    """The banner with the facts behind it; every page about a course begins with it."""

    banner: Banner
    facts: CourseFacts
    policy: ClinicPolicy
    standing: Standing
    rest: Rest | None
    today: date

    @property
    def decision(self) -> Decision:
        """The gate's answer about the next prescription."""
        return self.standing.decision


def top_of(course: Course, *, now: datetime) -> Top:
    """The banner, and the record as it was read for it."""
    today = _today(course, now)
    facts = dossier.load_one(course)
    policy = policies.policy_for(course, on=today)
    stand = standing.stand(facts, at=now, policy=policy)
    rest = at_rest(facts, as_of=today, ended=course.stopped_at is not None)
    return Top(_banner(course, facts, stand, today), facts, policy, stand, rest, today)


def banner_of(course: Course, *, now: datetime) -> Banner:
    """The banner alone."""
    return top_of(course, now=now).banner


@dataclass(frozen=True, slots=True)
class LabelCourse:
    """DOSE-8: the days between which a stop leaves the course as long as the label has it.

    ``may_end_early``: the label lets a course end sooner when the nodules have nearly gone (US).
    """

    weeks: tuple[int, int]
    first_day: date
    last_day: date
    early: bool
    may_end_early: bool


def label_course(facts: CourseFacts, *, today: date) -> LabelCourse | None:
    """The label's length of the course under way; None without one, or where no rule is known."""
    under_way = treatment.running(facts, as_of=today)
    if under_way is None:
        return None
    weeks = dosing.course_weeks(facts.programme)
    first = dosing.shortest_course_end(under_way.started, facts.programme)
    last = dosing.longest_course_end(under_way.started, facts.programme)
    if weeks is None or first is None or last is None:
        return None
    return LabelCourse(
        weeks=weeks,
        first_day=first,
        last_day=last,
        early=today < first,
        may_end_early=facts.programme == "us-ipledge",
    )


def planned_supply(page: CoursePage | Top) -> tuple[Decimal, ...]:
    """The dose that the next prescription would carry: a plan that has come, or the present one."""
    return next_pattern(page.facts, page.today)


def next_pattern(facts: CourseFacts, today: date) -> tuple[Decimal, ...]:
    """The same from the facts: what is planned for today or earlier, else the present dose."""
    dose = cumulative.present_dose(facts, today)
    planned = [plan for plan in facts.planned_doses if plan.starts <= today or dose is None]
    newest = max(planned, key=lambda plan: (plan.on, plan.starts), default=None)
    if dose is None:
        return newest.pattern if newest else ()
    if newest is not None and newest.starts >= dose.on and newest.on >= dose.on:
        return newest.pattern
    return dose.pattern


def _banner(course: Course, facts: CourseFacts, stand: Standing, today: date) -> Banner:
    dose = cumulative.present_dose(facts, today)
    weight = cumulative.weight_on(facts, today)
    daily = dosing.average_daily_mg(dose.pattern) if dose else None
    phones = _PHONE.ask(patient=course.patient_id)
    return Banner(
        patient=patient_row(course.patient),
        phone=phones[0].address if phones else "",
        allergies=tuple(allergy.name for allergy in facts.allergies),
        week=stand.week,
        daily_mg=daily,
        mg_per_kg=dosing.mg_per_kg(daily, weight.kg) if daily and weight else None,
        weight_kg=weight.kg if weight else None,
        weight_on=weight.on if weight else None,
        category=facts.person.category.value if facts.person.category else "",
        edition=stand.decision.edition,
        phase=stand.phase.value,
        number=course.number,
    )


def _items(
    rows: list[Any], facts: CourseFacts, policy: ClinicPolicy, today: date
) -> tuple[ItemRow, ...]:
    plan: dict[str, PlannedItem] = {
        item.key: item for item in schedule.plan(facts, as_of=today, policy=policy).items
    }
    return tuple(
        ItemRow(
            public_id=row.public_id,
            requirement=row.requirement,
            opens_on=row.opens_on,
            due_on=row.due_on,
            status=plan[row.key].status if row.key in plan else ItemStatus.NOT_DUE,
        )
        for row in rows
    )


def _concern(row: Any) -> ConcernRow:
    return ConcernRow(
        public_id=row.public_id,
        kind=row.kind,
        reasons=tuple(row.reasons),
        raised_at=row.raised_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by__display_name or row.acknowledged_by__email or "",
    )


def _prescription(row: Any) -> PrescriptionRow:
    return PrescriptionRow(
        public_id=row.public_id,
        signed_at=row.signed_at,
        signed_by=row.signed_by__display_name or row.signed_by__email,
        lines=lines_of(row.quantities, row.strengths_mg),
        daily_mg=dosing.average_daily_mg(tuple(row.pattern)),
        days=row.days,
        window_closes_at=row.window_closes_at,
        dispensed_on=row.dispensed_on,
        level=row.level,
        override_reason=row.override_reason,
    )


def _specimens(graded: tuple[Graded, ...], reading: labs.LabReading) -> tuple[SpecimenRow, ...]:
    by_specimen: dict[str, list[Graded]] = {}
    for each in graded:
        by_specimen.setdefault(each.result.specimen, []).append(each)
    awaiting = {each.result.specimen for each in reading.awaiting}
    confirm = {each.result.specimen for each in reading.to_confirm}
    rows = [
        SpecimenRow(
            public_id=specimen.removeprefix("specimen:"),
            collected_on=results[0].result.on,
            results=tuple(results),
            to_acknowledge=specimen in awaiting,
            to_confirm=specimen in confirm,
        )
        for specimen, results in by_specimen.items()
    ]
    return tuple(sorted(rows, key=lambda row: row.collected_on, reverse=True))


def _trends(graded: tuple[Graded, ...]) -> dict[Analyte, tuple[Graded, ...]]:
    series: dict[Analyte, list[Graded]] = {}
    for each in graded:
        if each.result.value is not None:
            series.setdefault(each.analyte, []).append(each)
    return {analyte: tuple(points) for analyte, points in series.items()}

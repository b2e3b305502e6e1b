"""The throw-away copies that lists sort by: refreshed with every plan, never read by the gate."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from courses.models import Course, Dispense, Prescription
from messaging.queries import FAILS
from monitoring import attention
from monitoring.attention import Attention, Standpoint
from monitoring.grounds import Ground
from monitoring.models import (
    Assignment,
    Contact,
    CourseStanding,
    Escalation,
    HomeTest,
    Letter,
    PharmacyReport,
    WorkItem,
)
from people.kept import Given, Kept, ask
from people.models import ContactPoint
from protocol import cumulative, dosing, gap, labs, standing
from protocol.calendar import start_of_day
from protocol.facts import CourseFacts
from protocol.findings import Decision
from protocol.grading import Flag
from protocol.plan import Plan
from protocol.standing import Standing
from protocol.vocabulary import Analyte

_DERIVED = [
    field.name
    for field in CourseStanding._meta.concrete_fields
    if field.name not in {"id", "course"}
]
_DERIVED_ITEM = [
    field.name
    for field in WorkItem._meta.concrete_fields
    if field.name not in {"id", "course", "reason"}
]
# What the list shows of the newest results, most telling first.
_SHOWN = (Analyte.ALT, Analyte.TRIGLYCERIDES, Analyte.AST, Analyte.CHOLESTEROL)


@dataclass(frozen=True, slots=True)
class Judged:
    """A locked course with its new plan, and when it has to be planned again by itself."""

    ground: Ground
    plan: Plan
    replan_after: datetime | None


@dataclass(frozen=True, slots=True)
class _Around:
    """What lies around the plans of some courses, by course: read at once for all of them."""

    concerns: dict[int, tuple[str, ...]]
    signed_unfilled: set[int]
    pharmacy: dict[int, str]
    letters: set[int]
    bad_addresses: set[int]
    home_tests: set[int]
    contacts: dict[int, Any]
    assignees: dict[int, int]


def refresh(courses: Sequence[Judged], *, now: datetime) -> list[tuple[Course, Decision]]:
    """Derive standing and work items of each course anew, in a fixed number of statements.

    Returns each course with the gate's answer about its next prescription.
    """
    ids = [each.ground.course.pk for each in courses]
    around = _around(ids, now)
    standings: list[CourseStanding] = []
    items: list[WorkItem] = []
    answers: list[tuple[Course, Decision]] = []
    for each in courses:
        ground = each.ground
        stand = standing.stand(ground.facts, at=now, policy=ground.policy)
        answers.append((ground.course, stand.decision))
        row, points = _standing(each, stand, around, now=now)
        standings.append(row)
        items += _work_items(each.ground, points, around)
    CourseStanding.objects.bulk_create(
        standings,
        update_conflicts=True,
        unique_fields=["course"],
        update_fields=_DERIVED,
    )
    kept = WorkItem.objects.bulk_create(
        items,
        update_conflicts=True,
        unique_fields=["course", "reason"],
        update_fields=_DERIVED_ITEM,
    )
    WorkItem.objects.filter(course__in=ids).exclude(pk__in=[item.pk for item in kept]).delete()
    return answers


def _work_items(ground: Ground, points: tuple[Standpoint, ...], around: _Around) -> list[WorkItem]:
    course = ground.course
    contact = around.contacts.get(course.pk)
    next_on = contact.next_on if contact else None
    return [
        WorkItem(
            course_id=course.pk,
            clinic_id=course.clinic_id,
            attention=point.attention.value,
            rank=point.rank.value,
            reason=point.reason,
            owner=point.owner.value,
            closes_at=point.closes_at,
            due_on=point.due_on,
            assignee_id=around.assignees.get(course.pk),
            # What must be acted on today does not wait for the day of the next call.
            waits_until=next_on if point.attention > Attention.ACT else None,
        )
        for point in points
        if point.attention is not Attention.NOTHING
    ]


def _standing(
    judged: Judged, stand: Standing, around: _Around, *, now: datetime
) -> tuple[CourseStanding, tuple[Standpoint, ...]]:
    ground = judged.ground
    facts, policy, today = ground.facts, ground.policy, ground.today
    reading = labs.read(facts, as_of=today, policy=policy)
    taken = cumulative.cumulative(facts, as_of=today) if ground.course.started_on else None
    dose = cumulative.present_dose(facts, today)
    ahead = gap.forecast(facts, at=now, policy=policy, decision=stand.decision)
    pk = ground.course.pk
    situation = attention.Situation(
        phase=stand.phase,
        decision=stand.decision,
        items=judged.plan.items,
        concerns=around.concerns.get(pk, ()),
        signed_unfilled=pk in around.signed_unfilled,
        supply_ends_on=stand.next_pickup_on,
        today=today,
        now=now,
        pharmacy=around.pharmacy.get(pk, ""),
        letter=pk in around.letters,
        home_test=pk in around.home_tests,
        bad_address=pk in around.bad_addresses,
        gap=ahead,
    )
    points = attention.points_of(situation)
    gravest = points[0]
    contact = around.contacts.get(pk)
    window = stand.decision.window
    row = CourseStanding(
        course_id=ground.course.pk,
        clinic_id=ground.course.clinic_id,
        phase=stand.phase.value,
        attention=gravest.attention.value,
        reason=gravest.reason,
        owner=gravest.owner.value,
        level=stand.decision.level.word,
        open_checks=sum(not check.met for check in stand.decision.checks),
        ready_to_sign=attention.is_ready(situation),
        window_closes_at=window.closes_at if window else None,
        next_due_on=attention.next_due_on(situation),
        next_requirement=stand.next_item.requirement.value if stand.next_item else "",
        week=stand.week,
        daily_mg=dosing.average_daily_mg(dose.pattern) if dose else None,
        mg_per_kg_so_far=taken.mg_per_kg if taken else None,
        latest_lab=_latest(reading, ground.facts),
        unread_results=len(reading.awaiting) + len(reading.to_confirm),
        worst_tier=reading.tier.value if reading.tier is not None else None,
        edition=stand.decision.edition,
        runs_out_on=ahead.runs_out_on if ahead else None,
        capsules_left=ahead.capsules_left if ahead else None,
        earliest_pickup_on=ahead.earliest_on if ahead else None,
        contact_outcome=contact.outcome if contact else "",
        contacted_at=contact.at if contact else None,
        replan_after=_ring(judged.replan_after, ahead, ground, now=now),
        refreshed_at=now,
    )
    return row, points


def _ring(
    planned: datetime | None, ahead: gap.SupplyForecast | None, ground: Ground, *, now: datetime
) -> datetime | None:
    """The plan's next moment, or the day on which capsules begin to run out, if sooner."""
    if ahead is None:
        return planned
    day: date = ahead.runs_out_on - timedelta(days=attention.RUNS_OUT_DAYS - 1)
    rings = start_of_day(day, ground.course.clinic.timezone)
    if rings <= now:
        return planned
    return min(rings, planned) if planned else rings


def _around(course_ids: Sequence[int], now: datetime) -> _Around:
    """Read in one round trip, by statements that are kept."""
    about_patients = (_LETTERS, _BAD_ADDRESSES, _HOME_TESTS, _CONTACTS, _ASSIGNEES)
    questions = (_CONCERNS, _NEWEST_SIGNED, _PHARMACY, *about_patients)
    concerns, signed, reports, letters, addresses, home_tests, contacts, assignees = ask(
        dict.fromkeys(questions, {"courses": course_ids})
    )
    kinds: dict[int, list[str]] = defaultdict(list)
    for row in concerns:
        kinds[row.course_id].append(row.kind)
    return _Around(
        concerns={course_id: tuple(found) for course_id, found in kinds.items()},
        signed_unfilled={
            row.course_id
            for row in signed
            if not row.collected and (row.window_closes_at is None or row.window_closes_at >= now)
        },
        pharmacy={row.prescription__course_id: row.kind for row in reports},
        letters={row.pk for row in letters},
        bad_addresses={row.pk for row in addresses},
        home_tests={row.course_id for row in home_tests},
        contacts={row.course_id: row for row in contacts},
        assignees={row.course_id: row.to_id for row in assignees},
    )


def _newest(condition: Exists) -> QuerySet[Course]:
    """For what is about a patient: nobody is listed twice for it."""
    newer = Course.objects.filter(patient=OuterRef("patient"), number__gt=OuterRef("number"))
    return Course.objects.filter(condition, ~Exists(newer), pk__among=Given("courses"))


# The kinds of open concerns, oldest first.
_CONCERNS = Kept(
    lambda: Escalation.objects.filter(
        course_id__among=Given("courses"), closed_at__isnull=True
    ).order_by("raised_at"),
    *("course_id", "kind"),
)
# What a pharmacy reported last about each course, unless somebody has settled it.
_PHARMACY = Kept(
    lambda: (
        PharmacyReport.objects.filter(
            prescription__course_id__among=Given("courses"), settled_at__isnull=True
        )
        .exclude(kind=PharmacyReport.Kind.DISPENSED)
        .order_by("at")
    ),
    *("prescription__course_id", "kind"),
)
# Newest courses of patients who wait for an answer.
_LETTERS = Kept(
    lambda: _newest(
        Exists(Letter.objects.filter(patient=OuterRef("patient"), answered_at__isnull=True))
    ),
    "pk",
)
# Newest courses of patients whom messages do not reach by one of their ways.
_BAD_ADDRESSES = Kept(
    lambda: _newest(Exists(ContactPoint.objects.filter(FAILS, patient=OuterRef("patient")))), "pk"
)
_HOME_TESTS = Kept(
    lambda: HomeTest.objects.filter(
        course_id__among=Given("courses"), picture__isnull=False, outcome=""
    ),
    "course_id",
)
# The newest attempt to reach the patient of each course.
_CONTACTS = Kept(
    lambda: (
        Contact.objects.filter(course_id__among=Given("courses"))
        .order_by("course_id", "-at")
        .distinct("course_id")
    ),
    *("course_id", "outcome", "at", "next_on"),
)
_ASSIGNEES = Kept(
    lambda: Assignment.objects.filter(course_id__among=Given("courses"), ended_at__isnull=True),
    *("course_id", "to_id"),
)
# The newest prescription of each course: one that nobody has collected may still be collected.
_NEWEST_SIGNED = Kept(
    lambda: (
        Prescription.objects.filter(course_id__among=Given("courses"))
        .order_by("course_id", "-signed_at")
        .distinct("course_id")
        .annotate(
            collected=Exists(
                Dispense.objects.filter(prescription=OuterRef("pk"), reversed_at__isnull=True)
            )
        )
    ),
    *("course_id", "collected", "window_closes_at"),
)


def _latest(reading: labs.LabReading, facts: CourseFacts) -> dict[str, Any]:
    for analyte in _SHOWN:
        graded = reading.newest.get(analyte)
        if graded is not None:
            worst = max(
                reading.newest.values(), key=lambda each: (each.tier or 0, each.analyte == analyte)
            )
            shown = worst if worst.tier else graded
            return {
                "analyte": shown.analyte.value,
                "value": (not shown.converted and shown.result.text) or str(shown.number),
                "comparator": shown.result.comparator,
                "unit": shown.unit or shown.result.unit,
                "tier": shown.tier.value if shown.tier is not None else None,
                "high": shown.flag is Flag.HIGH,
                "on": shown.result.on.isoformat(),
                "earlier": [str(value) for value in labs.earlier_values(facts, shown)],
            }
    return {}

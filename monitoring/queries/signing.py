"""Who can be signed for now: the standing proposes, the gate is asked about each one anew."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from courses.models import Course
from monitoring import dossier, policies
from monitoring.models import CourseStanding
from monitoring.queries.course_page import next_pattern
from monitoring.versions import EVERYTHING, version_of
from people.queries import PatientRow, Place, patient_row
from protocol import gate, labs, standing
from protocol.calendar import date_in
from protocol.facts import CourseFacts, Supply
from protocol.findings import Decision
from protocol.grading import Graded
from protocol.policy import ClinicPolicy
from protocol.standing import Standing
from protocol.vocabulary import Action, Level

PAGE = 25
# So few open checks that the course is nearly ready.
_NEARLY = 2
_SHOWN_NEARLY = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A course whose supply is due, as its record stands now; ``version`` is of all of it."""

    course: uuid.UUID
    patient: PatientRow
    programme: str
    facts: CourseFacts
    policy: ClinicPolicy
    standing: Standing
    graded: tuple[Graded, ...]
    today: date
    version: str

    def judged(self, supply: Supply | None, *, now: datetime) -> Decision:
        """The gate's answer about this very supply."""
        started = self.standing.week is not None or bool(self.facts.dispensed)
        return gate.decide(
            self.facts,
            action=Action.PRESCRIBE if started else Action.START,
            at=now,
            policy=self.policy,
            supply=supply,
        )


@dataclass(frozen=True, slots=True)
class Nearly:
    """A course that lacks one or two checks."""

    course: uuid.UUID
    patient: PatientRow
    reason: str
    owner: str
    open_checks: int


@dataclass(frozen=True, slots=True)
class ReadyPage:
    """One page of those who are ready, all of them counted, and those who nearly are."""

    rows: tuple[Candidate, ...]
    total: int
    page: int
    pages: int
    nearly: tuple[Nearly, ...]


def ready(place: Place, *, page: int, now: datetime) -> ReadyPage:
    """Whose window ends soonest first; a fixed number of statements, whatever the page holds."""
    found = CourseStanding.objects.filter(clinic_id=place.clinic_id, ready_to_sign=True)
    total = found.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    rows = found.order_by("window_closes_at", "pk").values_list("course_id", flat=True)
    chosen = list(rows[(page - 1) * PAGE : page * PAGE])
    return ReadyPage(_candidates(chosen, now=now), total, page, pages, _nearly(place))


def _candidates(ids: Sequence[int], *, now: datetime) -> tuple[Candidate, ...]:
    courses = {
        course.pk: course
        for course in Course.objects.filter(pk__in=ids).select_related("patient", "clinic")
    }
    if not courses:
        return ()
    # One clinic, so one day and one reading of its rules.
    first = next(iter(courses.values()))
    today = date_in(now, first.clinic.timezone)
    of_clinics = policies.policies_for({c.clinic_id for c in courses.values()}, on=today)
    facts = dossier.load(ids)
    return tuple(
        _candidate(courses[pk], facts[pk], policies.of_course(courses[pk], of_clinics), today, now)
        for pk in ids
        if pk in courses
    )


def _candidate(
    course: Course, facts: CourseFacts, policy: ClinicPolicy, today: date, now: datetime
) -> Candidate:
    return Candidate(
        course=course.public_id,
        patient=patient_row(course.patient),
        programme=course.programme,
        facts=facts,
        policy=policy,
        standing=standing.stand(facts, at=now, policy=policy),
        graded=labs.history(facts, as_of=today, policy=policy),
        today=today,
        version=version_of(facts, EVERYTHING),
    )


def _nearly(place: Place) -> tuple[Nearly, ...]:
    rows = (
        CourseStanding.objects.filter(
            clinic_id=place.clinic_id,
            ready_to_sign=False,
            level=Level.BLOCK.word,
            open_checks__lte=_NEARLY,
            window_closes_at__isnull=False,
        )
        .select_related("course__patient")
        .order_by("window_closes_at", "pk")[:_SHOWN_NEARLY]
    )
    return tuple(
        Nearly(
            row.course.public_id,
            patient_row(row.course.patient),
            row.reason,
            row.owner,
            row.open_checks,
        )
        for row in rows
    )


def supply_ahead(course: Course, *, now: datetime) -> tuple[Decimal, ...]:
    """The dose that the next prescription would carry, without asking the gate."""
    today = date_in(now, course.clinic.timezone)
    return next_pattern(dossier.load_one(course), today)

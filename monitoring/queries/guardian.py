"""What a guardian sees of one patient: built from nothing, by a list of what is allowed.

Nothing here is the patient's page with parts taken out. Each area reads its own few columns, so
that a new reason, task, test or message of the patient's cannot reach a guardian by itself.
Pregnancy, contraception and mood must not be readable from what is missing either. So:

- dates are those of the clinic's scheduled blood tests only; a test that was asked for again, a
  window to pick up and the check-in have no date here;
- the dose is the one written last, in a pause too, with the same words always;
- results are of liver, blood fats and muscle only, and only what the clinic has settled;
- there is no phase, no gate, no reason and no message.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from courses.models import Course, Dispense, DoseStep
from monitoring import portal_queries
from monitoring.models import DueItem
from monitoring.portal_queries import ResultRow
from people.guardianship import Area
from people.models import Patient
from protocol.vocabulary import Analyte, Requirement

# Liver, blood fats, muscle. Never hCG, which is a pregnancy test.
_SHOWN: frozenset[Analyte] = frozenset(
    {
        Analyte.ALT,
        Analyte.AST,
        Analyte.TRIGLYCERIDES,
        Analyte.CHOLESTEROL,
        Analyte.HDL,
        Analyte.LDL,
    }
)
# How the plan names a draw that a prescriber asked to have again: why is nobody else's business.
_ASKED_AGAIN = "repeat-"
_MOST_DATES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """The daily dose as it was written last: the least and the most of its days, in mg."""

    least: Decimal
    most: Decimal
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianView:
    """What is shown; None: the area is not open, or there is nothing in it.

    ``running`` is False once there is no treatment, and then nothing else is told.
    """

    running: bool
    dates: tuple[date, ...] | None = None
    lasts_until: date | None = None
    dose: Dose | None = None
    waits_at_pharmacy: bool | None = None
    results: tuple[ResultRow, ...] | None = None


def seen_by_guardian(patient: Patient, areas: Collection[Area], *, now: datetime) -> GuardianView:
    """What of a patient's treatment is in these areas, and nothing besides."""
    course = portal_queries.newest_course(patient)
    if course is None or course.stopped_at is not None:
        return GuardianView(running=False)
    today = portal_queries.local_today(patient, now=now)
    return GuardianView(
        running=True,
        dates=_dates(course, today=today) if Area.DATES in areas else None,
        lasts_until=_lasts_until(course, today=today) if Area.DATES in areas else None,
        dose=_dose(course, today=today) if Area.DOSE in areas else None,
        waits_at_pharmacy=_waits(patient, now=now) if Area.SUPPLY in areas else None,
        results=_results(patient, now=now) if Area.RESULTS in areas else None,
    )


def _dates(course: Course, *, today: date) -> tuple[date, ...]:
    due = DueItem.objects.filter(
        course=course, ended="", requirement=Requirement.LABS, due_on__gte=today
    ).exclude(key__contains=_ASKED_AGAIN)
    return tuple(due.order_by("due_on").values_list("due_on", flat=True)[:_MOST_DATES])


def _lasts_until(course: Course, *, today: date) -> date | None:
    """By what was handed out last, whether or not it is being taken."""
    last = (
        Dispense.objects.filter(prescription__course=course, reversed_at__isnull=True)
        .select_related("prescription")
        .order_by("-dispensed_on", "-pk")
        .first()
    )
    if last is None:
        return None
    until = last.dispensed_on + timedelta(days=int(last.prescription.days) - 1)
    return until if until >= today else None


def _dose(course: Course, *, today: date) -> Dose | None:
    step = (
        DoseStep.objects.filter(course=course, planned=False, starts_on__lte=today)
        .order_by("-starts_on", "-pk")
        .first()
    )
    if step is None:
        return None
    return Dose(least=min(step.pattern), most=max(step.pattern), since=step.starts_on)


def _waits(patient: Patient, *, now: datetime) -> bool:
    return portal_queries.home(patient, now=now).ready is not None


def _results(patient: Patient, *, now: datetime) -> tuple[ResultRow, ...]:
    found = portal_queries.results(patient, now=now)
    return tuple(row for row in found if row.analyte in _SHOWN and row.settled)

"""Before a call: why this patient is called, and what came of the calls before."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from courses.models import Course
from monitoring import contacting
from monitoring.models import Assignment, Contact, WorkItem

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One attempt to reach the patient."""

    outcome: str
    at: datetime
    by: str
    next_on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class CallPage:
    """``proposals``: each outcome with the day of the next attempt that it would plan."""

    reasons: tuple[str, ...]
    contacts: tuple[ContactRow, ...]
    proposals: tuple[tuple[str, date | None], ...]
    assignee: str
    note: str


def call_page(course: Course, *, now: datetime) -> CallPage:
    """Everything the page of a call shows about a course."""
    rows = Contact.objects.filter(course=course).select_related("by").order_by("-at")[:_SHOWN]
    held = (
        Assignment.objects.filter(course=course, ended_at__isnull=True).select_related("to").first()
    )
    items = WorkItem.objects.filter(course=course).order_by("attention", "rank", "pk")
    return CallPage(
        reasons=tuple(items.values_list("reason", flat=True)),
        contacts=tuple(
            ContactRow(row.outcome, row.at, str(row.by), row.next_on, row.note) for row in rows
        ),
        proposals=tuple(
            (outcome, proposed(course, outcome, now=now)) for outcome in Contact.Outcome.values
        ),
        assignee=str(held.to) if held else "",
        note=held.note if held else "",
    )


def proposed(course: Course, outcome: str, *, now: datetime) -> date | None:
    """The day on which this outcome puts the course on the list again; None: it stays there."""
    zone = ZoneInfo(course.clinic.timezone)
    closes_at = (
        WorkItem.objects.filter(course=course, closes_at__gte=now)
        .order_by("closes_at")
        .values_list("closes_at", flat=True)
        .first()
    )
    return contacting.next_contact_on(
        outcome,
        today=now.astimezone(zone).date(),
        last_day=closes_at.astimezone(zone).date() if closes_at else None,
    )

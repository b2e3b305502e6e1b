"""What a patient's own calendar is told: days on which something is due, and nothing of what."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from monitoring.models import CalendarFeed, DueItem
from people.models import Clinic, Patient
from protocol.vocabulary import Requirement


@dataclass(frozen=True, slots=True)
class Given:
    """Since when there is an address, and when a calendar last asked it."""

    since: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedDay:
    """One day in the calendar. ``last``: what is due ends then; it does not begin."""

    public_id: uuid.UUID
    on: date
    last: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar: whose clinic's, in which language and zone, and its days in order."""

    clinic: Clinic
    language: str
    zone: str
    days: tuple[FeedDay, ...]


def given(patient: Patient) -> Given | None:
    """The patient's address as the page shows it; None without one."""
    row = CalendarFeed.objects.filter(patient=patient).first()
    return None if row is None else Given(row.created_at, row.read_at)


def feed(patient: Patient) -> Feed:
    """The patient's calendar as it stands."""
    return Feed(patient.clinic, patient.language, patient.zone, _days(patient))


def _days(patient: Patient) -> tuple[FeedDay, ...]:
    due = DueItem.objects.filter(course__patient=patient, ended="")
    rows = due.exclude(requirement=Requirement.NOTE).order_by("due_on", "pk")
    return tuple(
        FeedDay(row.public_id, row.due_on, row.requirement == Requirement.COLLECT, row.created_at)
        for row in rows
    )

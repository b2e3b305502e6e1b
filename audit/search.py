"""Reads of the trail for those who check a clinic: what was done, and who looked.

Both come newest first, page by page from a row onwards, so that a page costs what it shows.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import Q, QuerySet

from audit.models import Access, Event

PAGE = 50
Row = TypeVar("Row")
_Stored = TypeVar("_Stored", Event, Access)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody looks for in the trail of one clinic.

    Attributes:
        clinic: its slug.
        since, until: the stretch of time; ``until`` itself is not in it.
        actor: ``user:<uuid>`` of one person, or all of a kind: ``patient``, ``guardian``,
            ``pharmacy``, ``system``; empty: everybody.
        kind: kind of event; empty: all. Looks have none.
        patient: whose record; None: everybody's.
        before: the row after which the page begins, as :attr:`Page.next` says; None: the newest.
    """

    clinic: str
    since: datetime
    until: datetime
    actor: str = ""
    kind: str = ""
    patient: uuid.UUID | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """Something was done; ``subject`` is the noun of what was acted on."""

    at: datetime
    kind: str
    actor: str
    actor_name: str
    subject: str
    patient: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody opened a page of a record, or was turned away from it."""

    at: datetime
    page: str
    actor: str
    actor_name: str
    patient: uuid.UUID | None
    refused: bool


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows, newest first; ``next`` asks for those that follow, None at the end."""

    rows: tuple[Row, ...]
    next: int | None


def done(asked: Asked) -> Page[Done]:
    """What was done in the clinic."""
    found = _matching(Event.objects.all(), asked)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    rows, following = _page(found)
    return Page(
        tuple(
            Done(
                at=row.at,
                kind=row.kind,
                actor=row.actor,
                actor_name=row.actor_name,
                subject=row.subject.partition(":")[0],
                patient=row.patient,
            )
            for row in rows
        ),
        following,
    )


def seen(asked: Asked) -> Page[Seen]:
    """Who opened which page of a record, and who was turned away."""
    rows, following = _page(_matching(Access.objects.all(), asked))
    return Page(
        tuple(
            Seen(
                at=row.at,
                page=row.page,
                actor=row.actor,
                actor_name=row.actor_name,
                patient=row.patient,
                refused=row.refused,
            )
            for row in rows
        ),
        following,
    )


def _matching(rows: QuerySet[_Stored], asked: Asked) -> QuerySet[_Stored]:
    found = rows.filter(clinic=asked.clinic, at__gte=asked.since, at__lt=asked.until)
    if ":" in asked.actor:
        found = found.filter(actor=asked.actor)
    elif asked.actor:
        found = found.filter(actor__startswith=f"{asked.actor}:")
    if asked.patient is not None:
        found = found.filter(patient=asked.patient)
    if asked.before is not None:
        last = rows.filter(clinic=asked.clinic, pk=asked.before).values("at")[:1]
        found = found.filter(Q(at__lt=last) | Q(at=last, pk__lt=asked.before))
    return found


def _page(found: QuerySet[_Stored]) -> tuple[list[_Stored], int | None]:
    rows = list(found.order_by("-at", "-pk")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None

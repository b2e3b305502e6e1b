"""Reads of the access log: who looked at one patient's record, one line a day, person and page."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Max
from django.db.models.functions import TruncDate

from audit.models import Access


@dataclass(frozen=True, slots=True)
class Look:
    """How often somebody opened a page of the record on a day of the patient's; ``at``: last."""

    on: date
    at: datetime
    actor: str
    page: str
    refused: bool
    times: int


@dataclass(frozen=True, slots=True)
class Looks:
    """One page of looks, newest first."""

    rows: tuple[Look, ...]
    page: int
    pages: int


def looks(
    patient: uuid.UUID, *, own: bool, zone: str, page: int = 1, size: int | None = None
) -> Looks:
    """Who looked at a patient's record, counted by day, person and page.

    Args:
        patient: whose record.
        own: the patient's own looks, or everybody else's.
        zone: IANA name of the zone whose days count.
        page: from 1; one beyond the last is the last.
        size: rows on a page; None: all on one.
    """
    mine = f"patient:{patient}"
    theirs = Access.objects.filter(patient=patient)
    theirs = theirs.filter(actor=mine) if own else theirs.exclude(actor=mine)
    found = (
        theirs.values("actor", "page", "refused", on=TruncDate("at", tzinfo=ZoneInfo(zone)))
        .annotate(times=Count("pk"), last=Max("at"))
        .order_by("-last", "actor", "page")
    )
    total = found.count()
    size = size or max(1, total)
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    rows = tuple(
        Look(
            on=row["on"],
            at=row["last"],
            actor=row["actor"],
            page=row["page"],
            refused=row["refused"],
            times=row["times"],
        )
        for row in found[(page - 1) * size : page * size]
    )
    return Looks(rows, page, pages)

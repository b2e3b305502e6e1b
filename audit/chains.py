"""Sealing events into one hash chain a clinic, and walking the chains (SEC-16).

A seal covers an event and the seal before it, so that a row altered, removed or put in later no
longer fits. Sealing runs behind the writers, under an advisory lock, in the order of the rows.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef

from audit.models import Event, Seal

_LOCK = 4_207_001
_BATCH = 2_000
# How far behind the newest sealed event a run looks for rows that were committed late.
_LATE = 10_000


@dataclass(frozen=True, slots=True)
class Break:
    """The first row of a chain that does not fit, and what is wrong with it."""

    chain: str
    number: int
    event: int
    why: str


@transaction.atomic
def seal(limit: int = 100_000, *, everything: bool = False) -> int:
    """Chain events that have no seal yet; returns how many.

    Rows are taken in id order. A row committed late with a lower id is sealed at the next run, at
    the end of its chain: the chain tells the order of sealing, the event its own time. So that a
    run costs what is new and not what there is, it looks at the last rows before the newest seal;
    ``everything`` looks at all, for a row that was committed later than that.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    tips: dict[str, tuple[int, str]] = {}
    newest = Seal.objects.aggregate(event=Max("event"))["event"]
    after = 0 if newest is None or everything else newest - _LATE
    # Both sides are bounded, so that they are merged: else each event asks for its own seal.
    sealed = Seal.objects.filter(event=OuterRef("pk"), event__gt=after)
    unsealed = Event.objects.filter(pk__gt=after).exclude(Exists(sealed))
    rows: list[tuple[str, int, int, str, str]] = []
    for event in unsealed.order_by("pk")[:limit].iterator(chunk_size=_BATCH):
        chain = event.clinic or "-"
        number, previous = tips.get(chain) or _tip(chain)
        digest = _digest(previous, event)
        rows.append((chain, number + 1, event.pk, previous, digest))
        tips[chain] = (number + 1, digest)
    if rows:
        _store(rows)
    return len(rows)


def _store(rows: list[tuple[str, int, int, str, str]]) -> None:
    columns = "chain, number, event, previous, digest"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {Seal._meta.db_table} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def verify() -> tuple[int, list[Break]]:
    """Walk every chain; returns how many seals were checked, and each chain's first break."""
    checked = 0
    breaks: list[Break] = []
    for chain in Seal.objects.order_by("chain").values_list("chain", flat=True).distinct():
        for found in _walk(chain):
            if isinstance(found, Break):
                breaks.append(found)
                break
            checked += 1
    return checked, breaks


def _walk(chain: str) -> Iterator[int | Break]:
    previous, number = "", 0
    for row, event in _with_events(chain):
        why = _misfit(row, event, previous=previous, number=number)
        if why:
            yield Break(row.chain, row.number, row.event, why)
            return
        previous, number = row.digest, row.number
        yield row.event


def _with_events(chain: str) -> Iterator[tuple[Seal, Event | None]]:
    seals = Seal.objects.filter(chain=chain).order_by("number").iterator(chunk_size=_BATCH)
    for batch in batched(seals, _BATCH):
        events = Event.objects.in_bulk([row.event for row in batch])
        for row in batch:
            yield row, events.get(row.event)


def batched(rows: Iterable[Seal], size: int) -> Iterator[list[Seal]]:
    """Lists of at most ``size`` rows, so that memory stays flat on a long chain."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def _misfit(row: Seal, event: Event | None, *, previous: str, number: int) -> str:
    if row.number != number + 1:
        return f"number {number + 1} is missing"
    if row.previous != previous:
        return "it does not follow the seal before it"
    if event is None:
        return "its event is gone"
    if _digest(previous, event) != row.digest:
        return "its event was altered"
    return ""


def _tip(chain: str) -> tuple[int, str]:
    last = Seal.objects.filter(chain=chain).aggregate(number=Max("number"))["number"]
    if last is None:
        return 0, ""
    return last, Seal.objects.get(chain=chain, number=last).digest


def _digest(previous: str, event: Event) -> str:
    canonical = json.dumps(
        [
            event.pk,
            event.kind,
            event.actor,
            event.actor_name,
            event.subject,
            str(event.patient or ""),
            event.clinic,
            event.at.isoformat(),
            event.detail,
            str(event.correlation),
        ],
        sort_keys=True,
        ensure_ascii=False,
    )
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()

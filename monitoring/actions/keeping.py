"""Raw messages are kept before anything is made of them: no parser and no rule can lose one."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.db.models.fields.tuple_lookups import Tuple, TupleIn

from audit import trail
from monitoring.intake.report import Entry, IncomingReport
from monitoring.models import LabMessage
from people.models import Clinic

# What makes a message the same one (B12): sender, control id and content.
_Mark = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from."""

    clinic: Clinic
    source: str
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that is on file; ``known``: it was received and filed before."""

    message: LabMessage
    known: bool
    entries: Sequence[Entry]


@transaction.atomic
def keep_all(
    messages: Sequence[tuple[bytes, Sequence[Entry]]],
    *,
    origin: Origin,
    by: trail.Actor,
    now: datetime,
) -> list[Kept]:
    """Keep messages that are not on file yet, in a fixed number of statements.

    A message that was kept, but whose filing was cut short, is not ``known``: it is filed now.
    """
    marks = [_mark(raw, entries) for raw, entries in messages]
    rows: dict[_Mark, LabMessage] = {}
    for mark, (raw, entries) in zip(marks, messages, strict=True):
        if mark not in rows:
            rows[mark] = _row(mark, raw, entries, origin=origin, by=by, now=now)
    # Whoever keeps the same message at this moment is waited for, and theirs is taken.
    LabMessage.objects.bulk_create(rows.values(), ignore_conflicts=True)
    ours = dict(
        LabMessage.objects.filter(public_id__in=[row.public_id for row in rows.values()])
        .values_list("public_id", "pk")
    )  # fmt: skip
    there = [mark for mark, row in rows.items() if row.public_id not in ours]
    before = _on_file(origin.clinic, there) if there else {}
    filed: dict[_Mark, int] = {}
    for mark, row in rows.items():
        if mark in before:
            rows[mark], filed[mark] = before[mark]
        else:
            row.pk = ours[row.public_id]
    return [
        Kept(rows[mark], mark in filed and filed[mark] >= len(entries), entries)
        for mark, (_, entries) in zip(marks, messages, strict=True)
    ]


def _on_file(clinic: Clinic, marks: Iterable[_Mark]) -> dict[_Mark, tuple[LabMessage, int]]:
    """Messages that were there before, each with the number of its reports."""
    found = (
        LabMessage.objects.filter(
            TupleIn(Tuple("sender", "control_id", "content_hash"), list(marks)), clinic=clinic
        )
        .annotate(filed=Count("reports"))
        .defer("raw")
    )
    return {(row.sender, row.control_id, row.content_hash): (row, row.filed) for row in found}


def _row(
    mark: _Mark,
    raw: bytes,
    entries: Sequence[Entry],
    *,
    origin: Origin,
    by: trail.Actor,
    now: datetime,
) -> LabMessage:
    sender, control_id, content_hash = mark
    return LabMessage(
        clinic=origin.clinic,
        sender=sender,
        control_id=control_id,
        content_hash=content_hash,
        source=origin.source,
        file_name=origin.file_name[:200],
        format=entries[0].format or "",
        raw=raw.decode("latin-1"),
        received_at=now,
        received_by=by.audit_id,
    )


def _mark(raw: bytes, entries: Sequence[Entry]) -> _Mark:
    first = entries[0]
    return first.sender[:200], first.control_id[:200], _content_hash(raw, entries)


def _content_hash(raw: bytes, entries: Sequence[Entry]) -> str:
    digest = hashlib.sha256()
    for entry in entries:
        own = entry.content_hash if isinstance(entry, IncomingReport) else ""
        digest.update(own.encode() or hashlib.sha256(raw).digest())
    return digest.hexdigest()

"""What a clinic has said about its laboratories' local codes, and what waits for a word (B4)."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from monitoring.intake.code_map import UNMAPPED, CodeMap, LocalCode
from monitoring.models import CodeMeaning, Observation
from people.queries import NotFound, Place
from protocol.vocabulary import Analyte

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class WaitingCode:
    """A local code that nobody has explained, with what waits for it."""

    example: uuid.UUID
    sender: str
    code: str
    code_system: str
    text: str
    waiting: int
    patients: int
    units: tuple[str, ...]
    values: tuple[str, ...]
    ranges: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class MeaningRow:
    """What staff said of one code."""

    public_id: uuid.UUID
    sender: str
    code: str
    text: str
    analyte: str
    made_at: datetime
    made_by: str
    ended_at: datetime | None
    ended_by: str


def code_map_of(clinic_id: int) -> CodeMap:
    """The clinic's code map as the readers take it; one query."""
    return {
        local_code_of_meaning(row): Analyte(row.analyte) if row.analyte else None
        for row in CodeMeaning.objects.filter(clinic_id=clinic_id, ended_at__isnull=True)
    }


def local_code_of(row: Observation) -> LocalCode:
    """The key of a stored result in the code map."""
    return LocalCode.of(
        sender=row.specimen.sender, code=row.code, system=row.code_system, text=row.code_text
    )


def local_code_of_meaning(row: CodeMeaning) -> LocalCode:
    """The key of what staff said."""
    return LocalCode(row.sender, row.code, row.code_system, row.words)


def waiting_rows(clinic_id: int) -> QuerySet[Observation]:
    """Results of the clinic that wait for a word about their code."""
    return Observation.objects.filter(
        specimen__patient__clinic_id=clinic_id,
        current=True,
        confirmed_at__isnull=True,
        analyte="",
        held__contains=UNMAPPED,
    ).select_related("specimen")


def waiting_codes(place: Place, *, limit: int = 2_000) -> tuple[WaitingCode, ...]:
    """Codes without a meaning, those that hold up most results first."""
    groups: dict[LocalCode, list[Observation]] = defaultdict(list)
    for row in waiting_rows(place.clinic_id).order_by("received_at")[:limit]:
        groups[local_code_of(row)].append(row)
    found = [_waiting_code(rows) for rows in groups.values()]
    return tuple(sorted(found, key=lambda code: (-code.waiting, code.since)))


def waiting_code_of(place: Place, example: uuid.UUID) -> tuple[LocalCode, WaitingCode]:
    """One waiting code, named by any result that waits for it.

    Raises:
        NotFound: nothing of this clinic waits under that id.
    """
    rows = list(waiting_rows(place.clinic_id).order_by("received_at"))
    key = next((local_code_of(row) for row in rows if row.public_id == example), None)
    if key is None:
        raise NotFound
    return key, _waiting_code([row for row in rows if local_code_of(row) == key])


def meanings(place: Place, *, limit: int = 200) -> tuple[MeaningRow, ...]:
    """What staff said of codes, newest first, what no longer holds included."""
    rows = CodeMeaning.objects.filter(clinic_id=place.clinic_id)
    found = rows.select_related("made_by", "ended_by").order_by("-made_at")[:limit]
    return tuple(
        MeaningRow(
            public_id=row.public_id,
            sender=row.sender,
            code=row.code,
            text=row.text,
            analyte=row.analyte,
            made_at=row.made_at,
            made_by=str(row.made_by),
            ended_at=row.ended_at,
            ended_by=str(row.ended_by) if row.ended_by else "",
        )
        for row in found
    )


def meaning_of(place: Place, public_id: uuid.UUID) -> CodeMeaning:
    """One meaning of the clinic.

    Raises:
        NotFound: another clinic's, or none.
    """
    found = (
        CodeMeaning.objects.select_related("clinic")
        .filter(public_id=public_id, clinic_id=place.clinic_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _waiting_code(rows: list[Observation]) -> WaitingCode:
    first = rows[0]
    return WaitingCode(
        example=first.public_id,
        sender=first.specimen.sender,
        code=first.code,
        code_system=first.code_system,
        text=first.code_text,
        waiting=len(rows),
        patients=len({row.specimen.patient_id for row in rows}),
        units=_some(row.unit_as_sent for row in rows),
        values=_some(f"{row.comparator}{row.value_text}" for row in rows),
        ranges=_some(row.range_text for row in rows),
        since=min(row.received_at for row in rows),
    )


def _some(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))[:EXAMPLES]

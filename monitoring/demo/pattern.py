"""A told patient read back from the tables, as a pattern that other patients are printed from.

The rows are read as PostgreSQL writes them for COPY. What is the patient's own in them - keys,
identifiers, numbers, names - becomes a gap to fill; everything else stays as the actions wrote it.
Tables are found by following the foreign keys, so a new one comes along by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model, OneToOneField

from audit.models import Event
from monitoring import pharmacy, to_read
from monitoring.demo.newcomers import Newcomer
from monitoring.models import LabMessage, PharmacyLink, ResultReview
from people.models import Patient

Cell = Callable[[Newcomer], str]
# Columns that are made for each newcomer: by table, row and column.
Cells = Mapping[tuple[str, int, str], Cell]

# What references such as ``statement:637`` in documents of the gate and the rules name by its key.
_NOUNS = {
    "acknowledgement": "monitoring_acknowledgement",
    "dispense": "courses_dispense",
    "dose-step": "courses_dosestep",
    "earlier-supply": "courses_earliersupply",
    "enrolment": "courses_enrolment",
    "history": "courses_historyitem",
    "hold": "courses_hold",
    "missed": "courses_course",
    "statement": "courses_statement",
    "visit": "courses_visit",
    "weight": "courses_weight",
}
_UUID = r"(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_REFERENCE = rf"(?<![\w-])(?P<noun>{'|'.join(_NOUNS)}):(?P<key>\d+)"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with rows of one patient; ``owners`` are its keys into other such tables."""

    name: str
    columns: tuple[str, ...]
    owners: tuple[tuple[str, str], ...]
    sequence: str  # of its primary key


@cache
def tables() -> tuple[Table, ...]:
    """Every table with rows of one patient, parents before children, and the trail at the end."""
    every: list[type[Model]] = [*_belonging_to_patients(), LabMessage]
    waiting = dict.fromkeys(every)
    ordered: list[type[Model]] = []
    while waiting:
        ready = [
            model
            for model in every
            if model in waiting
            and not any(target in waiting and target is not model for _, target in _keys(model))
        ]
        if not ready:
            raise ValueError(f"these tables point at each other: {list(waiting)}")
        ordered += ready
        for model in ready:
            del waiting[model]
    known = {model._meta.db_table for model in ordered}
    ordered.append(Event)
    return tuple(_table(model, known) for model in ordered)


def _belonging_to_patients() -> list[type[Model]]:
    """Models that point at a patient, directly or by others; histories are the triggers' own."""
    found: list[type[Model]] = [Patient]
    for model in found:
        for other in apps.get_models():
            if other in found or any(f.name == "pgh_obj" for f in other._meta.concrete_fields):
                continue
            if any(target is model for _, target in _keys(other)):
                found.append(other)
    return found


def _keys(model: type[Model]) -> Iterator[tuple[str, type[Model]]]:
    for its in model._meta.concrete_fields:
        if isinstance(its, ForeignKey | OneToOneField):
            target: Any = its.related_model
            yield its.column, target


def _table(model: type[Model], known: set[str]) -> Table:
    name = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [name])
        sequence = str(cursor.fetchone()[0])
    return Table(
        name=name,
        columns=tuple(
            str(each.column) for each in model._meta.concrete_fields if not each.generated
        ),
        owners=tuple(
            (column, target._meta.db_table)
            for column, target in _keys(model)
            if target._meta.db_table in known
        ),
        sequence=sequence,
    )


@dataclass(slots=True)
class Printed:
    """One table's rows of a pattern; ``text % gaps(values)`` is what COPY reads."""

    table: Table
    text: str
    places: list[int]
    rows: int
    gaps: Callable[[list[str]], tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        if len(self.places) == 1:
            place = self.places[0]
            self.gaps = lambda values: (values[place],)
        else:
            self.gaps = itemgetter(*self.places) if self.places else lambda values: ()


@dataclass(slots=True)
class Pattern:
    """Everything that is kept of one told patient, ready to be printed for others."""

    like: Patient
    tokens: tuple[str, ...]
    uuids: dict[str, int]
    printed: list[Printed]
    counts: dict[str, int]
    cells: list[Cell]

    def rows_for(self, one: Newcomer, first: Mapping[str, int]) -> Iterator[tuple[str, str]]:
        """Each table's name and its rows for COPY; ``first`` is the first free key by table."""
        values = list(one.uuids)
        for name, count in self.counts.items():
            start = first[name]
            values += map(str, range(start, start + count))
        values += [one.mrn, *(one.tokens[token] for token in self.tokens)]
        values += [cell(one) for cell in self.cells]
        for each in self.printed:
            yield each.table.name, each.text % each.gaps(values)


def read(
    like: Patient,
    *,
    tokens: tuple[str, ...],
    cells: Cells,
    marks: Mapping[int, Sequence[str]],
    fixed: frozenset[str],
) -> Pattern:
    """Read a told patient.

    Args:
        tokens: registry numbers, which every newcomer has others of.
        cells: columns to be made for each newcomer; keys as in ``Cells``.
        marks: what is said of results to read, by the key of their row.
        fixed: UUIDs of staff and clinics, which stay.
    """
    rows = rows_of(like)
    counts = {table.name: len(rows[table.name]) for table in tables() if rows[table.name]}
    uuids = {
        found: index
        for index, found in enumerate(
            dict.fromkeys(
                each
                for its in rows.values()
                for row in its
                for cell in row.values()
                for each in re.findall(_UUID, cell)
                if each not in fixed
            )
        )
    }
    marked = {
        (ResultReview._meta.db_table, key, "version"): _mark(said, uuids)
        for key, said in marks.items()
    }
    cells = {**cells, **marked, **_pharmacy_links(rows, uuids)}
    reader = _Reader(like, tokens, uuids, counts, rows)
    printed = [
        reader.printed(table, rows[table.name], cells) for table in tables() if rows[table.name]
    ]
    return Pattern(like, tokens, uuids, printed, counts, reader.cells)


def _mark(said: Sequence[str], uuids: Mapping[str, int]) -> Cell:
    def made(one: Newcomer) -> str:
        return to_read.version_of(
            re.sub(_UUID, lambda found: one.uuids[uuids[found[0]]], line) for line in said
        )

    return made


def _pharmacy_links(
    rows: Mapping[str, Sequence[Mapping[str, str]]], uuids: Mapping[str, int]
) -> dict[tuple[str, int, str], Cell]:
    """The hashes of links to prescriptions: a link's token follows from its own identifier."""
    table = PharmacyLink._meta.db_table

    def opens(index: int) -> Cell:
        return lambda one: pharmacy.hash_of(
            pharmacy.token_of(PharmacyLink(public_id=one.uuids[index]))
        )

    return {
        (table, int(row["id"]), "token_hash"): opens(uuids[row["public_id"]]) for row in rows[table]
    }


def rows_of(like: Patient) -> dict[str, list[dict[str, str]]]:
    """A patient's rows by table, each cell as COPY spells it."""
    found: dict[str, list[dict[str, str]]] = {}
    for table in tables():
        columns = ", ".join(f'"{column}"' for column in table.columns)
        statement = (
            f'COPY (SELECT {columns} FROM "{table.name}" '  # noqa: S608 - our own names
            f"WHERE {_condition(table, like, found)} ORDER BY id) TO STDOUT"
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            text = b"".join(bytes(block) for block in copy).decode()
        found[table.name] = [
            dict(zip(table.columns, line.split("\t"), strict=True)) for line in text.splitlines()
        ]
    return found


def _condition(table: Table, like: Patient, found: dict[str, list[dict[str, str]]]) -> str:
    match table.name:
        case "people_patient":
            return f"id = {like.pk}"
        case "monitoring_labmessage":
            return (
                "id IN (SELECT message_id FROM monitoring_labreport "  # noqa: S608 - our own key
                f"WHERE patient_id = {like.pk})"
            )
        case "audit_event":
            return f"patient = '{like.public_id}'"
    choices = []
    for column, target in table.owners:
        keys = ",".join(row["id"] for row in found.get(target, ()))
        if keys and target != table.name:
            choices.append(f"{column} IN ({keys})")
    if table.name == "messaging_message":
        # What staff were told about the patient's concerns has no patient of its own.
        choices.append(
            "about IN (SELECT 'escalation:' || e.public_id FROM monitoring_escalation e "  # noqa: S608
            f"JOIN courses_course c ON c.id = e.course_id WHERE c.patient_id = {like.pk})"
        )
    return " OR ".join(choices) or "false"


class _Reader:
    """Turns rows into text with gaps; knows the place of each value in a newcomer's list."""

    def __init__(
        self,
        like: Patient,
        tokens: tuple[str, ...],
        uuids: dict[str, int],
        counts: dict[str, int],
        rows: dict[str, list[dict[str, str]]],
    ) -> None:
        self.cells: list[Cell] = []
        self._uuids = uuids
        self._keys: dict[tuple[str, str], int] = {}
        place = len(uuids)
        for name in counts:
            for row in rows[name]:
                self._keys[(name, row["id"])] = place
                place += 1
        self._words = {word: place + index for index, word in enumerate([like.mrn, *tokens])}
        self._first_cell = place + len(self._words)
        words = "|".join(re.escape(word) for word in self._words)
        self._own = re.compile(rf"{_UUID}|{_REFERENCE}|(?P<word>{words})")

    def printed(self, table: Table, rows: list[dict[str, str]], cells: Cells) -> Printed:
        """The rows of one table."""
        text: list[str] = []
        places: list[int] = []
        owners = dict(table.owners)
        for row in rows:
            for column, value in row.items():
                cell = cells.get((table.name, int(row["id"]), column))
                key = (table.name if column == "id" else owners.get(column, ""), value)
                if cell is not None:
                    places.append(self._first_cell + len(self.cells))
                    self.cells.append(cell)
                    text.append("%s")
                elif key in self._keys:
                    places.append(self._keys[key])
                    text.append("%s")
                else:
                    self._with_gaps(value, text, places)
                text.append("\t")
            text[-1] = "\n"
        return Printed(table, "".join(text), places, len(rows))

    def _with_gaps(self, value: str, text: list[str], places: list[int]) -> None:
        end = 0
        for found in self._own.finditer(value):
            place, before = self._place(found), ""
            if place is None:
                continue
            if found["noun"]:
                before = f"{found['noun']}:"
            text += [value[end : found.start()].replace("%", "%%"), before, "%s"]
            places.append(place)
            end = found.end()
        text.append(value[end:].replace("%", "%%"))

    def _place(self, found: re.Match[str]) -> int | None:
        if found["uuid"]:
            return self._uuids.get(found["uuid"])
        if found["noun"]:
            return self._keys.get((_NOUNS[found["noun"]], found["key"]))
        return self._words[found["word"]]

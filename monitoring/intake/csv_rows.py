"""Results as CSV, one a row, to incoming reports: one entry per patient and accession.

A row that cannot be read is rejected by itself, with its line and column; the others go on.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from monitoring.intake.catalogue import Coding
from monitoring.intake.code_map import EMPTY, CodeMap
from monitoring.intake.dates import read_birth_date, read_day
from monitoring.intake.lines import SentResult, Specimens, build_lines
from monitoring.intake.report import (
    Entry,
    Format,
    IncomingReport,
    PatientHints,
    PatientIdentifier,
    Rejected,
    ResultStatus,
)
from monitoring.intake.values import Range, number_of, plain, read_value

COLUMNS = (
    *("patient_id", "born", "collected", "analyte", "value", "unit", "low", "high"),
    *("fasting", "status", "accession"),
)
FASTING = {"": None, "true": True, "false": False}


class BadCell(ValueError):
    """A cell that cannot be read. Carries the column and what is expected, never the content."""

    def __init__(self, column: str, expected: str) -> None:
        super().__init__(f"{column} {expected}")


@dataclass(frozen=True, slots=True)
class _Row:
    """One readable row, by column name."""

    cells: dict[str, str]
    limits: Range
    fasting: bool | None


@dataclass(slots=True)
class _Group:
    """The rows of one patient and accession."""

    patient: PatientHints
    accession: str
    rows: list[_Row] = field(default_factory=list)


def read(
    data: bytes, *, file: str, zone: ZoneInfo, as_of: date, code_map: CodeMap = EMPTY
) -> tuple[Entry, ...]:
    """All entries of a CSV file; rejected rows come first. `as_of` is the clinic's today."""
    rejected: list[Entry] = []
    groups: dict[tuple[str, str, str], _Group] = {}
    for row in _rows(data, file):
        if isinstance(row, Rejected):
            rejected.append(row)
            continue
        cells = row.cells
        key = (cells["patient_id"], cells["born"], cells["accession"])
        groups.setdefault(key, _Group(_hints(cells), cells["accession"])).rows.append(row)
    if not rejected and not groups:
        rejected.append(Rejected("the file holds no rows", file, Format.CSV))
    reports = [
        _report(group, file, zone=zone, as_of=as_of, code_map=code_map) for group in groups.values()
    ]
    return (*rejected, *reports)


def _rows(data: bytes, file: str) -> Iterator[_Row | Rejected]:
    text = _decode(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if why := _why_header_is_refused(header):
            yield Rejected(why, file, Format.CSV)
            return
        for values in reader:
            if not any(value.strip() for value in values):
                continue
            try:
                yield _row(header, values)
            except BadCell as error:
                yield Rejected(f"line {reader.line_num}, column {error}", file, Format.CSV)
    except csv.Error:
        why = f"line {reader.line_num} cannot be read as CSV: what follows was not read"
        yield Rejected(why, file, Format.CSV)


def _decode(data: bytes) -> str:
    """UTF-8, or what spreadsheets in Western Europe write."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """The comma, or what a spreadsheet puts where the comma is the decimal sign.

    Only a header that holds every column by its name says so; nothing is inferred from rows.
    """
    header = text.partition("\n")[0].lower().replace('"', "")
    for delimiter in (";", "\t"):
        if {name.strip() for name in header.split(delimiter)} == set(COLUMNS):
            return delimiter
    return ","


def _why_header_is_refused(header: list[str]) -> str:
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        return f"line 1: the header lacks {', '.join(missing)} (columns are separated by commas)"
    if len(header) != len(COLUMNS):
        return "line 1: the header has columns that are not known, or one twice"
    return ""


def _row(header: list[str], values: list[str]) -> _Row:
    if len(values) != len(header):
        column = COLUMNS[-1] if len(values) > len(header) else header[len(values)]
        raise BadCell(column, f"the row has {len(values)} cells instead of {len(header)}")
    cells = {name: value.strip() for name, value in zip(header, values, strict=True)}
    if cells["born"] and read_birth_date(cells["born"]) is None:
        raise BadCell("born", "is not a date as YYYY-MM-DD")
    if (fasting := cells["fasting"].lower()) not in FASTING:
        raise BadCell("fasting", "is not true, false or empty")
    low, high = (_limit(cells, name) for name in ("low", "high"))
    return _Row(cells, Range(low, high), FASTING[fasting])


def _limit(cells: dict[str, str], column: str) -> str:
    if not cells[column]:
        return ""
    number = number_of(cells[column])
    if number is None:
        raise BadCell(column, "is not a number")
    return plain(number)


def _hints(cells: dict[str, str]) -> PatientHints:
    identifier = cells["patient_id"]
    identifiers = (PatientIdentifier(identifier),) if identifier else ()
    return PatientHints(identifiers, read_birth_date(cells["born"]))


def _report(
    group: _Group, file: str, *, zone: ZoneInfo, as_of: date, code_map: CodeMap
) -> IncomingReport:
    specimens = Specimens(as_of, group.patient.born)
    sent = [
        SentResult(
            codings=(Coding(row.cells["analyte"]),),
            reading=read_value(row.cells["value"]),
            status=_status(row.cells["status"]),
            specimen=specimens.place(
                read_day(row.cells["collected"], zone=zone),
                fasting=row.fasting,
                accession=group.accession,
            ),
            set_id=str(number),
            filler=group.accession,
            units=(row.cells["unit"],),
            limits=row.limits,
        )
        for number, row in enumerate(group.rows, start=1)
    ]
    content = "\n".join("\x1f".join(row.cells[name] for name in COLUMNS) for row in group.rows)
    return IncomingReport(
        format=Format.CSV,
        file=file,
        sender="",
        control_id=group.accession,
        content_hash=hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest(),
        patient=group.patient,
        specimens=tuple(specimens.found),
        lines=build_lines(sent, specimens, sender="", code_map=code_map),
    )


def _status(text: str) -> ResultStatus:
    """The words of the status list; missing or unknown is preliminary."""
    try:
        return ResultStatus(text.lower())
    except ValueError:
        return ResultStatus.PRELIMINARY

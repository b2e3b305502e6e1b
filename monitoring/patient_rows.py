"""Reading a file of a clinic's patients and running courses: cells to values, or what is wrong.

Pure: no database. A problem names its line and column and never repeats the cell, which may be
private and may end in a log.
"""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from people.actions.patients import Unusable, readable_phone
from protocol.programmes import programme_names
from protocol.vocabulary import Category, LabSchedule

COLUMNS = (
    "mrn",
    "given_name",
    "family_name",
    "born",
    "sex",
    "category",
    "email",
    "phone",
    "timezone",
    "country",
    "language",
    "programme",
    "weight_kg",
    "started_on",
    "daily_mg",
    "lab_schedule",
)
_MAX_MG = Decimal(400)
_SEXES = ("female", "male", "other", "unknown")


class NotAPatientFile(ValueError):
    """The file cannot be read as a whole: encoding, header or shape."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell; ``line`` counts from 1, the header being line 1."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One line of the file, read."""

    line: int
    mrn: str
    given_name: str
    family_name: str
    born: date
    sex: str
    category: str | None
    email: str
    phone: str
    timezone: str
    country: str
    language: str
    programme: str
    weight_kg: Decimal | None
    started_on: date | None
    daily_mg: Decimal | None
    lab_schedule: str


def read(data: bytes, *, country: str, today: date) -> tuple[list[PatientRow], list[Problem]]:
    """Every row of the file, and every problem in it.

    Args:
        data: the file, UTF-8 with or without byte-order mark.
        country: the clinic's country, for telephone numbers without one.
        today: the clinic's day; nothing may lie after it.

    Raises:
        NotAPatientFile: encoding, header or an unclosed quote.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotAPatientFile(f"not UTF-8 text (byte {error.start + 1})") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", strict=True)
    try:
        _check_header(reader.fieldnames)
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise NotAPatientFile(f"line {reader.line_num}: {error}") from None
    rows: list[PatientRow] = []
    problems: list[Problem] = []
    for line, cells in lines:
        row, found = _row(line, cells, country=country, today=today)
        problems += found
        if row is not None:
            rows.append(row)
    return rows, problems + _repeated(rows)


def _check_header(names: Any) -> None:
    header = [str(name).strip() for name in names or ()]
    if not header:
        raise NotAPatientFile("the file is empty")
    for name in header:
        if name not in COLUMNS:
            raise NotAPatientFile(f"line 1, column {name!r}: unknown column")
    for name in COLUMNS:
        if header.count(name) != 1:
            word = "missing" if name not in header else "named twice"
            raise NotAPatientFile(f"line 1, column {name}: {word}")


def _row(
    line: int, raw: Mapping[str, Any], *, country: str, today: date
) -> tuple[PatientRow | None, list[Problem]]:
    problems: list[Problem] = []
    if "" in raw:
        return None, [Problem(line, "", "more cells than the header has columns")]
    cells = {key.strip(): (value or "").strip() for key, value in raw.items()}
    values: dict[str, Any] = {}
    for column, reader in _READERS.items():
        try:
            values[column] = reader(cells[column], cells, country, today)
        except (ValueError, InvalidOperation) as error:
            problems.append(Problem(line, column, str(error)))
    if not problems:
        problems = _together(line, values)
    if problems:
        return None, problems
    return PatientRow(line=line, **values), []


def _together(line: int, values: Mapping[str, Any]) -> list[Problem]:
    def problem(column: str, message: str) -> list[Problem]:
        return [Problem(line, column, message)]

    if not values["given_name"] and not values["family_name"]:
        return problem("family_name", "given and family name are both empty")
    if values["started_on"] and values["started_on"] < values["born"]:
        return problem("started_on", "before the birth date")
    for column in ("started_on", "daily_mg", "lab_schedule", "category"):
        if values[column] and not values["programme"]:
            return problem("programme", f"empty, but {column} is given")
    if values["started_on"] and values["daily_mg"] is None:
        return problem("daily_mg", "a running course needs its daily dose in mg")
    return []


def _repeated(rows: list[PatientRow]) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for row in rows:
        if row.mrn in first:
            problems.append(Problem(row.line, "mrn", f"used in line {first[row.mrn]} already"))
        first.setdefault(row.mrn, row.line)
    return problems


Reader = Callable[[str, Mapping[str, str], str, date], Any]


def _needed(text: str, length: int = 120) -> str:
    if not text:
        raise ValueError("empty")
    return _short(text, length)


def _short(text: str, length: int = 120) -> str:
    if len(text) > length:
        raise ValueError(f"longer than {length} characters")
    if any(ord(character) < 32 for character in text):
        raise ValueError("contains control characters")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if len(text) == 10 else date.fromisoformat("")
    except ValueError:
        raise ValueError("not a date such as 2004-02-10") from None


def _born(text: str, today: date) -> date:
    born = _day(_needed(text))
    if born > today:
        raise ValueError("in the future")
    if today.year - born.year > 120:
        raise ValueError("more than 120 years ago")
    return born


def _started(text: str, today: date) -> date | None:
    if not text:
        return None
    started = _day(text)
    if started > today:
        raise ValueError("in the future: a course that has not begun has no first day yet")
    return started


def _number(text: str, low: Decimal, high: Decimal) -> Decimal | None:
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("not a number such as 61.5") from None
    if not number.is_finite() or not low <= number <= high:
        raise ValueError(f"not between {low} and {high}")
    return number


def _one_of(text: str, allowed: tuple[str, ...], *, optional: bool) -> str:
    if not text and optional:
        return ""
    if text not in allowed:
        raise ValueError(f"not one of {', '.join(allowed)}")
    return text


def _zone(text: str) -> str:
    try:
        if text:
            ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("not a time zone such as Europe/London") from None
    return text


def _country(text: str) -> str:
    if text and text != "unknown" and not (len(text) == 2 and text.isalpha() and text.isupper()):
        raise ValueError("not a country code of two capital letters, nor 'unknown'")
    return text


def _phone(text: str, country: str) -> str:
    if not text:
        return ""
    try:
        return readable_phone(text, country=country)
    except Unusable:
        raise ValueError("not a telephone number") from None


def _email(text: str) -> str:
    name, at, host = text.partition("@")
    if text and (not at or not name or "." not in host or " " in text):
        raise ValueError("not an e-mail address")
    return _short(text.lower(), 254)


_READERS: dict[str, Reader] = {
    "mrn": lambda text, *_: _needed(text, 40),
    "given_name": lambda text, *_: _short(text),
    "family_name": lambda text, *_: _short(text),
    "born": lambda text, cells, country, today: _born(text, today),
    "sex": lambda text, *_: _one_of(text, _SEXES, optional=True) or "unknown",
    "category": lambda text, *_: _one_of(text, tuple(Category), optional=True) or None,
    "email": lambda text, *_: _email(text),
    "phone": lambda text, cells, country, today: _phone(
        text, cells["country"] if len(cells["country"]) == 2 else country
    ),
    "timezone": lambda text, *_: _zone(text),
    "country": lambda text, *_: _country(text),
    "language": lambda text, *_: _short(text, 12) or "en",
    "programme": lambda text, *_: _one_of(text, programme_names(), optional=True),
    "weight_kg": lambda text, *_: _number(text, Decimal(20), Decimal(350)),
    "started_on": lambda text, cells, country, today: _started(text, today),
    "daily_mg": lambda text, *_: _number(text, Decimal("0.5"), _MAX_MG),
    "lab_schedule": lambda text, *_: _one_of(text, tuple(LabSchedule), optional=True),
}

"""Reads one edition file and refuses it, naming file and line of thought, when it is not whole.

Every value is written as ``{ is = 7, rule = "US-09", evidence = "V2" }``, with an optional
``note``. Unknown and missing keys are errors; so are a value of the wrong kind, a missing rule id
or evidence tag, and a sign-off that does not fit the status.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from protocol.parameters import Parameters
from protocol.vocabulary import Level

EVIDENCE_TAGS = frozenset({"V1", "V2", "M", "D", "C"})
RULE_ID = re.compile(r"(GEN|US|UK|EU|CA|AU|SCHED|LAB|DOSE|CI|MH)-[0-9]{1,2}|§[0-9.]+")
STATUSES = frozenset({"draft", "signed"})
HEAD = {
    "programme": str,
    "edition": str,
    "title": str,
    "effective_from": date,
    "clock": str,
    "status": str,
    "based_on": list,
    "sign_off": dict,
}
MAY_SAY = {"effective_to", "unconfirmed"}
SIGN_OFF = ("dermatologist", "pharmacist", "signed_on")
NOTHING = "none"


class EditionFileError(ValueError):
    """The file cannot be used; the message names file, table and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What one value stands on."""

    table: str
    key: str
    rule: str
    evidence: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionFile:
    """One file, read and checked on its own."""

    name: str
    hash: str
    programme: str
    edition: str
    title: str
    effective_from: date
    effective_to: date | None
    clock: str
    status: str
    based_on: tuple[str, ...]
    unconfirmed: str
    params: Parameters
    sources: tuple[Source, ...]


def read_edition(path: Path) -> EditionFile:
    """Read an edition file. Raises ``EditionFileError`` with one line that says what and where."""
    raw = path.read_bytes()
    try:
        text = raw.decode()
        tables = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise EditionFileError(f"{path.name}: {error}") from error
    return parse_edition(tables, name=path.name, digest=hashlib.sha256(raw).hexdigest())


def parse_edition(tables: dict[str, Any], *, name: str, digest: str) -> EditionFile:
    """Turn the tables of a file into an ``EditionFile``, or raise ``EditionFileError``."""
    params_types = get_type_hints(Parameters)
    _check_keys(name, tables, required={*HEAD, *params_types}, optional=MAY_SAY)
    for key, kind in HEAD.items():
        if type(tables[key]) is not kind:
            raise EditionFileError(f"{name}: {key} must be a {kind.__name__}")
    effective_to = tables.get("effective_to")
    if effective_to is not None and (
        type(effective_to) is not date or effective_to <= tables["effective_from"]
    ):
        raise EditionFileError(f"{name}: effective_to must be a date after effective_from")
    unconfirmed = tables.get("unconfirmed", "")
    for line in [*tables["based_on"], unconfirmed]:
        if not isinstance(line, str):
            raise EditionFileError(f"{name}: based_on and unconfirmed are texts")
    if not tables["based_on"]:
        raise EditionFileError(f"{name}: based_on names no source")
    _check_sign_off(name, tables["status"], tables["sign_off"])
    sources: list[Source] = []
    params = Parameters(
        **{
            table: _read_table(f"{name}: [{table}]", kind, tables[table], table, sources)
            for table, kind in params_types.items()
        }
    )
    after = params.after_course
    if (after.wait_days is None) == (after.wait_months is None):
        raise EditionFileError(f"{name}: [after_course] needs wait_days or wait_months, not both")
    before = params.contraception
    if (before.days_before is None) == (before.months_before is None):
        raise EditionFileError(
            f"{name}: [contraception] needs days_before or months_before, not both"
        )
    return EditionFile(
        name=name,
        hash=digest,
        programme=tables["programme"],
        edition=tables["edition"],
        title=tables["title"],
        effective_from=tables["effective_from"],
        effective_to=effective_to,
        clock=tables["clock"],
        status=tables["status"],
        based_on=tuple(tables["based_on"]),
        unconfirmed=unconfirmed,
        params=params,
        sources=tuple(sources),
    )


def _check_sign_off(name: str, status: str, sign_off: dict[str, Any]) -> None:
    if status not in STATUSES:
        raise EditionFileError(f"{name}: status must be draft or signed")
    _check_keys(f"{name}: [sign_off]", sign_off, required=set(SIGN_OFF), optional=set())
    complete = (
        bool(sign_off["dermatologist"])
        and bool(sign_off["pharmacist"])
        and type(sign_off["signed_on"]) is date
    )
    if (status == "signed") != complete:
        raise EditionFileError(
            f"{name}: a signed edition names dermatologist, pharmacist and date; a draft does not"
        )


def _check_keys(
    where: str, table: dict[str, Any], *, required: set[str], optional: set[str]
) -> None:
    if missing := sorted(required - table.keys()):
        raise EditionFileError(f"{where}: missing {', '.join(missing)}")
    if unknown := sorted(table.keys() - required - optional):
        raise EditionFileError(f"{where}: unknown {', '.join(unknown)}")


def _read_table(where: str, kind: Any, table: Any, title: str, sources: list[Source]) -> Any:
    if not isinstance(table, dict):
        raise EditionFileError(f"{where} must be a table")
    hints = get_type_hints(kind)
    _check_keys(where, table, required={field.name for field in fields(kind)}, optional=set())
    values = {}
    for key, hint in hints.items():
        line = table[key]
        spot = f"{where} {key}"
        if not isinstance(line, dict):
            raise EditionFileError(f"{spot} must be written {{ is = …, rule = …, evidence = … }}")
        _check_keys(spot, line, required={"is", "rule", "evidence"}, optional={"note"})
        if not isinstance(line["rule"], str) or not RULE_ID.fullmatch(line["rule"]):
            raise EditionFileError(f"{spot}: {line['rule']!r} is not a rule id")
        if line["evidence"] not in EVIDENCE_TAGS:
            raise EditionFileError(f"{spot}: {line['evidence']!r} is not an evidence tag")
        values[key] = _read_value(spot, hint, line["is"])
        sources.append(
            Source(
                table=title,
                key=key,
                rule=line["rule"],
                evidence=line["evidence"],
                note=line.get("note", ""),
            )
        )
    return kind(**values)


def _read_value(where: str, hint: Any, value: Any) -> Any:
    if isinstance(hint, UnionType):
        if value == NOTHING:
            return None
        hint = next(kind for kind in get_args(hint) if kind is not NoneType)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise EditionFileError(f"{where} must be a list")
        return tuple(_read_value(where, get_args(hint)[0], item) for item in value)
    if hint is Level:
        if value not in {level.word for level in Level}:
            raise EditionFileError(f"{where}: {value!r} is not a level")
        return Level[value.upper()]
    if issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError as error:
            raise EditionFileError(f"{where}: {error}") from error
    if type(value) is not hint:
        raise EditionFileError(f"{where} must be of kind {hint.__name__}")
    return value

"""What a scenario asks: a prescription, a fill, or one of the queries; and what it expects."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from monitoring.replay.compare import Expectation
from monitoring.replay.expectations import ACTION, QUERIES, Clocks, read_expectations
from monitoring.replay.reading import Mapping, Value
from monitoring.replay.supplies import SUPPLY_KEYS, Named, read_supply
from protocol.vocabulary import Action, Analyte, Formulation, Requirement

_NOON = time(12, 0)
_UNITS = ("U/L", "ukat/L", "mg/dL", "mmol/L", "umol/L", "IU/L", "mIU/mL")


class Query(StrEnum):
    """The questions beside the gate."""

    EDITION = "edition"
    CATEGORY = "category"
    DUE = "due"
    STATUS = "status"
    AFTER_COURSE = "after-course"
    CUMULATIVE = "cumulative"
    DOSE = "dose"
    LAB = "lab"
    MENTAL_HEALTH = "mental-health"
    TRIAGE = "triage"
    REMINDER = "reminder"
    TASKS = "tasks"
    OUTCOME = "outcome"


class Of(StrEnum):
    """What ``due`` and ``status`` can be asked about."""

    LABS = "labs"
    PREGNANCY_TEST = "pregnancy-test"
    CHECK_IN = "check-in"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The scores an outcome query is about; exactly one of them is given."""

    iga: tuple[int, int] | None = None
    gags: dict[str, int] | None = None
    dlqi: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One entry of ``ask``. ``on`` is its day in the story's zone, ``at`` its instant."""

    at: datetime
    on: date
    action: Action | None = None
    query: Query | None = None
    named: Named = field(default_factory=Named)
    of: Requirement | None = None
    count: int = 1
    convert: dict[Analyte, str] = field(default_factory=dict)
    daily_mg: Decimal | None = None
    formulation: Formulation = Formulation.STANDARD
    local_time: time | None = None
    dates: tuple[date, ...] = ()
    outcome: Outcome | None = None
    evidence: str = ""
    expectations: tuple[Expectation, ...] = ()


_SHARED = frozenset({"on", "at", "action", "query", "with", "expect", "evidence"})
_EXTRA = {
    Query.DUE: frozenset({"of", "count"}),
    Query.STATUS: frozenset({"of"}),
    Query.LAB: frozenset({"convert"}),
}
_WITHOUT_WITH = frozenset(Query) - {Query.DOSE, Query.REMINDER, Query.OUTCOME}
_ANY_KEY = _SHARED | {"of", "count", "convert"}


def read_ask(value: Value, clocks: Clocks, evidence_tags: tuple[str, ...]) -> Ask:
    """One entry of ``ask``. Raises StoryError."""
    fields = value.as_mapping(_ANY_KEY, needed=("expect",))
    if ("on" in fields) == ("at" in fields):
        raise value.refuse("needs either on or at")
    if ("action" in fields) == ("query" in fields):
        raise value.refuse("needs either action or query")
    when = fields["on"] if "on" in fields else fields["at"]
    if when.is_date:
        at = datetime.combine(when.as_date(), _NOON, tzinfo=clocks.story)
    else:
        at = when.as_instant(clocks.story)
    on = at.astimezone(clocks.story).date()
    tag = fields.get("evidence")
    evidence = tag.as_one_of(evidence_tags) if tag else ""
    if "action" in fields:
        value.as_mapping(_SHARED)
        named = fields.get("with")
        return Ask(
            at=at,
            on=on,
            action=fields["action"].as_word(Action),
            named=read_supply(named.as_mapping(SUPPLY_KEYS)) if named else Named(),
            evidence=evidence,
            expectations=read_expectations(fields["expect"], ACTION, clocks),
        )
    query = fields["query"].as_word(Query)
    allowed = _SHARED | _EXTRA.get(query, frozenset())
    value.as_mapping(allowed - {"with"} if query in _WITHOUT_WITH else allowed)
    return Ask(
        at=at,
        on=on,
        query=query,
        evidence=evidence,
        expectations=read_expectations(fields["expect"], QUERIES[query], clocks),
        **_details(query, value, fields),
    )


def _details(query: Query, value: Value, fields: Mapping) -> dict[str, Any]:
    """The fields of an Ask that this query brings along."""
    match query:
        case Query.DUE | Query.STATUS:
            if "of" not in fields:
                raise value.place.inside("of").refuse("is missing")
            count = fields.get("count")
            return {
                "of": Requirement(fields["of"].as_word(Of)),
                "count": count.as_integer(1, 1000) if count else 1,
            }
        case Query.LAB:
            return {"convert": _read_convert(fields.get("convert"))}
        case Query.DOSE:
            named = _with(value, fields).as_mapping(
                frozenset({"daily_mg", "formulation"}), needed=("daily_mg",)
            )
            formulation = named.get("formulation")
            return {
                "daily_mg": named["daily_mg"].as_number(),
                "formulation": formulation.as_word(Formulation)
                if formulation
                else Formulation.STANDARD,
            }
        case Query.REMINDER:
            named = _with(value, fields).as_mapping(
                frozenset({"local_time", "dates"}), needed=("dates",)
            )
            local_time = named.get("local_time")
            return {
                "local_time": local_time.as_time() if local_time else None,
                "dates": tuple(item.as_date() for item in named["dates"].as_list()),
            }
        case Query.OUTCOME:
            return {"outcome": _read_outcome(_with(value, fields))}
        case _:
            return {}


def _with(value: Value, fields: Mapping) -> Value:
    if "with" not in fields:
        raise value.place.inside("with").refuse("is missing")
    return fields["with"]


def _read_convert(value: Value | None) -> dict[Analyte, str]:
    if value is None:
        return {}
    entries = value.as_mapping(frozenset(analyte.value for analyte in Analyte)).entries
    return {Analyte(key): item.as_one_of(_UNITS) for key, item in entries.items()}


_REGIONS = ("forehead", "right_cheek", "left_cheek", "nose", "chin", "trunk")


def _read_outcome(value: Value) -> Outcome:
    fields = value.as_mapping(frozenset({"iga", "gags", "dlqi"}))
    if len(fields.entries) != 1:
        raise value.refuse("needs exactly one of iga, gags, dlqi")
    if "iga" in fields:
        grades = fields["iga"].as_list()
        if len(grades) != 2:
            raise fields["iga"].refuse("expected two grades: from, to")
        return Outcome(iga=(grades[0].as_integer(0, 4), grades[1].as_integer(0, 4)))
    if "gags" in fields:
        regions = fields["gags"].as_mapping(frozenset(_REGIONS), needed=_REGIONS)
        return Outcome(gags={key: regions[key].as_integer(0, 4) for key in _REGIONS})
    return Outcome(dlqi=fields["dlqi"].as_integer(0, 30))

"""A clinic's ladder of laboratory action tiers, read from a table a pharmacist can check.

The default is ``tables/lab_ladder.toml`` (rule book 5.2). A clinic may keep its own text in the
same format (`from_text`) and hand it to the rules as ``ClinicPolicy.ladder``.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from protocol.steps import BadTable, Multiple, Step, columns, parse_step
from protocol.units import measures
from protocol.vocabulary import Analyte, Tier

Rungs = tuple[tuple[Tier, Step], ...]

LADDER_ANALYTES = (
    Analyte.ALT,
    Analyte.AST,
    Analyte.CK,
    Analyte.TRIGLYCERIDES,
    Analyte.CHOLESTEROL,
    Analyte.GLUCOSE,
    Analyte.HCG,
)
# Analytes whose thresholds are amounts, so that the table needs a column for every unit.
_BY_UNIT = {
    Analyte.TRIGLYCERIDES: frozenset({"mg/dL", "mmol/L"}),
    Analyte.CHOLESTEROL: frozenset({"mg/dL", "mmol/L"}),
    Analyte.GLUCOSE: frozenset({"mg/dL", "mmol/L"}),
}
_TIER_KEYS = {"t1": Tier.T1, "t2": Tier.T2, "t3": Tier.T3, "t4": Tier.T4}
_SYMPTOMS_SUFFIX = "_with_symptoms"
_REPEAT_GROUPS = ("liver", "lipids", "ck", "glucose", "hcg")
_DEFAULT = Path(__file__).parent / "tables" / "lab_ladder.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabLadder:
    """Every threshold of one ladder; ``rungs`` by analyte and unit (``""``: any unit)."""

    name: str
    source: str
    evidence: str
    rungs: Mapping[tuple[Analyte, str], Rungs]
    symptom_rungs: Mapping[tuple[Analyte, str], Rungs]
    enzyme_with_bilirubin: Step
    bilirubin_with_enzyme: Step
    repeat_days: Mapping[tuple[str, Tier], int]
    non_fasting_repeat_days: int

    def steps(self, analyte: Analyte, unit: str, *, symptoms: bool = False) -> Rungs:
        """Ascending steps for a canonical unit; empty where the rule book has no ladder."""
        key = (analyte, unit if analyte in _BY_UNIT else "")
        if symptoms:
            return self.rungs.get(key, ()) + self.symptom_rungs.get(key, ())
        return self.rungs.get(key, ())

    def acts_at(
        self, analyte: Analyte, unit: str, uln: Decimal | None
    ) -> tuple[str, Decimal] | None:
        """Where somebody must decide (t2, LAB-8): ``>`` or ``>=``, and the number in ``unit``.

        None without a ladder for the analyte, or where the limit that it multiplies is unknown.
        """
        for tier, step in self.steps(analyte, unit):
            if tier >= Tier.T2:
                bound = step.bound(uln, None)
                return None if bound is None else (">=" if step.inclusive else ">", bound)
        return None


def _rungs(body: Mapping[str, object], where: str, *, symptoms: bool) -> Rungs:
    suffix = _SYMPTOMS_SUFFIX if symptoms else ""
    found: list[tuple[Tier, Step]] = []
    for key, tier in _TIER_KEYS.items():
        if key + suffix in body:
            found.append((tier, parse_step(body[key + suffix], f"{where}.{key}{suffix}")))
    for (lower, first), (upper, second) in zip(found, found[1:], strict=False):
        if first.of is second.of and second.number <= first.number:
            raise BadTable(f"{where}: {upper.word} does not lie above {lower.word}")
    return tuple(found)


def _analyte_rungs(
    document: Mapping[str, object], *, symptoms: bool
) -> dict[tuple[Analyte, str], Rungs]:
    rungs: dict[tuple[Analyte, str], Rungs] = {}
    for analyte in LADDER_ANALYTES:
        table = document.get(analyte.value)
        if not isinstance(table, Mapping):
            raise BadTable(f"{analyte.value}: the table is missing")
        units = _BY_UNIT.get(analyte, frozenset())
        by_unit = columns(table, units=units)
        if units and set(by_unit) != units:
            raise BadTable(f"{analyte.value}: needs the columns {', '.join(sorted(units))}")
        for unit, body in by_unit.items():
            where = f"{analyte.value}.{unit}" if unit else analyte.value
            allowed = set(_TIER_KEYS) | {key + _SYMPTOMS_SUFFIX for key in _TIER_KEYS}
            unknown = set(body) - allowed
            if unknown:
                raise BadTable(f"{where}: unknown key {sorted(unknown)[0]!r}")
            found = _rungs(body, where, symptoms=symptoms)
            if not symptoms and not found:
                raise BadTable(f"{where}: has no tier")
            if any(step.of is Multiple.BASELINE for _, step in found):
                raise BadTable(f"{where}: tiers do not depend on a baseline")
            if unit and not measures(analyte, unit):
                raise BadTable(f"{where}: {unit} does not measure {analyte.value}")
            if found:
                rungs[analyte, unit] = found
    return rungs


def _repeat_days(
    document: Mapping[str, object],
) -> tuple[dict[tuple[str, Tier], int], int]:
    table = document.get("repeat_within_days")
    if not isinstance(table, Mapping):
        raise BadTable("repeat_within_days: the table is missing")
    unknown = set(table) - {*_REPEAT_GROUPS, "non_fasting_lipids"}
    if unknown:
        raise BadTable(f"repeat_within_days: unknown key {sorted(unknown)[0]!r}")
    days: dict[tuple[str, Tier], int] = {}
    for group in _REPEAT_GROUPS:
        for key, number in table.get(group, {}).items():
            where = f"repeat_within_days.{group}.{key}"
            if key not in _TIER_KEYS:
                raise BadTable(f"{where}: is not a tier")
            if not isinstance(number, int) or isinstance(number, bool) or number < 1:
                raise BadTable(f"{where}: {number!r} is not a number of days")
            days[group, _TIER_KEYS[key]] = number
    non_fasting = table.get("non_fasting_lipids")
    if not isinstance(non_fasting, int) or isinstance(non_fasting, bool) or non_fasting < 1:
        raise BadTable(f"repeat_within_days.non_fasting_lipids: {non_fasting!r} is not a number")
    return days, non_fasting


def from_text(text: str) -> LabLadder:
    """Read a ladder; raises BadTable naming the table and key that cannot be understood."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTable(f"not a TOML table: {error}") from error
    known = {"name", "source", "evidence", "liver_with_bilirubin", "repeat_within_days"}
    unknown = set(document) - known - {analyte.value for analyte in LADDER_ANALYTES}
    if unknown:
        raise BadTable(f"unknown table {sorted(unknown)[0]!r}")
    pair = document.get("liver_with_bilirubin")
    if not isinstance(pair, Mapping) or set(pair) != {"enzyme", "bilirubin"}:
        raise BadTable("liver_with_bilirubin: needs exactly 'enzyme' and 'bilirubin'")
    days, non_fasting = _repeat_days(document)
    return LabLadder(
        name=str(document.get("name", "")),
        source=str(document.get("source", "")),
        evidence=str(document.get("evidence", "")),
        rungs=MappingProxyType(_analyte_rungs(document, symptoms=False)),
        symptom_rungs=MappingProxyType(_analyte_rungs(document, symptoms=True)),
        enzyme_with_bilirubin=parse_step(pair["enzyme"], "liver_with_bilirubin.enzyme"),
        bilirubin_with_enzyme=parse_step(pair["bilirubin"], "liver_with_bilirubin.bilirubin"),
        repeat_days=MappingProxyType(days),
        non_fasting_repeat_days=non_fasting,
    )


DEFAULT_LADDER = from_text(_DEFAULT.read_text(encoding="utf-8"))

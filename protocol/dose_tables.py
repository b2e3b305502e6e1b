"""The dosing table of the rule book (section 7), typed and checked once when it is loaded."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from protocol.calendar import add_months
from protocol.steps import BadTable
from protocol.vocabulary import Formulation, Level

_TABLE = Path(__file__).parent / "tables" / "dosing.toml"
_DOCUMENT: dict[str, Any] = tomllib.loads(_TABLE.read_text(encoding="utf-8"), parse_float=Decimal)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseRange:
    """Label range of one formulation in mg/kg/day, with the level outside each edge (DOSE-2, 4)."""

    rule: str
    low: Decimal
    high: Decimal
    maximum: Decimal
    below: Level
    above: Level
    beyond: Level


def _level(word: object) -> Level:
    try:
        return Level[str(word).upper()]
    except KeyError as error:
        raise BadTable(f"dosing: {word!r} is not a level") from error


@cache
def dose_range(formulation: Formulation, programme: str) -> DoseRange:
    """The label range under a programme; Absorica has that of the standard formulations."""
    is_ld = formulation is Formulation.ABSORICA_LD
    table = _DOCUMENT["range"]["absorica-ld" if is_ld else "standard"]
    above = table.get("above_by_programme", {}).get(programme, table["above"])
    return DoseRange(
        rule="DOSE-4" if is_ld else "DOSE-2",
        low=Decimal(table["low"]),
        high=Decimal(table["high"]),
        maximum=Decimal(table["maximum"]),
        below=_level(table["below"]),
        above=_level(above),
        beyond=_level(table["beyond"]),
    )


@cache
def strengths(formulation: Formulation, programme: str) -> tuple[Decimal, ...]:
    """Capsule strengths in mg that exist (DOSE-6, UK-20); none for an unknown programme."""
    if formulation is Formulation.STANDARD:
        found = _DOCUMENT["strengths"]["standard"].get(programme, [])
    else:
        found = _DOCUMENT["strengths"][formulation.value]
    return tuple(Decimal(strength) for strength in found)


def brand_strengths(brand: str) -> tuple[Decimal, ...]:
    """Strengths of a brand that has fewer than its group (DOSE-6); empty for any other."""
    return tuple(Decimal(strength) for strength in _DOCUMENT["brands"].get(brand.lower(), []))


def retreatment_from(last_dose: date, programme: str) -> date:
    """First day on which a new course may start without an override (DOSE-13)."""
    gap: Mapping[str, int] = _DOCUMENT["retreatment"].get(
        programme, _DOCUMENT["retreatment"]["other"]
    )
    if "months" in gap:
        return add_months(last_dose, gap["months"])
    return last_dose + timedelta(days=gap["days"])


def course_weeks(programme: str) -> tuple[int, int] | None:
    """Shortest and longest course of the label in weeks (DOSE-8), None where no rule is known."""
    found = _DOCUMENT["course_weeks"].get(programme)
    return (found[0], found[1]) if found else None


PACK_CAPSULES: int = _DOCUMENT["pack"]["capsules"]
TARGET_LOW = Decimal(_DOCUMENT["cumulative"]["target_low"])
TARGET_HIGH = Decimal(_DOCUMENT["cumulative"]["target_high"])
ALERT = Decimal(_DOCUMENT["cumulative"]["alert"])
LD_FACTOR = Decimal(_DOCUMENT["cumulative"]["ld_factor"])
WEIGHT_STALE_DAYS: int = _DOCUMENT["weight"]["stale_after_days"]
RENAL_PROGRAMMES = frozenset(_DOCUMENT["renal"]["programmes"])
RENAL_START_MG = Decimal(_DOCUMENT["renal"]["start_mg"])

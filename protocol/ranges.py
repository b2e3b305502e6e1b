"""Reference ranges for results that came without one (rule book 5.5, LAB-4)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from protocol.steps import BadTable
from protocol.units import measures
from protocol.vocabulary import Analyte

_TABLE = Path(__file__).parent / "tables" / "lab_ranges.toml"
_CONDITIONS = frozenset({"analyte", "sex", "from_age", "below_age"})


@dataclass(frozen=True, slots=True)
class Range:
    """Lower and upper limit of normal in one unit; both belong to the range."""

    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeRow:
    """One row of the table: whom it may apply to, and its limits by canonical unit."""

    analyte: Analyte
    sex: str
    from_age: int
    below_age: int
    columns: Mapping[str, Range]

    def may_apply(self, sex: str, age: int | None) -> bool:
        """True unless sex or age, where known, rule this row out."""
        if self.sex and sex in ("female", "male") and sex != self.sex:
            return False
        return age is None or self.from_age <= age < self.below_age


def _limit(value: object, where: str) -> Decimal | None:
    if value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadTable(f"{where}: {value!r} is not a limit")
    return Decimal(value)


def _row(entry: Mapping[str, object], number: int) -> RangeRow:
    where = f"range {number}"
    try:
        analyte = Analyte(str(entry["analyte"]))
    except (KeyError, ValueError) as error:
        raise BadTable(f"{where}: {error}") from error
    columns: dict[str, Range] = {}
    for unit in sorted(set(entry) - _CONDITIONS):
        limits = entry[unit]
        if not measures(analyte, unit) or not isinstance(limits, list) or len(limits) != 2:
            raise BadTable(f"{where}: {unit!r} is not a column of {analyte.value}")
        low, high = (_limit(limit, f"{where} {unit}") for limit in limits)
        columns[unit] = Range(low, high)
    return RangeRow(
        analyte=analyte,
        sex=str(entry.get("sex", "")),
        from_age=int(str(entry.get("from_age", 0))),
        below_age=int(str(entry.get("below_age", 200))),
        columns=columns,
    )


def from_text(text: str) -> tuple[RangeRow, ...]:
    """Read a table of ranges; raises BadTable naming the row that cannot be understood."""
    document = tomllib.loads(text, parse_float=Decimal)
    return tuple(_row(entry, number) for number, entry in enumerate(document["range"], start=1))


_ROWS = from_text(_TABLE.read_text(encoding="utf-8"))


def default_range(analyte: Analyte, unit: str, *, sex: str, age: int | None) -> Range | None:
    """The default range in a canonical unit, or None where the rule book has none for the patient.

    ``age`` in completed years on the collection date. Where sex or age are unknown, or neither
    female nor male, the strictest row that could apply is taken: an unknown never makes a result
    look better.
    """
    found = [
        row.columns[unit]
        for row in _ROWS
        if row.analyte is analyte and unit in row.columns and row.may_apply(sex, age)
    ]
    if analyte is Analyte.ALP and age is None:
        return None  # an adult limit must never be used for an adolescent (rule book 5.5)
    if not found:
        return None
    lows = [row.low for row in found if row.low is not None]
    highs = [row.high for row in found if row.high is not None]
    return Range(max(lows, default=None), min(highs, default=None))

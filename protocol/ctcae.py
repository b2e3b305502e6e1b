"""CTCAE grades (rule book 5.3): kept beside the action tier, never shown as the action."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from protocol.steps import BadTable, Reported, Step, highest, parse_step
from protocol.vocabulary import Analyte

_TABLE = Path(__file__).parent / "tables" / "ctcae.toml"
VERSIONS = (5, 6)
_TERMS: Mapping[Analyte, str] = {
    Analyte.ALT: "liver_enzyme",
    Analyte.AST: "liver_enzyme",
    Analyte.GGT: "ggt",
    Analyte.ALP: "alp",
    Analyte.BILIRUBIN: "bilirubin",
    Analyte.CK: "ck",
    Analyte.TRIGLYCERIDES: "triglycerides",
    Analyte.CHOLESTEROL: "cholesterol",
}
_Grades = tuple[tuple[int, Step], ...]


class UnknownVersion(ValueError):
    """Only versions 5 and 6 are known."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The patient's value before treatment, in the unit of the result graded against it."""

    value: Decimal
    abnormal: bool


def _grades(body: Mapping[str, object], key: str, where: str) -> _Grades:
    steps = body.get(key, [])
    if not isinstance(steps, list):
        raise BadTable(f"{where}.{key}: is not a list of steps")
    return tuple(
        (grade, parse_step(text, f"{where}.{key}")) for grade, text in enumerate(steps, start=1)
    )


def _load() -> dict[tuple[int, str, str], tuple[_Grades, _Grades]]:
    """(version, term, unit or "") -> steps for a normal and for an abnormal baseline."""
    document = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    tables: dict[tuple[int, str, str], tuple[_Grades, _Grades]] = {}
    for version in VERSIONS:
        for name in ("both", f"v{version}"):
            for term, table in document[name].items():
                bodies = {"": table} if "normal" in table else table
                for unit, body in bodies.items():
                    where = f"{name}.{term}.{unit}"
                    normal = _grades(body, "normal", where)
                    tables[version, term, unit] = (
                        normal,
                        _grades(body, "abnormal", where),
                    )
    return tables


_TABLES = _load()


def grade(
    analyte: Analyte,
    reported: Reported,
    unit: str,
    *,
    uln: Decimal | None,
    baseline: Baseline | None,
    version: int,
) -> int | None:
    """The grade 0 to 4 of a value in a canonical unit, ``uln`` and baseline in the same unit.

    None where CTCAE has no term, the limit is unknown, or a signed value (``<25``) may stand for
    values of several grades. A baseline within the range, or an unknown one, selects the columns
    of multiples of ULN. Raises UnknownVersion.
    """
    if version not in VERSIONS:
        raise UnknownVersion(f"CTCAE version {version} is not known")
    term = _TERMS.get(analyte)
    if term is None:
        return None
    found = _TABLES.get((version, term, unit)) or _TABLES.get((version, term, ""))
    if found is None:
        return None
    normal, abnormal = found
    against_baseline = baseline is not None and baseline.abnormal and bool(abnormal)
    steps = abnormal if against_baseline else normal
    try:
        certain, possible = highest(
            reported, steps, uln=uln, baseline=baseline.value if baseline else None
        )
    except LookupError:
        return None
    return (certain or 0) if certain == possible else None

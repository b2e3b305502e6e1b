"""Units of measurement: one spelling each, and the conversions of the rule book (5.4).

Values are exact decimals. Nothing here is used to decide a tier (LAB-5 compares in the unit that
was reported); conversion serves display, baselines in another unit and plausibility.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from protocol.vocabulary import Analyte

# Every canonical unit with the spellings laboratories use for it, lower case, without spaces.
# Latin letters stand for the micro sign: see `_flatten`.
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "U/L": ("u/l", "[u]/l", "units/l", "unit/l", "e/l", "ue/l"),
    "IU/L": ("iu/l", "[iu]/l", "ui/l", "ie/l", "i.u./l"),
    "ukat/L": ("ukat/l", "mckat/l", "microkat/l"),
    "mg/dL": ("mg/dl", "mg/100ml", "mg%"),
    "mmol/L": ("mmol/l",),
    "umol/L": ("umol/l", "mcmol/l", "micromol/l"),
    "g/L": ("g/l",),
    "mIU/mL": ("miu/ml", "m[iu]/ml", "mui/ml", "mie/ml", "mu/ml"),
}
_CANONICAL = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}

ENZYMES = frozenset({Analyte.ALT, Analyte.AST, Analyte.ALP, Analyte.GGT, Analyte.CK})
STEROLS = frozenset({Analyte.CHOLESTEROL, Analyte.HDL, Analyte.LDL})


class Unconvertible(ValueError):
    """The rule book knows no way from one unit to the other for this analyte."""

    def __init__(self, analyte: Analyte, from_unit: str, to_unit: str) -> None:
        super().__init__(f"{analyte}: no conversion from {from_unit!r} to {to_unit!r}")
        self.analyte = analyte
        self.from_unit = from_unit
        self.to_unit = to_unit


@dataclass(frozen=True, slots=True)
class _Scale:
    """One unit as ``times / per`` of the analyte's anchor unit, both exact."""

    times: Decimal
    per: Decimal = Decimal(1)


def _scales() -> dict[Analyte, dict[str, _Scale]]:
    one = _Scale(Decimal(1))
    # g/L is the same mass in a litre: 1 g/L = 100 mg/dL (contract, laboratory results).
    gram = _Scale(Decimal(100))
    activity = {"U/L": one, "IU/L": one, "ukat/L": _Scale(Decimal(60))}
    scales: dict[Analyte, dict[str, _Scale]] = dict.fromkeys(ENZYMES, activity)
    for sterol in STEROLS:
        scales[sterol] = {"mg/dL": one, "mmol/L": _Scale(Decimal("38.67")), "g/L": gram}
    scales[Analyte.TRIGLYCERIDES] = {
        "mg/dL": one,
        "mmol/L": _Scale(Decimal("88.57")),
        "g/L": gram,
    }
    scales[Analyte.GLUCOSE] = {
        "mg/dL": one,
        "mmol/L": _Scale(Decimal("18.016")),
        "g/L": gram,
    }
    # Anchored at mg/dL: umol/L = mg/dL x 17.1.
    scales[Analyte.BILIRUBIN] = {
        "mg/dL": one,
        "umol/L": _Scale(Decimal(1), Decimal("17.1")),
    }
    # Laboratories print plain U/L for hCG and mean international units.
    scales[Analyte.HCG] = {"IU/L": one, "mIU/mL": one, "U/L": one}
    return scales


_SCALES = _scales()
_POUND_KG = Decimal("0.45359237")


def _flatten(text: str) -> str:
    """Lower case, no spaces, both micro signs as u."""
    flat = re.sub(r"\s+", "", text).replace("\u00b5", "u").replace("\u03bc", "u").lower()
    return flat.replace("litre", "l").replace("liter", "l")


@lru_cache(maxsize=512)
def canonical(text: str) -> str | None:
    """The canonical spelling of a unit as a laboratory wrote it, or None if it is not known.

    ``µmol/l`` gives ``umol/L``; UCUM's ``[IU]/L`` gives ``IU/L``. Never converts.
    """
    return _CANONICAL.get(_flatten(text))


def measures(analyte: Analyte, unit: str) -> bool:
    """True where this canonical unit can belong to this analyte (a missing unit never can)."""
    return unit in _SCALES[analyte]


def units_of(analyte: Analyte) -> tuple[str, ...]:
    """Canonical units in which the analyte is known to be reported."""
    return tuple(_SCALES[analyte])


def convert(analyte: Analyte, value: Decimal, from_unit: str, to_unit: str) -> Decimal:
    """The value in another canonical unit, by the factors of rule book 5.4 (LAB-5: for display).

    Raises Unconvertible where either unit does not belong to the analyte.
    """
    scales = _SCALES[analyte]
    source, target = scales.get(from_unit), scales.get(to_unit)
    if source is None or target is None:
        raise Unconvertible(analyte, from_unit, to_unit)
    if source is target:
        return value
    return (value * source.times * target.per) / (source.per * target.times)


def kilograms(pounds: Decimal) -> Decimal:
    """A weight in pounds as kilograms, exactly (rule book 5.4)."""
    return pounds * _POUND_KG

"""Values that look like a wrong unit or a wrong number (LAB-6): asked about, never graded."""

from collections.abc import Mapping
from decimal import Decimal

from protocol.units import convert, measures, units_of
from protocol.vocabulary import Analyte

# (lowest, highest) plausible value, each with the unit in which the rule is written. Evidence D.
_Limit = tuple[Decimal, str]
_LIMITS: Mapping[Analyte, tuple[_Limit | None, _Limit | None]] = {
    Analyte.TRIGLYCERIDES: ((Decimal(20), "mg/dL"), (Decimal(30), "mmol/L")),  # LAB-6
    Analyte.CHOLESTEROL: ((Decimal(40), "mg/dL"), (Decimal(20), "mmol/L")),  # LAB-6
    Analyte.ALT: ((Decimal(0), "U/L"), (Decimal(10_000), "U/L")),  # LAB-6
    Analyte.AST: ((Decimal(0), "U/L"), (Decimal(10_000), "U/L")),  # LAB-6
    Analyte.BILIRUBIN: (
        (Decimal(0), "mg/dL"),
        (Decimal(50), "mg/dL"),
    ),  # LAB-6; none is negative
    # Not in the rule book: a glucose of 5.5 "mg/dL" is a molar value, and would pass as normal.
    Analyte.GLUCOSE: ((Decimal(20), "mg/dL"), (Decimal(1500), "mg/dL")),
    Analyte.CK: ((Decimal(0), "U/L"), None),
    Analyte.HCG: ((Decimal(0), "IU/L"), None),
    Analyte.ALP: ((Decimal(0), "U/L"), None),
    Analyte.GGT: ((Decimal(0), "U/L"), None),
    Analyte.HDL: ((Decimal(0), "mg/dL"), None),
    Analyte.LDL: ((Decimal(0), "mg/dL"), None),
}

# Where a laboratory's upper limit of normal can lie. A limit outside belongs to another unit, and a
# result graded with it could look normal when it is not (value in ukat/L, limit in U/L).
_ULN_LIMITS: Mapping[Analyte, tuple[Decimal, Decimal, str]] = {
    Analyte.ALT: (Decimal(5), Decimal(250), "U/L"),
    Analyte.AST: (Decimal(5), Decimal(250), "U/L"),
    Analyte.CK: (Decimal(20), Decimal(2000), "U/L"),
    Analyte.CHOLESTEROL: (Decimal(80), Decimal(500), "mg/dL"),
    Analyte.BILIRUBIN: (Decimal("0.3"), Decimal(6), "mg/dL"),
}


def _within(analyte: Analyte, value: Decimal, unit: str) -> bool:
    lowest, highest = _LIMITS[analyte]
    if lowest is not None and convert(analyte, value, unit, lowest[1]) < lowest[0]:
        return False
    return highest is None or convert(analyte, value, unit, highest[1]) <= highest[0]


def likely_unit(analyte: Analyte, value: Decimal, unit: str) -> str:
    """The unit in which the number would be plausible, if exactly one other would do; else ``""``.

    Units that are only another spelling of the same size (U/L and IU/L) do not count.
    """
    found = {
        other
        for other in units_of(analyte)
        if convert(analyte, Decimal(1), unit, other) != 1 and _within(analyte, value, other)
    }
    return found.pop() if len(found) == 1 else _usual(found)


def _usual(units: set[str]) -> str:
    """Of several plausible units the one that laboratories use most, if it is among them."""
    for unit in ("mg/dL", "mmol/L", "U/L", "umol/L"):
        if unit in units:
            return unit
    return ""


def plausible(analyte: Analyte, value: Decimal, unit: str) -> str:
    """Why the value cannot be believed in this canonical unit, or ``""`` (LAB-6).

    The reason names the unit in which the number would be plausible, where there is one. A unit
    that does not belong to the analyte is a reason of its own.
    """
    if not measures(analyte, unit):
        return f"{unit or 'no unit'} does not measure {analyte.value}"
    if _within(analyte, value, unit):
        return ""
    likely = likely_unit(analyte, value, unit)
    hint = f"; probably {likely}" if likely else ""
    return f"{analyte.value} {value} {unit} is not plausible{hint}"


def limit_fits(analyte: Analyte, uln: Decimal, unit: str) -> bool:
    """False where a laboratory's upper limit cannot be in this unit, or is not above zero."""
    if uln <= 0:
        return False
    if analyte not in _ULN_LIMITS:
        return True
    low, high, written_in = _ULN_LIMITS[analyte]
    return low <= convert(analyte, uln, unit, written_in) <= high

"""Values that cannot be true in the unit sent, and the unit that was probably meant (LAB-6).

A quantity is judged whatever unit it comes in: 150 g/L of triglycerides is as impossible as
15,000 mg/dL. The limits are the rule book's; below zero nothing is possible (B11).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

TRIGLYCERIDES_PER_MMOL = Decimal("88.57")
CHOLESTEROL_PER_MMOL = Decimal("38.67")
GLUCOSE_PER_MMOL = Decimal("18.016")
UMOL_PER_BILIRUBIN_MG = Decimal("17.1")
UNITS_PER_KATAL = Decimal(60)
MG_PER_DL_OF_ONE_G_PER_L = Decimal(100)


@dataclass(frozen=True, slots=True)
class Limits:
    """LAB-6 for one analyte: one unit of each `scale` key is so many of the unit of the limits."""

    scale: dict[str, Decimal]
    lowest: Decimal = Decimal(0)
    highest: Decimal | None = None


def _lipid(per_mmol: Decimal, lowest: int, highest_mmol: int) -> Limits:
    scale = {"mg/dL": Decimal(1), "g/L": MG_PER_DL_OF_ONE_G_PER_L, "mmol/L": per_mmol}
    return Limits(scale, Decimal(lowest), highest_mmol * per_mmol)


def _enzyme(highest: int | None) -> Limits:
    scale = {"U/L": Decimal(1), "IU/L": Decimal(1), "ukat/L": UNITS_PER_KATAL}
    return Limits(scale, Decimal(0), Decimal(highest) if highest else None)


def _unbounded(per_mmol: Decimal) -> Limits:
    return Limits({"mg/dL": Decimal(1), "g/L": MG_PER_DL_OF_ONE_G_PER_L, "mmol/L": per_mmol})


LIMITS = {
    "triglycerides": _lipid(TRIGLYCERIDES_PER_MMOL, 20, 30),
    "cholesterol": _lipid(CHOLESTEROL_PER_MMOL, 40, 20),
    "hdl": _unbounded(CHOLESTEROL_PER_MMOL),
    "ldl": _unbounded(CHOLESTEROL_PER_MMOL),
    "glucose": _unbounded(GLUCOSE_PER_MMOL),
    "alt": _enzyme(10_000),
    "ast": _enzyme(10_000),
    "alp": _enzyme(None),
    "ggt": _enzyme(None),
    "ck": _enzyme(None),
    "bilirubin": Limits(
        {"mg/dL": Decimal(1), "umol/L": 1 / UMOL_PER_BILIRUBIN_MG}, highest=Decimal(50)
    ),
    "hcg": Limits({"IU/L": Decimal(1), "mIU/mL": Decimal(1)}),
}
# What a value of a person looks like in each unit: only ever used to name the unit in a reason.
TYPICAL: dict[str, dict[str, tuple[float, float]]] = {
    "triglycerides": {"mg/dL": (20, 2650), "mmol/L": (0.2, 30), "g/L": (0.2, 26)},
    "cholesterol": {"mg/dL": (40, 770), "mmol/L": (1, 20)},
    "hdl": {"mg/dL": (10, 150), "mmol/L": (0.2, 4)},
    "ldl": {"mg/dL": (15, 600), "mmol/L": (0.3, 14)},
    "glucose": {"mg/dL": (35, 900), "mmol/L": (1.5, 34)},
    "bilirubin": {"mg/dL": (0.05, 1.9), "umol/L": (2, 850)},
    "alt": {"U/L": (5, 10_000), "ukat/L": (0.05, 4)},
    "ast": {"U/L": (5, 10_000), "ukat/L": (0.05, 4)},
}


def accepts(analyte: str, unit: str) -> bool:
    """Whether results of this analyte come in this canonical unit."""
    return unit in LIMITS[analyte].scale


def is_plausible(analyte: str, number: Decimal, unit: str) -> bool:
    """LAB-6: whether a person can have this value. The unit must be one the analyte accepts."""
    limits = LIMITS[analyte]
    quantity = number * limits.scale[unit]
    return limits.lowest <= quantity and (limits.highest is None or quantity <= limits.highest)


def likely_unit(analyte: str, number: Decimal, unit: str) -> str:
    """The units besides `unit` in which the value looks like a person's, in words, or ""."""
    fitting = [
        other
        for other, (lowest, highest) in TYPICAL.get(analyte, {}).items()
        if other != unit and lowest <= number <= highest
    ]
    return " or ".join(fitting)

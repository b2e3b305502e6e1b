"""The units laboratories send, their one canonical spelling, and what kind of quantity each is.

A unit is only ever respelled, never converted (LAB-5).
"""

from __future__ import annotations

import re
from enum import StrEnum

from monitoring.intake.spelling import fold_micro


class Quantity(StrEnum):
    """What a unit, or a LOINC code, measures: rule book §5.4, "unit and code must agree"."""

    MASS = "mass"
    MOLES = "moles"
    ACTIVITY = "enzyme activity"
    ARBITRARY = "international units"
    PRESENCE = "presence"
    MASS_OR_MOLES = "mass or moles"
    ANY = "any"


SPELLINGS = {
    "U/L": ("u/l", "units/l", "unit/l", "e/l", "u.l-1", "ul-1"),
    "IU/L": ("iu/l", "ui/l", "ie/l", "[iu]/l", "[iu]/[l]", "i.u./l", "u.i./l", "i.e./l", "iu.l-1"),
    "ukat/L": ("ukat/l", "mckat/l", "microkat/l", "ukat.l-1"),
    "mg/dL": ("mg/dl", "mg/100ml", "mg%", "mg.dl-1"),
    "mmol/L": ("mmol/l", "mmol.l-1", "mmoles/l", "millimol/l"),
    "umol/L": ("umol/l", "mcmol/l", "micromol/l", "umol.l-1", "umoles/l"),
    "g/L": ("g/l", "g.l-1", "gr/l"),
    "mIU/mL": ("miu/ml", "mui/ml", "mie/ml", "m[iu]/ml", "m.i.u./ml", "miu.ml-1"),
}
CANONICAL = {spelling: unit for unit, spellings in SPELLINGS.items() for spelling in spellings}

MEASURES = {
    "U/L": {Quantity.ACTIVITY},
    "IU/L": {Quantity.ACTIVITY, Quantity.ARBITRARY},
    "ukat/L": {Quantity.ACTIVITY},
    "mg/dL": {Quantity.MASS},
    "g/L": {Quantity.MASS},
    "mmol/L": {Quantity.MOLES},
    "umol/L": {Quantity.MOLES},
    "mIU/mL": {Quantity.ARBITRARY},
}


def canonical_unit(text: str) -> str:
    """The canonical spelling of a unit, or the text as sent where the unit is not one of ours.

    Letters' case is no guide: laboratories write U/l, MG/DL and mmol/L alike, and no two of our
    units differ by case alone.
    """
    sent = text.strip()
    key = re.sub(r"\s+", "", fold_micro(sent)).lower()
    key = re.sub(r"/l(?:it(?:re|er|ro))$", "/l", key)
    return CANONICAL.get(key, sent)


def is_known(unit: str) -> bool:
    """Whether `unit` is a canonical spelling."""
    return unit in MEASURES


def same_unit(one: str, other: str) -> bool:
    """Whether two canonical units are the same by definition, so that nothing is converted."""
    return one == other or {one, other} in ({"U/L", "IU/L"}, {"IU/L", "mIU/mL"})


def fits(quantity: Quantity, unit: str) -> bool:
    """Whether a code that measures `quantity` may come in this canonical unit (§5.4)."""
    measured = MEASURES.get(unit, set())
    match quantity:
        case Quantity.ANY:
            return True
        case Quantity.MASS_OR_MOLES:
            return bool(measured & {Quantity.MASS, Quantity.MOLES})
        case _:
            return quantity in measured

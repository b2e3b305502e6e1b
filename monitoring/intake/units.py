"""The units laboratories send, their one canonical spelling, and what kind of quantity each is.

A unit is only ever respelled, never converted (LAB-5).
"""

from __future__ import annotations

import re
from enum import StrEnum

from protocol import units


class Quantity(StrEnum):
    """What a unit, or a LOINC code, measures: rule book §5.4, "unit and code must agree"."""

    MASS = "mass"
    MOLES = "moles"
    ACTIVITY = "enzyme activity"
    ARBITRARY = "international units"
    PRESENCE = "presence"
    MASS_OR_MOLES = "mass or moles"
    ANY = "any"


MEASURES = {
    # Laboratories print plain U/L for hCG and mean international units.
    "U/L": {Quantity.ACTIVITY, Quantity.ARBITRARY},
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

    Knows what `protocol.units` knows, and the same units written with a negative power or with
    dots (`mmol.l-1`, `u.i./l`), as older laboratory systems do.
    """
    sent = text.strip()
    power = re.sub(r"\.?(d?l|ml)-1$", r"/\1", sent, flags=re.IGNORECASE)
    for spelling in (sent, power, power.replace(".", "")):
        if (unit := units.canonical(spelling)) is not None:
            return unit
    return sent


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

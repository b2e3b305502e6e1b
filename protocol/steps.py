"""Thresholds as the tables write them, and values as laboratories report them.

A step is written ``> 2 x ULN``, ``>= 126`` or ``> 1.5 x BASELINE``. A reported value may carry a
sign (``<5``): it then stands for many values, and a step is passed for certain, certainly not, or
nobody can tell.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

Rung = TypeVar("Rung")

_STEP = re.compile(r"^(?P<sign>>=?) (?P<number>\d+(?:\.\d+)?)(?: x (?P<of>ULN|BASELINE))?$")


class BadTable(ValueError):
    """A table of the rule book cannot be understood; the message names table and key."""


class Multiple(StrEnum):
    """What a step's number is multiplied with."""

    NOTHING = ""
    ULN = "ULN"
    BASELINE = "BASELINE"


# Compared at every threshold; by way of its class a member takes far longer to find.
_NOTHING, _ULN = Multiple.NOTHING, Multiple.ULN


@dataclass(frozen=True, slots=True)
class Step:
    """One threshold: the number, what it is a multiple of, and whether the number itself passes."""

    number: Decimal
    of: Multiple
    inclusive: bool

    def bound(self, uln: Decimal | None, baseline: Decimal | None) -> Decimal | None:
        """The threshold in the unit of the value, or None where its reference is unknown."""
        if self.of is _NOTHING:
            return self.number
        reference = uln if self.of is _ULN else baseline
        return None if reference is None else self.number * reference


def parse_step(text: object, where: str) -> Step:
    """Read one step; raises BadTable naming ``where`` it stands."""
    found = _STEP.match(text) if isinstance(text, str) else None
    if found is None:
        raise BadTable(f"{where}: {text!r} is not a step such as '> 2 x ULN' or '>= 126'")
    return Step(
        number=Decimal(found["number"]),
        of=Multiple(found["of"] or ""),
        inclusive=found["sign"] == ">=",
    )


@dataclass(frozen=True, slots=True)
class Reported:
    """A value with its sign: ``""``, ``<``, ``<=``, ``>``, ``>=``; never below zero."""

    value: Decimal
    comparator: str = ""

    def surely_passes(self, bound: Decimal, *, inclusive: bool) -> bool:
        """Every value this may stand for passes the threshold."""
        if self.comparator in ("<", "<="):
            return bound < 0 or (inclusive and bound == 0)
        if self.comparator == ">":
            return self.value >= bound
        return self.value >= bound if inclusive else self.value > bound

    def may_pass(self, bound: Decimal, *, inclusive: bool) -> bool:
        """At least one value this may stand for passes the threshold."""
        if self.comparator in (">", ">="):
            return True
        if self.comparator == "<":
            return self.value > bound
        return self.value >= bound if inclusive else self.value > bound


COMPARATORS = frozenset({"", "<", "<=", ">", ">="})


def highest(
    reported: Reported,
    rungs: Sequence[tuple[Rung, Step]],
    *,
    uln: Decimal | None,
    baseline: Decimal | None = None,
) -> tuple[Rung | None, Rung | None]:
    """The highest rung that is certain and the highest that is possible; None is below all.

    ``rungs`` ascend. They are the same for a plain value. Raises LookupError where a rung above
    the certain one needs a reference (ULN, baseline) that is not known.
    """
    certain: Rung | None = None
    possible: Rung | None = None
    for rung, step in rungs:
        bound = step.bound(uln, baseline)
        if bound is None:
            raise LookupError(step.of.value)
        passes = reported.surely_passes(bound, inclusive=step.inclusive)
        if passes:
            certain = rung
        if reported.may_pass(bound, inclusive=step.inclusive) if reported.comparator else passes:
            possible = rung
    return certain, possible


def columns(
    table: Mapping[str, object], *, units: frozenset[str]
) -> dict[str, Mapping[str, object]]:
    """Split a table into its columns: by unit where it has units, else one column under ``""``."""
    by_unit = {unit: body for unit, body in table.items() if isinstance(body, Mapping)}
    unknown = set(by_unit) - units
    if unknown:
        raise BadTable(f"unknown unit {sorted(unknown)[0]!r}")
    return by_unit if by_unit else {"": table}

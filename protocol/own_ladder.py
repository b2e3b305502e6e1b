"""A clinic's own steps of laboratory action tiers, laid over the rule book's ladder (5.2). Pure.

Rule book 5.2 calls the ladder clinic-editable. What may move are the numbers from which somebody
must decide: t2, t3 and t4 of enzymes, lipids and fasting glucose. Fixed for every clinic are the
first step (above the laboratory's own limit is never normal, B6), pregnancy tests (US-23), the pair
of enzyme and bilirubin (Hy's law) and glucose with symptoms.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from protocol.ladders import DEFAULT_LADDER, LabLadder, Rungs
from protocol.steps import Multiple, Step
from protocol.units import convert
from protocol.vocabulary import Analyte, Tier

_MOVABLE = frozenset({Tier.T2, Tier.T3, Tier.T4})
# Half to twice the rule book's number: room for a decision, none for a slip of the pen (D).
_LEAST, _MOST = Decimal("0.5"), Decimal(2)
# The rule book's own columns differ by rounding (9.0 mmol/L is 797 mg/dL): up to this share (D).
_SAME = Decimal("0.03")
_NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,3})?")


@dataclass(frozen=True, slots=True)
class OwnStep:
    """One number that a clinic may move, with the rule book's; ``unit`` is "" for multiples."""

    key: str
    analyte: Analyte
    unit: str
    tier: Tier
    rule_book: Step


class NotALadder(ValueError):
    """The numbers make no ladder; ``key`` names the step at which it fails, ``why`` says how."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}")
        self.key, self.why = key, why


def _key(analyte: Analyte, unit: str, tier: Tier) -> str:
    return ".".join(part for part in (analyte.value, unit, tier.word) if part)


OWN_STEPS: tuple[OwnStep, ...] = tuple(
    OwnStep(_key(analyte, unit, tier), analyte, unit, tier, step)
    for (analyte, unit), rungs in DEFAULT_LADDER.rungs.items()
    if analyte is not Analyte.HCG
    for tier, step in rungs
    if tier in _MOVABLE
)


def numbers_of(ladder: LabLadder) -> dict[str, Decimal]:
    """The number of every movable step as the ladder has it."""
    return {
        _key(analyte, unit, tier): step.number
        for (analyte, unit), rungs in ladder.rungs.items()
        for tier, step in rungs
        if analyte is not Analyte.HCG and tier in _MOVABLE
    }


def with_steps(numbers: Mapping[str, Decimal]) -> LabLadder:
    """The rule book's ladder with these numbers instead of its own, by key.

    Raises:
        NotALadder: a step that may not move, a number outside half to twice the rule book's, one
            that does not lie between its neighbours, or mg/dL and mmol/L that differ.
    """
    known = {step.key: step for step in OWN_STEPS}
    for key, number in numbers.items():
        if key not in known:
            raise NotALadder(key, "is no step that a clinic may move")
        own = known[key].rule_book.number
        if not own * _LEAST <= number <= own * _MOST:
            raise NotALadder(key, f"must lie between {own * _LEAST:f} and {own * _MOST:f}")
    rungs = {at: _moved(at[0], at[1], steps, numbers) for at, steps in DEFAULT_LADDER.rungs.items()}
    for (analyte, unit), steps in rungs.items():
        _refuse_disorder(analyte, unit, steps)
    for step in OWN_STEPS:
        if step.unit == "mmol/L" and step.rule_book.of is Multiple.NOTHING:
            _refuse_difference(step, rungs)
    changed = any(rungs[at] != steps for at, steps in DEFAULT_LADDER.rungs.items())
    if not changed:
        return DEFAULT_LADDER
    return replace(
        DEFAULT_LADDER, name=f"{DEFAULT_LADDER.name}, own steps", rungs=MappingProxyType(rungs)
    )


def _moved(analyte: Analyte, unit: str, steps: Rungs, numbers: Mapping[str, Decimal]) -> Rungs:
    return tuple(
        (tier, replace(step, number=numbers.get(_key(analyte, unit, tier), step.number)))
        for tier, step in steps
    )


def _refuse_disorder(analyte: Analyte, unit: str, steps: Rungs) -> None:
    """Each step above the one before it; those with symptoms count as the highest."""
    at = (analyte, unit)
    every = [*steps, *DEFAULT_LADDER.symptom_rungs.get(at, ())]
    for (lower, first), (upper, second) in zip(every, every[1:], strict=False):
        if first.of is second.of and second.number <= first.number:
            moved = upper if (upper, second) in steps else lower
            raise NotALadder(
                _key(analyte, unit, moved), f"{upper.word} must lie above {lower.word}"
            )


def _refuse_difference(step: OwnStep, rungs: Mapping[tuple[Analyte, str], Rungs]) -> None:
    """A patient's tier must not hang on the unit in which the laboratory writes."""
    molar = dict(rungs[step.analyte, "mmol/L"])[step.tier].number
    mass = dict(rungs[step.analyte, "mg/dL"])[step.tier].number
    as_mass = convert(step.analyte, molar, "mmol/L", "mg/dL")
    if abs(as_mass - mass) > mass * _SAME:
        said = as_mass.quantize(Decimal(1))
        raise NotALadder(step.key, f"{molar:f} mmol/L are {said} mg/dL, not {mass:f}")


def as_settings(ladder: LabLadder) -> dict[str, str]:
    """What differs from the rule book, as a clinic's settings keep it."""
    own = {step.key: step.rule_book.number for step in OWN_STEPS}
    return {key: f"{number:f}" for key, number in numbers_of(ladder).items() if number != own[key]}


def from_settings(kept: Mapping[str, object]) -> LabLadder | None:
    """The ladder of a clinic's settings; None is the rule book's own.

    Raises:
        NotALadder: what was kept is no ladder.
    """
    numbers: dict[str, Decimal] = {}
    for key, text in kept.items():
        try:
            numbers[key] = Decimal(str(text))
        except InvalidOperation:
            raise NotALadder(key, "is no number") from None
    ladder = with_steps(numbers)
    return None if ladder is DEFAULT_LADDER else ladder

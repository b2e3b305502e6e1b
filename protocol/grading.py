"""One laboratory result read on its own: is it believable, and which tier and grade is it?

The order is the safety of it: a result is first believed or held back, then compared with the
limit the laboratory printed beside it (LAB-4), in the unit in which it was reported (LAB-5).
What cannot be read is held with a reason and has no tier; nothing is graded on a guess.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from protocol import ctcae
from protocol.calendar import age_on
from protocol.facts import LabResult, Person
from protocol.ladders import DEFAULT_LADDER, LADDER_ANALYTES, LabLadder
from protocol.plausibility import limit_fits, plausible
from protocol.policy import ClinicPolicy
from protocol.ranges import default_range
from protocol.steps import COMPARATORS, Reported, highest
from protocol.units import ENZYMES, Unconvertible, canonical, convert, measures
from protocol.vocabulary import Analyte, ResultStatus, Tier

LIVER_ENZYMES = frozenset({Analyte.ALT, Analyte.AST})
LIPIDS = frozenset({Analyte.TRIGLYCERIDES, Analyte.CHOLESTEROL})


class Held(StrEnum):
    """Why a result has no tier although the rule book asks for one."""

    NOT_FINAL = "not-final"
    CANCELLED = "cancelled"
    NOT_A_NUMBER = "not-a-number"
    NO_UNIT = "no-unit"
    UNKNOWN_UNIT = "unknown-unit"
    UNIT_MISMATCH = "unit-mismatch"
    LIMIT_MISMATCH = "limit-mismatch"
    DOUBTFUL = "doubtful"
    IMPLAUSIBLE = "implausible"
    NO_LIMIT = "no-limit"
    SPANS_TIERS = "spans-tiers"


class Flag(StrEnum):
    """Where a value lies within the reference range."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """What the rule book makes of one result.

    ``tier`` is None where the rule book has no ladder for the analyte, or where ``held`` says why
    it could not be graded; ``why`` puts that into a sentence without personal data. ``value``,
    ``lln`` and ``uln`` are what was compared, in ``unit``; ``default_range`` marks that the
    laboratory sent no limit and rule book 5.5 was used. ``hepatic`` marks an enzyme lifted to t4 by
    the bilirubin of the same draw (5.2).
    """

    result: LabResult
    unit: str
    tier: Tier | None = None
    ctcae: int | None = None
    ctcae_version: int = 5
    default_range: bool = False
    lln: Decimal | None = None
    uln: Decimal | None = None
    value: Decimal | None = None
    flag: Flag | None = None
    held: str = ""
    why: str = ""
    hepatic: bool = False

    @property
    def analyte(self) -> Analyte:
        """What was measured."""
        return self.result.analyte

    @property
    def number(self) -> Decimal | None:
        """The value to be shown, in ``unit``: as it was compared, else as it was sent."""
        return self.value if self.value is not None else self.result.value

    @property
    def converted(self) -> bool:
        """``number`` is in another unit than the laboratory's."""
        return self.value is not None and self.value != self.result.value

    @property
    def x_uln(self) -> Decimal | None:
        """Multiple of the upper limit, for display; None without a value or a limit."""
        return self.value / self.uln if self.value is not None and self.uln else None

    @property
    def above_limit(self) -> bool:
        """Certainly above the upper limit of normal."""
        return self.flag is Flag.HIGH


_NOT_FINAL = {
    ResultStatus.PRELIMINARY: (Held.NOT_FINAL, "preliminary"),
    ResultStatus.CANCELLED: (Held.CANCELLED, "cancelled by the laboratory"),
}
_WHY_NOT_GRADED = {
    Held.SPANS_TIERS: "it may stand for values of several tiers",
    Held.NO_LIMIT: "no upper limit of normal is known",
}


@dataclass(frozen=True, slots=True)
class _Amount:
    """A believed value with its limits, all in ``unit``."""

    unit: str
    reported: Reported
    lln: Decimal | None
    uln: Decimal | None
    default_range: bool


def _why_held(result: LabResult, unit: str | None) -> tuple[Held, str] | None:
    """The first reason for which a result cannot be believed, or None (LAB-6, B5)."""
    analyte = result.analyte
    if result.status in _NOT_FINAL:
        return _NOT_FINAL[result.status]
    readable = result.value is not None and result.value.is_finite()
    if not readable or result.comparator not in COMPARATORS:
        return Held.NOT_A_NUMBER, "the value cannot be read as a number"
    if not result.unit.strip():
        return Held.NO_UNIT, "no unit was sent"
    if unit is None:
        return Held.UNKNOWN_UNIT, "the unit is not known"
    if not measures(analyte, unit):
        return Held.UNIT_MISMATCH, f"{unit} does not measure {analyte.value}"
    if result.confirmed:
        return None
    if result.held:
        return Held.DOUBTFUL, result.held
    if result.uln is not None and not limit_fits(analyte, result.uln, unit):
        return Held.LIMIT_MISMATCH, f"an upper limit of {result.uln} is not in {unit}"
    why = plausible(analyte, result.value, unit) if result.value is not None else ""
    return (Held.IMPLAUSIBLE, why) if why else None


def _amount(result: LabResult, unit: str, person: Person) -> _Amount:
    """The value with the laboratory's limits, or with the defaults of rule book 5.5."""
    factor = Decimal(1)
    if unit == "g/L":
        # The same mass; the tables have mg/dL columns.
        unit, factor = "mg/dL", Decimal(100)
    elif unit == "IU/L" and result.analyte in ENZYMES:
        unit = "U/L"  # two names of one unit
    lln, uln = result.lln, result.uln
    found = None
    if uln is None:
        if unit == "ukat/L":
            # The defaults are written in U/L; times 60 is exact, a sixtieth is not.
            unit, factor = "U/L", Decimal(60)
        age = age_on(person.born, result.on) if person.born is not None else None
        found = default_range(result.analyte, unit, sex=person.sex, age=age)
    value = result.value if result.value is not None else Decimal(0)
    return _Amount(
        unit=unit,
        reported=Reported(value * factor, result.comparator),
        lln=lln * factor if lln is not None else (found.low if found else None),
        uln=uln * factor if uln is not None else (found.high if found else None),
        default_range=found is not None,
    )


def _flag(amount: _Amount) -> Flag | None:
    """Against the range in use; None where there is none or a signed value could be either."""
    if amount.lln is None and amount.uln is None:
        return None
    reported = amount.reported
    if amount.uln is not None:
        if reported.surely_passes(amount.uln, inclusive=False):
            return Flag.HIGH
        if reported.may_pass(amount.uln, inclusive=False):
            return None
    if amount.lln is not None:
        if not reported.may_pass(amount.lln, inclusive=True):
            return Flag.LOW
        if not reported.surely_passes(amount.lln, inclusive=True):
            return None
    return Flag.NORMAL


def _baseline(baseline: LabResult | None, unit: str, person: Person) -> ctcae.Baseline | None:
    """The value before treatment in the unit of the new result; None where it cannot be used."""
    if baseline is None or baseline.comparator:
        return None
    own_unit = canonical(baseline.unit)
    if own_unit is None or baseline.value is None or _why_held(baseline, own_unit) is not None:
        return None
    amount = _amount(baseline, own_unit, person)
    try:
        value = convert(baseline.analyte, amount.reported.value, amount.unit, unit)
    except Unconvertible:
        return None
    return ctcae.Baseline(value=value, abnormal=_flag(amount) is Flag.HIGH)


def _tier(
    ladder: LabLadder, analyte: Analyte, amount: _Amount, *, symptoms: bool, worst: bool
) -> tuple[Tier | None, Held | None]:
    """The tier, or why there is none. ``worst`` takes the highest a signed value may stand for."""
    rungs = ladder.steps(analyte, amount.unit, symptoms=symptoms)
    try:
        certain, possible = highest(amount.reported, rungs, uln=amount.uln)
    except LookupError:
        return None, Held.NO_LIMIT
    if certain is not possible and not worst:
        return None, Held.SPANS_TIERS
    return possible or Tier.T0, None


def _passes(ladder_step: str, ladder: LabLadder, amount: _Amount) -> bool:
    """One half of the liver rule, for the enzyme or the bilirubin; a doubt counts as passed."""
    step = ladder.enzyme_with_bilirubin if ladder_step == "enzyme" else ladder.bilirubin_with_enzyme
    bound = step.bound(amount.uln, None)
    return bound is not None and amount.reported.may_pass(bound, inclusive=step.inclusive)


def _ctcae(
    analyte: Analyte,
    amount: _Amount,
    baseline: LabResult | None,
    person: Person,
    policy: ClinicPolicy,
) -> int | None:
    """The CTCAE grade by the clinic's version, against the value before treatment."""
    return ctcae.grade(
        analyte,
        amount.reported,
        amount.unit,
        uln=amount.uln,
        baseline=_baseline(baseline, amount.unit, person),
        version=policy.ctcae_version,
    )


def _raised_bilirubin(companions: Iterable[LabResult], person: Person, ladder: LabLadder) -> bool:
    """A believed bilirubin of the same draw passes its half of the liver rule (5.2)."""
    for companion in companions:
        unit = canonical(companion.unit)
        if companion.analyte is not Analyte.BILIRUBIN or _why_held(companion, unit) is not None:
            continue
        if unit is not None and _passes("bilirubin", ladder, _amount(companion, unit, person)):
            return True
    return False


def grade(
    result: LabResult,
    *,
    person: Person,
    policy: ClinicPolicy,
    baseline: LabResult | None = None,
    companions: Iterable[LabResult] = (),
    symptoms: bool = False,
    with_ctcae: bool = True,
) -> Graded:
    """Grade one result by the clinic's ladder and by CTCAE (LAB-4 to LAB-6, rule book 5.2, 5.3).

    ``baseline`` is the patient's result of the same analyte before treatment. ``companions`` are
    the other results of the same draw: a raised bilirubin makes an enzyme above three times its
    limit t4. ``symptoms`` of high blood glucose are reported; ``with_ctcae`` False leaves the CTCAE
    grade out. Never raises on bad data: what cannot
    be graded is ``held``. A clinician's confirmation (``result.confirmed``) lets an implausible
    value through as it stands, and a signed value by the worst it may stand for.
    """
    unit = canonical(result.unit)
    held = _why_held(result, unit)
    version = policy.ctcae_version
    if held is not None or unit is None:
        reason, why = held if held is not None else (Held.UNKNOWN_UNIT, "the unit is not known")
        return Graded(result=result, unit=unit or "", held=reason, why=why, ctcae_version=version)
    amount = _amount(result, unit, person)
    tier: Tier | None = None
    reason_held: Held | None = None
    hepatic = False
    if result.analyte in LADDER_ANALYTES:
        ladder = policy.ladder or DEFAULT_LADDER
        tier, reason_held = _tier(
            ladder, result.analyte, amount, symptoms=symptoms, worst=result.confirmed
        )
        hepatic = (
            reason_held is None
            and result.analyte in LIVER_ENZYMES
            and _passes("enzyme", ladder, amount)
            and _raised_bilirubin(companions, person, ladder)
        )
    return Graded(
        result=result,
        unit=amount.unit,
        tier=Tier.T4 if hepatic else tier,
        ctcae=_ctcae(result.analyte, amount, baseline, person, policy) if with_ctcae else None,
        ctcae_version=version,
        default_range=amount.default_range,
        lln=amount.lln,
        uln=amount.uln,
        value=amount.reported.value,
        flag=_flag(amount),
        held=reason_held or "",
        why=_WHY_NOT_GRADED[reason_held] if reason_held is not None else "",
        hepatic=hepatic,
    )

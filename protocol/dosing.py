"""Doses: mg per kg, days' supply, label ranges and strengths (DOSE-1 to DOSE-8, DOSE-13).

What has been taken so far is in ``cumulative``; both are to be had from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from protocol.cumulative import Band, Cumulative, cumulative, dose_on, weight_on
from protocol.dose_tables import (
    PACK_CAPSULES,
    WEIGHT_STALE_DAYS,
    course_weeks,
    dose_range,
    retreatment_from,
    strengths,
)
from protocol.facts import CourseFacts, Weight
from protocol.findings import Finding, Ref
from protocol.supplies import Supply
from protocol.vocabulary import Check, Formulation, Level, Owner, Reason

__all__ = [
    "Band",
    "Cumulative",
    "DoseJudgement",
    "average_daily_mg",
    "course_weeks",
    "cumulative",
    "days_supply",
    "dose_on",
    "judge_dose",
    "longest_course_end",
    "mg_per_kg",
    "retreatment_from",
    "shortest_course_end",
    "strengths",
    "supply_pattern",
    "weight_on",
    "whole_packs",
]

_ZERO = Decimal(0)


def average_daily_mg(pattern: tuple[Decimal, ...]) -> Decimal:
    """Average mg per day of a pattern that is repeated day by day (DOSE-7)."""
    return sum(pattern, _ZERO) / len(pattern)


def mg_per_kg(daily_mg: Decimal, kg: Decimal) -> Decimal:
    """Dose per kg of weight and day (DOSE-1); for display, never compared with a limit."""
    return daily_mg / kg


def supply_pattern(supply: Supply) -> tuple[Decimal, ...]:
    """The daily doses a supply is meant for: as stated, else its capsules over its days."""
    if supply.pattern:
        return supply.pattern
    if supply.days and supply.capsule_mg is not None:
        return (supply.capsule_mg / supply.days,)
    return ()


def _capsule_days(
    supply: Supply, pattern: tuple[Decimal, ...]
) -> tuple[Decimal, Decimal, int] | None:
    """Capsule mg, mg of the pattern and days of the pattern, where they tell how long it lasts.

    A supply that states its days and no dose is taken at its word.
    """
    daily = supply.pattern or (() if supply.days is not None else pattern)
    total = sum(daily, _ZERO)
    if supply.capsule_mg is None or total <= 0:
        return None
    return supply.capsule_mg, total, len(daily)


def days_supply(supply: Supply, *, pattern: tuple[Decimal, ...] = ()) -> Decimal | None:
    """How many days a supply lasts, not rounded: capsule mg over average daily mg (DOSE-7).

    ``pattern`` is the dose in force, for a supply that names neither dose nor days. Where capsules
    are not stated the stated days count. None: cannot be told.
    """
    counted = _capsule_days(supply, pattern)
    if counted is None:
        return supply.days
    capsule_mg, pattern_total, pattern_days = counted
    return capsule_mg * pattern_days / pattern_total


def lasts_longer(supply: Supply, days: int, *, pattern: tuple[Decimal, ...] = ()) -> bool | None:
    """The supply lasts more than a number of days, compared exactly; None: cannot be told."""
    counted = _capsule_days(supply, pattern)
    if counted is None:
        return None if supply.days is None else supply.days > days
    capsule_mg, pattern_total, pattern_days = counted
    return capsule_mg * pattern_days > days * pattern_total


def whole_packs(capsules: int) -> bool:
    """The capsules are whole blister packs of ten (US-20)."""
    return capsules % PACK_CAPSULES == 0


def longest_course_end(started: date, programme: str) -> date | None:
    """Last day on which a course is not longer than the label's weeks (DOSE-8), None: no rule."""
    weeks = course_weeks(programme)
    return started + timedelta(weeks=weeks[1]) if weeks else None


def shortest_course_end(started: date, programme: str) -> date | None:
    """First day on which a course is not shorter than the label's weeks (DOSE-8), None: no rule."""
    weeks = course_weeks(programme)
    return started + timedelta(weeks=weeks[0]) if weeks else None


@dataclass(frozen=True, slots=True)
class DoseJudgement:
    """A daily dose against the weight in force: figures for display and what is wrong with it."""

    daily_mg: Decimal
    weight_kg: Decimal | None
    mg_per_kg: Decimal | None
    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level:
        """The worst of the findings, ALLOW without any."""
        return max((finding.level for finding in self.findings), default=Level.ALLOW)


def weight_findings(facts: CourseFacts, *, on: date) -> Iterator[Finding | Ref]:
    """No weight, or one older than 90 days (DOSE-1); else the weight as evidence.

    Without a weight no dose can be judged, so the gate stays shut.
    """
    weight = weight_on(facts, on)
    if weight is None:
        yield Finding(
            reason=Reason.WEIGHT_MISSING,
            level=Level.BLOCK,
            owner=Owner.NURSE,
            rule="DOSE-1",
            check=Check.WEIGHT_AND_DOSE,
        )
        return
    evidence = Ref("weight", weight.ref, weight.on)
    yield evidence
    if (on - weight.on).days > WEIGHT_STALE_DAYS:
        yield Finding(
            reason=Reason.WEIGHT_STALE,
            level=Level.WARN,
            owner=Owner.NURSE,
            rule="DOSE-1",
            check=Check.WEIGHT_AND_DOSE,
            evidence=(evidence,),
            detail=(("measured_on", weight.on.isoformat()),),
        )


def range_findings(
    pattern: tuple[Decimal, ...], weight: Weight, formulation: Formulation, *, programme: str
) -> Iterator[Finding]:
    """A dose outside the label range of its formulation (DOSE-2, DOSE-4).

    Compared exactly, without dividing: mg of the pattern against limit x kg x days of the pattern.
    """
    limits = dose_range(formulation, programme)
    total = sum(pattern, _ZERO)
    unit = weight.kg * len(pattern)
    if total > limits.maximum * unit:
        reason, level = Reason.DOSE_GT_MAX, limits.beyond
    elif total > limits.high * unit:
        reason, level = Reason.DOSE_ABOVE_RANGE, limits.above
    elif total < limits.low * unit:
        reason, level = Reason.DOSE_BELOW_RANGE, limits.below
    else:
        return
    yield Finding(
        reason=reason,
        level=level,
        owner=Owner.PRESCRIBER,
        rule=limits.rule,
        check=Check.WEIGHT_AND_DOSE,
        evidence=(Ref("weight", weight.ref, weight.on),),
        detail=(
            ("mg_per_kg", f"{total / unit:.2f}"),
            ("low", str(limits.low)),
            ("high", str(limits.high)),
            ("maximum", str(limits.maximum)),
        ),
    )


def judge_dose(
    facts: CourseFacts,
    *,
    pattern: tuple[Decimal, ...],
    formulation: Formulation,
    on: date,
) -> DoseJudgement:
    """Judge a planned daily dose on a day: weight (DOSE-1) and label range (DOSE-2, DOSE-4)."""
    daily = average_daily_mg(pattern)
    weight = weight_on(facts, on)
    found = [item for item in weight_findings(facts, on=on) if isinstance(item, Finding)]
    if weight is not None:
        found += range_findings(pattern, weight, formulation, programme=facts.programme)
    return DoseJudgement(
        daily_mg=daily,
        weight_kg=weight.kg if weight is not None else None,
        mg_per_kg=mg_per_kg(daily, weight.kg) if weight is not None else None,
        findings=tuple(found),
    )

"""Weight, dose and the whole course at the gate (DOSE-1 to DOSE-4, DOSE-8 to DOSE-13, EU-05)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from protocol.cumulative import Band, band_of, start_weight, taken_mg
from protocol.dose_tables import RENAL_PROGRAMMES, RENAL_START_MG
from protocol.dosing import (
    dose_on,
    longest_course_end,
    range_findings,
    retreatment_from,
    supply_pattern,
    weight_findings,
    weight_on,
)
from protocol.findings import Finding, Ref
from protocol.gate.question import Question, Rule, rule
from protocol.vocabulary import Check, Level, Owner, Reason


def planned_pattern(q: Question) -> tuple[Decimal, ...]:
    """The daily dose asked about: the supply's own; for a supply without one, that in force."""
    if q.handed_out is None:
        return ()
    stated = supply_pattern(q.handed_out)
    if stated:
        return stated
    in_force = dose_on(q.facts, q.day)
    return in_force.pattern if in_force is not None and q.treated else ()


@rule("DOSE-1", check=Check.WEIGHT_AND_DOSE)
def weight_is_recent(q: Question) -> Iterator[Finding | Ref]:
    """DOSE-1: a weight of the last 90 days."""
    yield from weight_findings(q.facts, on=q.day)


@rule("DOSE-2", "DOSE-4", check=Check.WEIGHT_AND_DOSE)
def dose_is_in_the_label_range(q: Question) -> Iterator[Finding | Ref]:
    """DOSE-2, DOSE-4: mg/kg/day of what is prescribed or handed out."""
    pattern = planned_pattern(q)
    weight = weight_on(q.facts, q.day)
    if q.handed_out is not None and pattern and weight is not None:
        yield from range_findings(pattern, weight, q.handed_out.formulation, programme=q.programme)


def is_initiation(q: Question) -> bool:
    """A first prescription of a course, or its fill."""
    return q.initiation


@rule("EU-05", check=Check.WEIGHT_AND_DOSE, when=is_initiation)
def renal_impairment_starts_low(q: Question) -> Iterator[Finding | Ref]:
    """EU-05: severe renal impairment starts with 10 mg a day.

    How severe it is is not recorded, so any renal impairment asks; a prescriber may go on.
    """
    if q.programme not in RENAL_PROGRAMMES:
        return
    pattern = planned_pattern(q)
    if not pattern or max(pattern) <= RENAL_START_MG:
        return
    for condition in q.facts.conditions:
        if condition.name == "renal-impairment":
            yield Finding(
                reason=Reason.DOSE_RENAL,
                level=Level.OVERRIDE,
                owner=Owner.PRESCRIBER,
                rule="EU-05",
                check=Check.WEIGHT_AND_DOSE,
                evidence=(Ref("condition", condition.ref, condition.on),),
                detail=(("start_mg", str(RENAL_START_MG)),),
            )
            return


@rule("DOSE-8", check=Check.WEIGHT_AND_DOSE)
def course_is_not_longer_than_the_label(q: Question) -> Iterator[Finding | Ref]:
    """DOSE-8: more weeks since the first dose than the label's longest course."""
    course = q.under_way
    last_day = longest_course_end(course.started, q.programme) if course is not None else None
    if course is not None and last_day is not None and q.on > last_day:
        yield Finding(
            reason=Reason.COURSE_LENGTH,
            level=Level.WARN,
            owner=Owner.PRESCRIBER,
            rule="DOSE-8",
            check=Check.WEIGHT_AND_DOSE,
            detail=(("started_on", course.started.isoformat()),),
            final=True,
        )


@rule("DOSE-9", "DOSE-10", "DOSE-11", check=Check.WEIGHT_AND_DOSE)
def cumulative_dose_is_not_alarming(q: Question) -> Iterator[Finding | Ref]:
    """DOSE-9 to DOSE-11: more than 220 mg/kg taken in this course."""
    course = q.under_way
    if course is None:
        return
    weight = start_weight(q.facts, course.started, as_of=q.day)
    if weight is None:
        return
    mg = taken_mg(q.facts, course, as_of=q.day)
    if band_of(mg, weight.kg) is Band.ALERT:
        yield Finding(
            reason=Reason.CUMULATIVE_ALERT,
            level=Level.WARN,
            owner=Owner.PRESCRIBER,
            rule="DOSE-11",
            check=Check.WEIGHT_AND_DOSE,
            evidence=(Ref("weight", weight.ref, weight.on),),
            detail=(("mg_per_kg", f"{mg / weight.kg:.0f}"),),
            final=True,
        )


@rule("DOSE-13", check=Check.WEIGHT_AND_DOSE, when=is_initiation)
def last_course_ended_long_enough_ago(q: Question) -> Iterator[Finding | Ref]:
    """DOSE-13, EU-05: two months (US), eight weeks (elsewhere) since the last dose."""
    if q.boundary is None:
        return
    first_day = retreatment_from(q.boundary, q.programme)
    if q.on < first_day:
        yield Finding(
            reason=Reason.RETREAT_GAP,
            level=Level.OVERRIDE,
            owner=Owner.PRESCRIBER,
            rule="DOSE-13",
            check=Check.WEIGHT_AND_DOSE,
            clears_on=first_day,
            detail=(("last_dose", q.boundary.isoformat()),),
        )


RULES: tuple[Rule, ...] = (
    weight_is_recent,
    dose_is_in_the_label_range,
    renal_impairment_starts_low,
    course_is_not_longer_than_the_label,
    cumulative_dose_is_not_alarming,
    last_course_ended_long_enough_ago,
)

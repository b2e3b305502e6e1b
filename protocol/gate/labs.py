"""Laboratory results at the gate (LAB-1, LAB-3, LAB-6 to LAB-8, CI-08, rule book 5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protocol.calendar import add_months
from protocol.findings import Finding, Ref
from protocol.gate.pregnancy import SUPERVISED
from protocol.gate.question import Question, Rule, days_after, rule
from protocol.grading import Graded
from protocol.lab_repeats import overdue_repeat
from protocol.lab_schedule import overdue_draw
from protocol.vocabulary import (
    Analyte,
    Check,
    Level,
    Owner,
    Reason,
    ResultStatus,
    TestResult,
    Tier,
)

_TIER_REASONS = {
    Tier.T1: (Reason.LAB_T1, Level.ALLOW),
    Tier.T2: (Reason.LAB_T2, Level.WARN),
    Tier.T3: (Reason.LAB_T3, Level.OVERRIDE),
    Tier.T4: (Reason.LAB_T4, Level.OVERRIDE),
}
_BASELINE_ANALYTES = (Analyte.ALT, Analyte.TRIGLYCERIDES)
_FINAL = (ResultStatus.FINAL, ResultStatus.CORRECTED)


def _refs(graded: Iterable[Graded]) -> tuple[Ref, ...]:
    return tuple(Ref("lab", item.result.ref, item.result.on) for item in graded)


def is_initiation(q: Question) -> bool:
    """A first prescription of a course, or its fill."""
    return q.initiation


@rule("LAB-1", check=Check.LABS, when=is_initiation)
def baseline_is_on_record(q: Question) -> Iterator[Finding | Ref]:
    """LAB-1: ALT and triglycerides collected within the month before the start.

    Whether a value can be believed is asked of every result (LAB-6).
    """
    first = add_months(q.on, -1)
    missing = []
    for analyte in _BASELINE_ANALYTES:
        in_time = [
            result
            for result in q.facts.labs
            if result.analyte is analyte
            and result.status in _FINAL
            and first <= result.on <= q.day
            and (q.boundary is None or result.on > q.boundary)
        ]
        if not in_time:
            missing.append(analyte)
        else:
            yield Ref("lab", in_time[-1].ref, in_time[-1].on)
    if missing:
        yield Finding(
            reason=Reason.LAB_BASELINE_MISSING,
            level=Level.OVERRIDE,
            owner=Owner.NURSE,
            rule="LAB-1",
            check=Check.LABS,
            detail=tuple(("analyte", analyte.value) for analyte in missing),
        )


def is_running(q: Question) -> bool:
    """The course has begun: its schedule of draws counts."""
    return not q.initiation


@rule("LAB-2", "LAB-3", check=Check.LABS, when=is_running)
def no_draw_is_overdue(q: Question) -> Iterator[Finding | Ref]:
    """LAB-3: a scheduled draw, or one that a prescriber asked for, is more than seven days late."""
    both = (
        overdue_draw(q.facts, as_of=q.on, policy=q.policy),
        overdue_repeat(q.facts, as_of=q.on),
    )
    late = min((draw.due_on for draw in both if draw is not None), default=None)
    if late is not None:
        yield Finding(
            reason=Reason.LAB_OVERDUE,
            level=Level.OVERRIDE,
            owner=Owner.PATIENT,
            rule="LAB-3",
            check=Check.LABS,
            detail=(("due_on", late.isoformat()),),
        )


@rule("LAB-6", check=Check.LABS)
def no_result_is_in_doubt(q: Question) -> Iterator[Finding | Ref]:
    """LAB-6: an implausible value or unit shuts the gate until a person has confirmed it."""
    for graded in q.lab_reading.to_confirm:
        yield Finding(
            reason=Reason.LAB_UNIT_CONFIRM,
            level=Level.BLOCK,
            owner=Owner.NURSE,
            rule="LAB-6",
            check=Check.LABS,
            evidence=_refs((graded,)),
            detail=(("analyte", graded.analyte.value), ("held", graded.held)),
        )


@rule("LAB-4", "LAB-7", "LAB-8", check=Check.LABS)
def results_are_mild_or_acknowledged(q: Question) -> Iterator[Finding | Ref]:
    """LAB-7, LAB-8: the highest tier that no prescriber has acknowledged; t1 needs nobody.

    One finding for all analytes: the highest tier is the patient's (LAB-7). t1 is said, not held
    against anyone.
    """
    reading = q.lab_reading
    yield from _refs(reading.in_force.values())
    tier = reading.awaiting_tier
    behind = reading.awaiting
    if tier is None:
        if reading.tier is not Tier.T1:
            return
        tier, behind = Tier.T1, tuple(reading.in_force.values())
    reason, level = _TIER_REASONS[tier]
    worst = tuple(graded for graded in behind if graded.tier is tier)
    yield Finding(
        reason=reason,
        level=level,
        owner=Owner.PRESCRIBER,
        rule="LAB-8" if tier > Tier.T1 else "LAB-7",
        check=Check.LABS,
        evidence=_refs(worst),
        detail=tuple(("analyte", graded.analyte.value) for graded in worst),
    )


@rule("CI-08", check=Check.CONTRAINDICATIONS, when=is_initiation)
def lipids_are_not_markedly_raised(q: Question) -> Iterator[Finding | Ref]:
    """CI-08: triglycerides of t3 or t4 before a first prescription; a plan does not lift it."""
    graded = q.lab_reading.in_force.get(Analyte.TRIGLYCERIDES)
    if graded is not None and graded.tier in (Tier.T3, Tier.T4):
        yield Finding(
            reason=Reason.CONDITION_LIPIDS,
            level=Level.OVERRIDE if q.programme == "us-ipledge" else Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="CI-08",
            check=Check.CONTRAINDICATIONS,
            evidence=_refs((graded,)),
        )


@rule("US-23", check=Check.PREGNANCY_TEST)
def blood_hcg_is_negative(q: Question) -> Iterator[Finding | Ref]:
    """Rule book 5.2, US-23: blood hCG of 5 IU/L and more, until a later negative test.

    5 to 25 IU/L is indeterminate and is repeated after 48 hours; above it is a pregnancy until
    shown otherwise. Asked of every patient: it also says that a category is wrong.
    """
    graded = q.lab_reading.in_force.get(Analyte.HCG)
    if graded is None or graded.tier not in (Tier.T3, Tier.T4):
        return
    if any(
        test.result is TestResult.NEGATIVE
        and test.setting in SUPERVISED
        and test.on > graded.result.on
        for test in q.facts.pregnancy_tests
    ):
        return
    positive = graded.tier is Tier.T4
    yield Finding(
        reason=Reason.TEST_POSITIVE if positive else Reason.TEST_INDETERMINATE,
        level=Level.BLOCK,
        owner=Owner.PRESCRIBER,
        rule="US-23",
        check=Check.PREGNANCY_TEST,
        evidence=_refs((graded,)),
        remedy_on=None if positive else max(q.on, days_after(graded.result.on, 2)),
        final=positive,
    )


RULES: tuple[Rule, ...] = (
    baseline_is_on_record,
    no_draw_is_overdue,
    no_result_is_in_doubt,
    results_are_mild_or_acknowledged,
    lipids_are_not_markedly_raised,
    blood_hcg_is_negative,
)

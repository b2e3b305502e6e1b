"""What new results mean at once: whom to alert, before anybody opens a page."""

from collections.abc import Sequence
from datetime import datetime

from audit import trail
from courses.models import Course
from monitoring import grounds
from monitoring.actions import escalations, pathway
from monitoring.actions.filing import FiledLine
from monitoring.grounds import Ground
from monitoring.intake.values import may_mean_positive, presence_of
from monitoring.models import Escalation, Observation
from protocol import labs
from protocol.vocabulary import Analyte, ResultStatus, TestResult, Tier

_FINAL = {ResultStatus.FINAL, ResultStatus.CORRECTED}
_ALARMING = {TestResult.POSITIVE, TestResult.INDETERMINATE}


def _alarm(row: Observation) -> TestResult | None:
    """What a final pregnancy test asks for at once: words that are no answer count as unclear."""
    if row.value_text in _ALARMING:
        return TestResult(row.value_text)
    found = may_mean_positive(row.value_text) or presence_of(row.flag) == TestResult.POSITIVE
    return TestResult.INDETERMINATE if found else None


def after_results(
    course: Course,
    lines: Sequence[FiledLine],
    *,
    by: trail.Actor,
    now: datetime,
    ground: Ground | None = None,
) -> bool:
    """Raise what new results of a course ask for; whether anything was. Part of an action.

    1. a positive or unclear pregnancy test; 2. a result in tier 4 (5.2: same-day contact); 3. a
    result that the laboratory corrected or took back after a prescription had been signed (B5).
    ``ground``: what the course stood on, with these results, before anything was raised.
    """
    changed = [line for line in lines if line.changed and line.observation is not None]
    if ground is None:
        ground = grounds.lock([course.pk], now=now)[course.pk]
    raised = _pregnancy_tests(course, changed, by=by, now=now)
    reading = labs.read(ground.facts, as_of=ground.today, policy=ground.policy, with_ctcae=False)
    fresh = {f"observation:{line.observation.public_id}" for line in changed if line.observation}
    for graded in reading.in_force.values():
        if graded.result.ref not in fresh or graded.tier not in (Tier.T3, Tier.T4):
            continue
        raised = raised or graded.analyte is Analyte.HCG or graded.tier is Tier.T4
        if graded.analyte is Analyte.HCG:
            positive = graded.tier is Tier.T4
            result = TestResult.POSITIVE if positive else TestResult.INDETERMINATE
            pathway.begin_pathway(course, result=result, evidence=graded.result.ref, by=by, now=now)
        elif graded.tier is Tier.T4:
            escalations.raise_for(
                course,
                kind=Escalation.Kind.RESULT,
                reasons=["LAB_T4"],
                evidence=graded.result.ref,
                by=by,
                now=now,
            )
    return _corrections(course, changed, by=by, now=now) or raised


def _pregnancy_tests(
    course: Course, changed: Sequence[FiledLine], *, by: trail.Actor, now: datetime
) -> bool:
    raised = False
    for line in changed:
        row = line.observation
        if row is None or row.analyte != Analyte.HCG or row.status not in _FINAL:
            continue
        if (result := _alarm(row)) is not None:
            pathway.begin_pathway(
                course,
                result=result,
                evidence=f"observation:{row.public_id}",
                by=by,
                now=now,
            )
            raised = True
    return raised


def _corrections(
    course: Course, changed: Sequence[FiledLine], *, by: trail.Actor, now: datetime
) -> bool:
    raised = False
    if not any(line.replaced for line in changed):
        return raised
    newest = course.prescriptions.order_by("-signed_at").first()
    if newest is None:
        return raised
    for line in changed:
        old, row = line.replaced, line.observation
        if (
            old is not None
            and row is not None
            and row.monitored
            and old.status in _FINAL
            and old.received_at <= newest.signed_at
            and (row.status == ResultStatus.CANCELLED or _said(old) != _said(row))
        ):
            escalations.raise_for(
                course,
                kind=Escalation.Kind.CORRECTED_RESULT,
                reasons=["RESULT_CORRECTED"],
                evidence=f"observation:{row.public_id}",
                by=by,
                now=now,
            )
            raised = True
    return raised


def _said(row: Observation) -> tuple[object, ...]:
    """What a reader decides on: a corrected range changes the reading as much as a value."""
    return row.value_text, row.comparator, row.unit, row.lln, row.uln

"""What new results mean at once: whom to alert, before anybody opens a page."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from audit import trail
from courses.models import Course
from monitoring import dossier, policies
from monitoring.actions import escalations
from monitoring.actions.filing import FiledLine
from monitoring.models import Escalation
from protocol import labs
from protocol.vocabulary import Analyte, ResultStatus, TestResult, Tier

_FINAL = {ResultStatus.FINAL, ResultStatus.CORRECTED}
_ALARMING = {TestResult.POSITIVE, TestResult.INDETERMINATE}


def after_results(
    course: Course, lines: Sequence[FiledLine], *, by: trail.Actor, now: datetime
) -> None:
    """Raise what new results of a course ask for. Part of an action.

    1. a positive or unclear pregnancy test; 2. a result in tier 4 (5.2: same-day contact); 3. a
    corrected result on a specimen that a prescription was signed after (B5).
    """
    changed = [line for line in lines if line.changed and line.observation is not None]
    _pregnancy_tests(course, changed, by=by, now=now)
    zone = ZoneInfo(course.clinic.timezone)
    today = now.astimezone(zone).date()
    facts = dossier.load_one(course)
    reading = labs.read(facts, as_of=today, policy=policies.policy_for(course, on=today))
    fresh = {f"observation:{line.observation.public_id}" for line in changed if line.observation}
    critical = [
        graded
        for graded in reading.in_force.values()
        if graded.tier is Tier.T4 and graded.result.ref in fresh
    ]
    for graded in critical:
        kind = (
            Escalation.Kind.PREGNANCY_TEST
            if graded.analyte is Analyte.HCG
            else Escalation.Kind.RESULT
        )
        escalations.raise_for(
            course, kind=kind, reasons=["LAB_T4"], evidence=graded.result.ref, by=by, now=now
        )
    _corrections(course, changed, by=by, now=now)


def _pregnancy_tests(
    course: Course, changed: Sequence[FiledLine], *, by: trail.Actor, now: datetime
) -> None:
    for line in changed:
        row = line.observation
        if (
            row is not None
            and row.analyte == Analyte.HCG
            and row.status in _FINAL
            and row.value_text in _ALARMING
        ):
            positive = row.value_text == TestResult.POSITIVE
            escalations.raise_for(
                course,
                kind=Escalation.Kind.PREGNANCY_TEST,
                reasons=["TEST_POSITIVE" if positive else "TEST_INDETERMINATE"],
                evidence=f"observation:{row.public_id}",
                by=by,
                now=now,
            )


def _corrections(
    course: Course, changed: Sequence[FiledLine], *, by: trail.Actor, now: datetime
) -> None:
    newest = course.prescriptions.order_by("-signed_at").first()
    if newest is None:
        return
    for line in changed:
        old, row = line.replaced, line.observation
        if (
            old is not None
            and row is not None
            and row.monitored
            and old.status in _FINAL
            and old.received_at <= newest.signed_at
            and (old.value_text, old.unit) != (row.value_text, row.unit)
        ):
            escalations.raise_for(
                course,
                kind=Escalation.Kind.CORRECTED_RESULT,
                reasons=["RESULT_CORRECTED"],
                evidence=f"observation:{row.public_id}",
                by=by,
                now=now,
            )

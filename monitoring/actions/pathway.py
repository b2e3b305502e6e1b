"""The steps after a positive or unclear pregnancy test, begun at once, ticked off by name."""

from datetime import datetime

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import record
from courses.models import Course, Hold
from monitoring import dossier, policies
from monitoring.actions import escalations
from monitoring.models import Escalation, PathwayStep
from people.models import User
from protocol.calendar import date_in
from protocol.pathway import Step, steps_for
from protocol.programmes import EditionUnknown
from protocol.tasks import TaskKind, open_tasks
from protocol.vocabulary import TestResult


class AlreadySettled(Exception):
    """Somebody has settled the step meanwhile."""


class NotStopped(Exception):
    """The record says that capsules are still being taken: stop the course, or put it on hold."""


class ReasonNeeded(Exception):
    """A step is left out only with the reason."""


@trail.action
def begin_pathway(
    course: Course, *, result: TestResult, evidence: str, by: trail.Actor, now: datetime
) -> Escalation:
    """Raise the concern and open its steps, in the transaction of the result.

    An unclear test that turns out positive adds the steps it did not have.
    """
    positive = result is TestResult.POSITIVE
    concern = escalations.raise_for(
        course,
        kind=Escalation.Kind.PREGNANCY_TEST,
        reasons=["TEST_POSITIVE" if positive else "TEST_INDETERMINATE"],
        evidence=evidence,
        by=by,
        now=now,
    )
    exposed, running = _exposure(course, now=now)
    steps = steps_for(result, programme=course.programme, exposed=exposed, running=running)
    known = set(concern.pathway.values_list("step", flat=True))
    fresh = [step.value for step in steps if step.value not in known]
    PathwayStep.objects.bulk_create(PathwayStep(escalation=concern, step=step) for step in fresh)
    if fresh:
        record(Kind.PATHWAY_BEGUN, course, by=by, now=now, steps=fresh)
    else:
        trail.unchanged()
    return concern


@trail.action
def settle(step: PathwayStep, *, outcome: str, note: str, by: User, now: datetime) -> PathwayStep:
    """Tick one step off, or leave it out with the reason.

    Raises:
        AlreadySettled: it is not open any more.
        NotStopped: treatment is to be stopped or paused, and the record says neither.
        ReasonNeeded: left out without saying why.
    """
    locked = (
        PathwayStep.objects.select_for_update(of=("self",))
        .select_related("escalation__course__clinic", "escalation__course__patient")
        .get(pk=step.pk)
    )
    course = locked.escalation.course
    if locked.outcome:
        raise AlreadySettled
    if outcome == PathwayStep.Outcome.NOT_NEEDED and not note.strip():
        raise ReasonNeeded
    if outcome == PathwayStep.Outcome.DONE and not _is_so(Step(locked.step), course):
        raise NotStopped
    locked.outcome, locked.note = outcome, note[:300]
    locked.settled_at, locked.settled_by = now, by
    locked.save(update_fields=["outcome", "note", "settled_at", "settled_by"])
    record(Kind.PATHWAY_STEP_SETTLED, course, by=by, now=now, step=locked.step, outcome=outcome)
    return locked


def _is_so(step: Step, course: Course) -> bool:
    """Stopping and pausing are done by the record, not by a tick."""
    if step not in (Step.STOP_TREATMENT, Step.PAUSE_TREATMENT) or course.stopped_at is not None:
        return True
    held = Hold.objects.filter(course=course, resumed_on__isnull=True).exists()
    return step is Step.PAUSE_TREATMENT and held


def _exposure(course: Course, *, now: datetime) -> tuple[bool, bool]:
    """Whether a dose may have reached the pregnancy, and whether the course still runs."""
    running = course.started_on is not None and course.stopped_at is None
    today = date_in(now, course.clinic.timezone)
    try:
        tasks = open_tasks(
            dossier.load_one(course), as_of=today, policy=policies.policy_for(course, on=today)
        )
    except EditionUnknown:
        return True, running  # not known is not "no"
    return running or TaskKind.REPORT_PREGNANCY in tasks, running

"""Deciding about a specimen's results: what happens next, and who says so (LAB-8, UX-06).

One transaction: the decision, what it sets in motion (a repeat, a lower dose, a hold, the stop),
the note to the patient, and the plan made anew. Nothing else takes an abnormal result off the list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from audit import trail
from audit.kinds import Kind
from courses.actions import dosing, stopping
from courses.actions.subject import happening, record
from courses.models import Course, Hold
from messaging import outbox
from monitoring import dossier, grounds, policies, purposes, to_read
from monitoring.actions import escalations, planning
from monitoring.dossier_rows import note_key
from monitoring.grounds import Ground
from monitoring.models import Acknowledgement, Escalation, ResultReview, Specimen
from people.models import User
from protocol import cumulative
from protocol.calendar import date_in
from protocol.dosing import average_daily_mg
from protocol.facts import CourseFacts
from protocol.policy import ClinicPolicy
from protocol.vocabulary import Analyte, Tier

# Concerns that a decision about the results answers.
_ANSWERED = (
    Escalation.Kind.RESULT,
    Escalation.Kind.UNREAD_RESULT,
    Escalation.Kind.CORRECTED_RESULT,
)
_READ = "Read: no action needed"


class Changed(Exception):
    """The results are not those that were shown: something arrived or was decided meanwhile."""


class StillDoubtful(Exception):
    """Every value of the specimen waits to be confirmed; nothing is decided on it (LAB-6)."""


class NotLower(Exception):
    """The new dose is not lower than the present one, or none is being taken."""


class NeedsDecision(Exception):
    """The result is abnormal: it is not read in a batch (UX-06)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What a decision sets in motion.

    ``from_on`` is the first day of the lower dose, the first day without one, or the last dose.
    ``words`` are the clinician's own to the patient; empty: the ready-made ones.
    """

    repeat_on: date | None = None
    pattern: tuple[Decimal, ...] = ()
    from_on: date | None = None
    stop_reason: str = "adverse-effect"
    tell: bool = False
    words: str = ""


@trail.action
def acknowledge(
    specimen: Specimen,
    *,
    course: Course,
    action: str,
    plan: str,
    by: User,
    now: datetime,
    step: NextStep | None = None,
    version: str = "",
) -> Acknowledgement:
    """A prescriber has read a specimen's results and says what happens next (LAB-8).

    Args:
        action: one of ``Acknowledgement.Action``; ``plan`` says it in words.
        step: the repeat, dose, hold, stop and note that belong to it.
        version: of the row that was shown; empty where none was.

    Raises:
        Changed: something else would be decided on than was shown.
        StillDoubtful: no value of the specimen is believed yet.
        NotLower: a reduction that is none.
    """
    step = step or NextStep()
    Course.objects.select_for_update(of=("self",)).get(pk=course.pk)
    today = date_in(now, course.clinic.timezone)
    facts = dossier.load_one(course)
    _check_version(specimen, course, version)
    policy = policies.policy_for(course, on=today)
    finding = _finding(specimen, facts, policy, today=today)
    with planning.planned_once():
        _act(course, action, step, plan, facts, today=today, by=by, now=now)
        row = Acknowledgement.objects.create(
            specimen=specimen,
            course=course,
            action=action,
            plan=plan,
            tier=_tier(finding),
            results=_believed(finding),
            repeat_on=step.repeat_on,
            repeat=_to_repeat(finding) if step.repeat_on is not None else [],
            told=step.tell,
            words=step.words if step.tell else "",
            at=now,
            by=by,
        )
        record(
            Kind.RESULT_ACKNOWLEDGED,
            course,
            by=by,
            now=now,
            action=action,
            repeat_on=step.repeat_on.isoformat() if step.repeat_on else None,
            told=step.tell,
        )
        if step.tell:
            _tell(row, course, now=now)
        planning.replan(course, now=now)
    _close_concerns([course.pk], [specimen], plan=plan, by=by, now=now)
    return row


@trail.action
def read_together(
    picked: Iterable[tuple[ResultReview, str]], *, by: User, now: datetime
) -> dict[int, Exception]:
    """Close rows of the list that need no decision, each in the version that was shown.

    All in one transaction and a fixed number of statements, however many rows; every row keeps a
    decision and an event of its own.

    Returns:
        why not, by row: ``Changed``, ``NeedsDecision`` or ``StillDoubtful``; the others are closed.
    """
    rows = list(picked)
    # The courses first and in one order, so that two people with the same rows wait, not collide.
    ground = grounds.lock({row.course_id for row, _ in rows}, now=now)
    locked = ResultReview.objects.select_for_update(of=("self",)).select_related("specimen")
    fresh = locked.filter(pk__in=[row.pk for row, _ in rows]).order_by("pk").in_bulk()
    refused: dict[int, Exception] = {}
    read: list[Acknowledgement] = []
    for row, version in rows:
        try:
            read.append(_as_read(fresh[row.pk], ground[row.course_id], version, by=by, now=now))
        except (Changed, NeedsDecision, StillDoubtful) as refusal:
            refused[row.pk] = refusal
    Acknowledgement.objects.bulk_create(read)
    said = {"action": Acknowledgement.Action.NO_ACTION, "repeat_on": None, "told": False}
    trail.record_many(
        [
            happening(Kind.RESULT_ACKNOWLEDGED, ground[each.course_id].course, **said)
            for each in read
        ],
        by=by,
        now=now,
    )
    courses = {each.course_id: ground[each.course_id].course for each in read}
    with planning.planned_once():
        for course in courses.values():
            planning.replan(course, now=now)
        decided = [each.specimen for each in read]
        _close_concerns(courses, decided, plan=_READ, by=by, now=now)
    return refused


def _as_read(
    row: ResultReview, ground: Ground, version: str, *, by: User, now: datetime
) -> Acknowledgement:
    """The decision that closes one row as read, not saved yet."""
    if row.needs_decision:
        raise NeedsDecision
    if row.ended or row.version != version:
        raise Changed
    finding = _finding(row.specimen, ground.facts, ground.policy, today=ground.today)
    return Acknowledgement(
        specimen=row.specimen,
        course_id=row.course_id,
        action=Acknowledgement.Action.NO_ACTION,
        plan=_READ,
        tier=_tier(finding),
        results=_believed(finding),
        at=now,
        by=by,
    )


def _check_version(specimen: Specimen, course: Course, version: str) -> None:
    if not version:
        return
    row = ResultReview.objects.filter(course=course, specimen=specimen).first()
    if row is None or row.ended or row.version != version:
        raise Changed


def _finding(
    specimen: Specimen, facts: CourseFacts, policy: ClinicPolicy, *, today: date
) -> to_read.Finding | None:
    """What lies before the reader; None for a specimen with nothing to grade."""
    ref = f"specimen:{specimen.public_id}"
    found = to_read.findings(facts, policy=policy, as_of=today, waiting={ref}).get(ref)
    if found is not None and all(each.held for each in found.graded):
        raise StillDoubtful
    return found


def _tier(finding: to_read.Finding | None) -> str:
    return finding.tier.word if finding is not None and finding.tier is not None else ""


def _believed(finding: to_read.Finding | None) -> list[str]:
    """Ids of the results decided on. One that is held waits again once it is confirmed."""
    graded = finding.graded if finding is not None else ()
    return [each.result.ref.partition(":")[2] for each in graded if not each.held]


def _to_repeat(finding: to_read.Finding | None) -> list[str]:
    """What is drawn again: what was raised, or everything where nothing was."""
    graded = finding.graded if finding is not None else ()
    raised = [each for each in graded if each.tier is not None and each.tier > Tier.T0]
    names = {each.analyte for each in raised or graded}
    return [analyte.value for analyte in Analyte if analyte in names]


def _act(
    course: Course,
    action: str,
    step: NextStep,
    plan: str,
    facts: CourseFacts,
    *,
    today: date,
    by: User,
    now: datetime,
) -> None:
    from_on = step.from_on or today
    match action:
        case Acknowledgement.Action.REDUCE if step.pattern:
            dose = cumulative.dose_on(facts, today)
            if dose is None or average_daily_mg(step.pattern) >= average_daily_mg(dose.pattern):
                raise NotLower
            dosing.change_dose(
                course,
                pattern=step.pattern,
                starts_on=from_on,
                formulation=dose.formulation.value,
                reason=plan[:300],
                today=today,
                by=by,
                now=now,
            )
        case Acknowledgement.Action.HOLD if not _on_hold(course):
            dosing.hold(course, held_on=from_on, reason=plan[:300], by=by, now=now)
        case Acknowledgement.Action.STOP if course.stopped_at is None:
            stopping.stop(course, last_dose_on=from_on, reason=step.stop_reason, by=by, now=now)
            course.refresh_from_db()


def _on_hold(course: Course) -> bool:
    return Hold.objects.filter(course=course, resumed_on__isnull=True).exists()


def _tell(row: Acknowledgement, course: Course, *, now: datetime) -> None:
    """The text that leaves names nothing; what the clinic says stands behind the sign-in."""
    outbox.enqueue(
        purpose=purposes.RESULT_NOTE,
        key=note_key(row.specimen.public_id, row.pk),
        about=f"course:{course.public_id}",
        patient=course.patient,
        clinic=course.clinic,
        send_after=now,
        now=now,
    )


def _close_concerns(
    course_ids: Iterable[int],
    decided: Iterable[Specimen],
    *,
    plan: str,
    by: User,
    now: datetime,
) -> None:
    """Close what the decisions answer, save where another result of the course waits for one."""
    waiting = ResultReview.objects.filter(ended="", needs_decision=True)
    others = waiting.exclude(specimen__in=list(decided))
    answered = Escalation.objects.filter(
        course__in=list(course_ids), kind__in=_ANSWERED, closed_at__isnull=True
    ).exclude(course__in=others.values("course"))
    for concern in list(answered.order_by("pk")):
        escalations.close(concern, outcome=plan, by=by, now=now, decided=True)

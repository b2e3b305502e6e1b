"""Open concerns: raised, acknowledged, climbed, closed.

A concern is at most one open row per course and kind. It climbs by itself until a clinician
acknowledges it; patient advice on the screen never waits for it (flow 14.3).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import author, record
from courses.models import Course
from messaging import outbox
from monitoring import purposes
from monitoring.actions import planning
from monitoring.models import Escalation, EscalationStep, ResultReview
from people import queries as people
from people.models import User
from people.permissions import Role

SWEEPER = trail.System("escalations")

# Minutes until the next rung: prescribers, then everyone clinical, then again every four hours.
LADDER = (timedelta(minutes=30), timedelta(hours=2), timedelta(hours=4))
# A result that nobody has decided about: nurses first, then the course's prescriber, then every
# prescriber and the administrators; again every day (UX-06, evidence D).
_UNREAD_LADDER = (timedelta(hours=4), timedelta(hours=20), timedelta(hours=24))


class AlreadySettled(Exception):
    """Somebody else has acknowledged or closed it meanwhile."""


class StillOpen(Exception):
    """What the concern is about has not been done: steps of a pathway, or a decision."""


@trail.action
def raise_for(
    course: Course,
    *,
    kind: str,
    reasons: Sequence[str],
    evidence: str,
    by: trail.Actor,
    now: datetime,
) -> Escalation:
    """Get or create the one open concern of this kind, and tell the first rung at once.

    New reasons on an open concern wake it again: it loses its acknowledgement.
    """
    Course.objects.select_for_update().get(pk=course.pk)
    open_one = Escalation.objects.filter(course=course, kind=kind, closed_at__isnull=True).first()
    known = open_one is not None and set(reasons) <= set(open_one.reasons)
    if open_one is not None and known and open_one.evidence == evidence:
        trail.unchanged()
        return open_one
    if open_one is None:
        open_one = Escalation.objects.create(
            course=course,
            kind=kind,
            reasons=list(reasons),
            evidence=evidence,
            raised_at=now,
            climbs_at=now + _ladder(kind)[0],
        )
    else:
        open_one.reasons = [*open_one.reasons, *[r for r in reasons if r not in open_one.reasons]]
        open_one.evidence = evidence
        open_one.acknowledged_at = open_one.acknowledged_by = None
        open_one.rung += 1
        open_one.climbs_at = now + _ladder(kind)[0]
        open_one.save(
            update_fields=[
                "reasons",
                "evidence",
                "acknowledged_at",
                "acknowledged_by",
                "rung",
                "climbs_at",
            ]
        )
    _tell(open_one, now=now)
    record(
        Kind.ESCALATION_RAISED,
        course,
        by=by,
        now=now,
        escalation=str(open_one.public_id),
        concern=kind,
    )
    return open_one


@trail.action
def acknowledge(escalation: Escalation, *, by: User, now: datetime) -> Escalation:
    """A clinician has taken it on: the ladder stops, the concern stays open.

    Over an unread result it begins again after a day, unless somebody has decided by then (UX-06).

    Raises:
        AlreadySettled: it was acknowledged or closed before.
    """
    locked = _locked(escalation)
    if locked.acknowledged_at is not None or locked.closed_at is not None:
        raise AlreadySettled
    locked.acknowledged_at, locked.acknowledged_by = now, author(by)
    locked.save(update_fields=["acknowledged_at", "acknowledged_by"])
    outbox.withdraw(about=_about(locked), reason="acknowledged", now=now)
    if locked.kind == Escalation.Kind.UNREAD_RESULT:
        waiting = ResultReview.objects.filter(course=locked.course, ended="", needs_decision=True)
        waiting.update(escalates_at=now + _UNREAD_LADDER[-1])
    record(Kind.ESCALATION_ACKNOWLEDGED, locked.course, by=by, now=now, concern=locked.kind)
    return locked


@trail.action
def close(
    escalation: Escalation, *, outcome: str, by: User, now: datetime, decided: bool = False
) -> Escalation:
    """The concern is settled, with what was done.

    ``decided``: the results behind it have just been decided about, in this transaction.

    Raises:
        AlreadySettled: it was closed before.
        StillOpen: a step of its pathway is open (US-23), or a result still waits (UX-06).
    """
    locked = _locked(escalation)
    if locked.closed_at is not None:
        raise AlreadySettled
    if not decided and _still_open(locked):
        raise StillOpen
    if locked.acknowledged_at is None:
        locked.acknowledged_at, locked.acknowledged_by = now, author(by)
    locked.closed_at, locked.closed_by, locked.outcome = now, author(by), outcome
    locked.save(
        update_fields=["acknowledged_at", "acknowledged_by", "closed_at", "closed_by", "outcome"]
    )
    outbox.withdraw(about=_about(locked), reason="closed", now=now)
    record(Kind.ESCALATION_CLOSED, locked.course, by=by, now=now, concern=locked.kind)
    planning.replan(locked.course, now=now)
    return locked


def sweep(*, now: datetime, limit: int = 500) -> int:
    """Climb a rung for each concern whose deadline has passed; returns how many climbed."""
    due = Escalation.objects.filter(
        acknowledged_at__isnull=True, closed_at__isnull=True, climbs_at__lte=now
    )
    climbed = 0
    for pk in list(due.order_by("climbs_at").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            climbed += _climb(pk, now=now)
    return climbed


@trail.action
def _climb(pk: int, *, now: datetime) -> bool:
    row = (
        Escalation.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("course__clinic", "course__patient")
        .filter(pk=pk, acknowledged_at__isnull=True, closed_at__isnull=True, climbs_at__lte=now)
        .first()
    )
    if row is None:
        trail.unchanged()
        return False
    row.rung += 1
    ladder = _ladder(row.kind)
    row.climbs_at = now + ladder[min(row.rung, len(ladder) - 1)]
    row.save(update_fields=["rung", "climbs_at"])
    _tell(row, now=now)
    record(
        Kind.ESCALATION_CLIMBED, row.course, by=SWEEPER, now=now, rung=row.rung, concern=row.kind
    )
    return True


def _tell(escalation: Escalation, *, now: datetime) -> None:
    for user in _told_at(escalation):
        EscalationStep.objects.get_or_create(
            escalation=escalation,
            rung=escalation.rung,
            told=user.audit_id,
            defaults={"at": now},
        )
        outbox.enqueue(
            purpose=purposes.ESCALATION,
            key=f"{_about(escalation)}:{escalation.rung}:{user.public_id}",
            about=_about(escalation),
            user=user,
            clinic=escalation.course.clinic,
            send_after=now,
            now=now,
        )


def _ladder(kind: str) -> tuple[timedelta, ...]:
    return _UNREAD_LADDER if kind == Escalation.Kind.UNREAD_RESULT else LADDER


def _told_at(escalation: Escalation) -> list[User]:
    """Who is told at the concern's rung; never nobody while the clinic has a prescriber."""
    course = escalation.course
    if escalation.kind != Escalation.Kind.UNREAD_RESULT:
        return people.on_call(course.clinic_id, escalation.rung)
    prescribers = people.colleagues(course.clinic_id, [Role.DERMATOLOGIST])
    if escalation.rung == 0:
        return people.colleagues(course.clinic_id, [Role.NURSE]) or prescribers
    if escalation.rung == 1:
        return [user for user in prescribers if user.pk == course.prescriber_id] or prescribers
    return people.colleagues(course.clinic_id, [Role.DERMATOLOGIST, Role.ADMINISTRATOR])


def _still_open(escalation: Escalation) -> bool:
    if escalation.kind == Escalation.Kind.UNREAD_RESULT:
        waiting = ResultReview.objects.filter(course=escalation.course, ended="")
        return waiting.filter(needs_decision=True).exists()
    return escalation.pathway.filter(outcome="").exists()


def _locked(escalation: Escalation) -> Escalation:
    return (
        Escalation.objects.select_for_update(of=("self",))
        .select_related("course__clinic", "course__patient")
        .get(pk=escalation.pk)
    )


def _about(escalation: Escalation) -> str:
    return f"escalation:{escalation.public_id}"

"""Results that nobody decides about in time become a concern, and the concern climbs (UX-06).

Asked of the database at every sweep: a stopped worker delays it and loses nothing.
"""

from datetime import datetime, timedelta

from django.db import transaction

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import record
from monitoring.actions import escalations, planning
from monitoring.models import Escalation, ResultReview

SWEEPER = trail.System("unread results")


def sweep(*, now: datetime, limit: int = 500) -> int:
    """Raise a concern for each course with a result unread past its hours; returns how many rows.

    The hours are the clinic's, by tier (``ClinicPolicy.result_hours``).
    """
    due = ResultReview.objects.filter(ended="", needs_decision=True, escalates_at__lte=now)
    raised = 0
    for pk in list(due.order_by("escalates_at").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            raised += _raise(pk, now=now)
    return raised


@trail.action
def _raise(pk: int, *, now: datetime) -> bool:
    row = (
        ResultReview.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("course__clinic", "course__patient", "specimen")
        .filter(pk=pk, ended="", needs_decision=True, escalates_at__lte=now)
        .first()
    )
    if row is None:
        trail.unchanged()
        return False
    waited = (now - row.since) // timedelta(hours=1)
    record(Kind.RESULT_UNREAD, row.course, by=SWEEPER, now=now, hours=waited)
    row.escalates_at = None
    row.save(update_fields=["escalates_at"])
    if not _climbing(row):
        escalations.raise_for(
            row.course,
            kind=Escalation.Kind.UNREAD_RESULT,
            reasons=["RESULT_UNREAD"],
            # With the hours, so that what was taken on and not decided wakes again.
            evidence=f"specimen:{row.specimen.public_id}:{waited}",
            by=SWEEPER,
            now=now,
        )
    planning.replan(row.course, now=now)
    return True


def _climbing(row: ResultReview) -> bool:
    """Another result of the course has raised the concern already, and nobody has taken it on."""
    return Escalation.objects.filter(
        course=row.course,
        kind=Escalation.Kind.UNREAD_RESULT,
        closed_at__isnull=True,
        acknowledged_at__isnull=True,
    ).exists()

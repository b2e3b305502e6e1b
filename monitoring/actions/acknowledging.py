"""Deciding about a specimen's results: what happens next, and who says so (LAB-8, UX-06)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import record
from courses.models import Course
from monitoring import dossier, policies
from monitoring.actions import escalations, planning
from monitoring.models import Acknowledgement, Escalation, Specimen
from people.models import User
from protocol import labs


@trail.action
def acknowledge(
    specimen: Specimen, *, course: Course, action: str, plan: str, by: User, now: datetime
) -> Acknowledgement:
    """A prescriber has read a specimen's results and says what happens next (LAB-8)."""
    today = now.astimezone(ZoneInfo(course.clinic.timezone)).date()
    reading = labs.read(
        dossier.load_one(course), as_of=today, policy=policies.policy_for(course, on=today)
    )
    ref = f"specimen:{specimen.public_id}"
    tiers = [
        graded.tier
        for graded in reading.newest.values()
        if graded.result.specimen == ref and graded.tier is not None
    ]
    row = Acknowledgement.objects.create(
        specimen=specimen,
        course=course,
        action=action,
        plan=plan,
        tier=max(tiers).word if tiers else "",
        at=now,
        by=by,
    )
    for concern in Escalation.objects.filter(
        course=course, kind=Escalation.Kind.RESULT, closed_at__isnull=True
    ):
        escalations.close(concern, outcome=plan, by=by, now=now)
    record(Kind.RESULT_ACKNOWLEDGED, course, by=by, now=now, action=action)
    planning.replan(course, now=now)
    return row

"""Values that were held because they looked wrong: what a person says about them (LAB-6)."""

from datetime import datetime

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import record
from courses.models import Course
from monitoring.actions import planning
from monitoring.models import Observation
from people.models import User


@trail.action
def confirm(observation: Observation, *, course: Course, by: User, now: datetime) -> Observation:
    """A clinician confirms a value or unit that looked impossible (LAB-6)."""
    observation.confirmed_at, observation.confirmed_by = now, by
    observation.save(update_fields=["confirmed_at", "confirmed_by"])
    record(Kind.RESULT_CONFIRMED, course, by=by, now=now, observation=str(observation.public_id))
    planning.replan(course, now=now)
    return observation

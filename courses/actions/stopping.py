"""Ending a course."""

from datetime import date, datetime

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import author, record
from courses.models import Course


class AlreadyStopped(Exception):
    """The course has ended already."""


@trail.action
def stop(
    course: Course, *, last_dose_on: date, reason: str, by: trail.Actor, now: datetime
) -> Course:
    """End a course on its last dose; post-course items fall due from that day (US-24, UK-16).

    Raises:
        AlreadyStopped: it has ended.
    """
    locked = Course.objects.select_for_update().get(pk=course.pk)
    if locked.stopped_at is not None:
        raise AlreadyStopped
    locked.last_dose_on = last_dose_on
    locked.stop_reason = reason
    locked.stopped_at = now
    locked.stopped_by = author(by)
    locked.save(update_fields=["last_dose_on", "stop_reason", "stopped_at", "stopped_by"])
    record(
        Kind.COURSE_STOPPED,
        course,
        by=by,
        now=now,
        on=last_dose_on.isoformat(),
        reason=reason,
    )
    return locked

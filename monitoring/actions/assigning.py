"""Hand-over between staff, and views of the worklist that somebody keeps."""

import uuid
from collections.abc import Collection
from datetime import datetime

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import happening
from courses.models import Course
from monitoring.models import Assignment, SavedView, WorkItem
from people.models import User
from people.permissions import Permission
from people.queries import Place, clinics_where

MOST_AT_ONCE = 100
MOST_VIEWS = 20


class CannotTake(Exception):
    """The colleague does not work with courses in this clinic."""


class TooManyViews(Exception):
    """Nobody finds their way among so many."""


@trail.action
def hand_over(
    courses: Collection[uuid.UUID],
    *,
    place: Place,
    to: User | None,
    note: str,
    by: User,
    now: datetime,
) -> int:
    """Give courses of the clinic to a colleague, or with None to nobody in particular.

    Courses that are in those hands already stay as they are. Returns how many changed hands.

    Raises:
        CannotTake: ``to`` may not read courses here.
    """
    if to is not None:
        takes = clinics_where(to, Permission.READ_COURSE).filter(pk=place.clinic_id)
        if not (to.is_active and takes.exists()):
            raise CannotTake
    locked = list(
        Course.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic")
        .filter(public_id__in=list(courses)[:MOST_AT_ONCE], clinic_id=place.clinic_id)
        .order_by("pk")
    )
    open_ones = Assignment.objects.filter(course__in=locked, ended_at__isnull=True)
    held_by = dict(open_ones.values_list("course_id", "to_id"))
    moved = [each for each in locked if held_by.get(each.pk) != (to.pk if to else None)]
    open_ones.filter(course__in=moved).update(ended_at=now, ended_by=by)
    if to is not None:
        Assignment.objects.bulk_create(
            Assignment(course=each, to=to, note=note, given_at=now, given_by=by) for each in moved
        )
    WorkItem.objects.filter(course__in=moved).update(assignee=to)
    trail.record_many(
        [
            happening(Kind.WORK_ASSIGNED, each, to=to.audit_id if to else "", with_note=bool(note))
            for each in moved
        ],
        by=by,
        now=now,
    )
    return len(moved)


@trail.action
def save_view(
    *, place: Place, name: str, show: str, who: str, by: User, now: datetime
) -> SavedView:
    """Keep a filter under a name; the same name again takes the new filter.

    Raises:
        TooManyViews: there are ``MOST_VIEWS`` already.
    """
    kept = SavedView.objects.filter(user=by, clinic_id=place.clinic_id)
    if not kept.filter(name=name).exists() and kept.count() >= MOST_VIEWS:
        raise TooManyViews
    row, _ = SavedView.objects.update_or_create(
        user=by,
        clinic_id=place.clinic_id,
        name=name,
        defaults={"show": show, "who": who},
        create_defaults={"show": show, "who": who, "created_at": now},
    )
    _record_view(row, place, by=by, now=now, kept=True)
    return row


@trail.action
def forget_view(public_id: uuid.UUID, *, place: Place, by: User, now: datetime) -> bool:
    """Take one of one's own views off the list; whether there was one."""
    row = SavedView.objects.filter(user=by, clinic_id=place.clinic_id, public_id=public_id).first()
    if row is None:
        trail.unchanged()
        return False
    _record_view(row, place, by=by, now=now, kept=False)
    row.delete()
    return True


def _record_view(row: SavedView, place: Place, *, by: User, now: datetime, kept: bool) -> None:
    trail.record(
        Kind.VIEW_CHANGED,
        by=by,
        subject=f"view:{row.public_id}",
        now=now,
        clinic=place.slug,
        kept=kept,
    )

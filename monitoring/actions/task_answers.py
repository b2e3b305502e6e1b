"""What a patient answers to a reminder: later, done already, or help. Never evidence."""

import uuid
from datetime import date, datetime, timedelta

from django.db import transaction

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import record
from courses.models import Course
from messaging import outbox
from monitoring.actions import planning
from monitoring.models import DueItem, TaskAnswer
from people.models import Patient, User
from protocol.calendar import date_in

# Somebody who has done it two weeks ago is asked about another day.
LONGEST_AGO = timedelta(days=14)
LATEST = timedelta(days=7)

_Saying = TaskAnswer.Saying


class NothingToAnswer(Exception):
    """The task is not the patient's, or it has ended meanwhile."""


class NotThatDay(ValueError):
    """The day is not one that may be asked for, or on which it may have been done."""


def days_for_later(due_item: DueItem, *, today: date) -> tuple[date, ...]:
    """The days on which a patient may ask to be reminded: tomorrow, in three, in seven days.

    Never after the day on which the task closes, nor a week after it was due: then it is the
    clinic's turn.
    """
    last = min(
        today + LATEST,
        due_item.closes_on or date.max,
        max(due_item.due_on, today) + LATEST,
    )
    offered = (today + timedelta(days=days) for days in (1, 3, 7))
    return tuple(day for day in offered if day <= last)


@transaction.atomic
def answer(
    public_id: uuid.UUID,
    *,
    said: str,
    by: Patient,
    now: datetime,
    on: date | None = None,
    until: date | None = None,
    trouble: str = "",
) -> TaskAnswer:
    """Take the patient's word about one open task, and plan the course anew.

    Reminders about it that wait are taken back. A later answer replaces an earlier one; the same
    one again changes nothing.

    Args:
        said: a ``TaskAnswer.Saying``.
        on: of DONE: the day on which it was done, today or up to two weeks ago.
        until: of LATER: one of :func:`days_for_later`.
        trouble: of HELP: a ``TaskAnswer.Trouble``.

    Raises:
        NothingToAnswer: there is no such open task of the patient.
        NotThatDay: see ``on`` and ``until``; or there is no later, because the patient has asked
            for help and somebody calls.
    """
    found = DueItem.objects.filter(public_id=public_id, course__patient=by, ended="").first()
    if found is None:
        raise NothingToAnswer
    course = Course.objects.select_for_update(of=("self",)).get(pk=found.course_id)
    row = _keep(found, course, said=said, by=by, now=now, on=on, until=until, trouble=trouble)
    planning.replan(course, now=now)
    return row


@trail.action
def _keep(
    item: DueItem,
    course: Course,
    *,
    said: str,
    by: Patient,
    now: datetime,
    on: date | None,
    until: date | None,
    trouble: str,
) -> TaskAnswer:
    item.refresh_from_db()
    if item.ended:
        raise NothingToAnswer
    today = date_in(now, by.zone)
    before = TaskAnswer.objects.filter(due_item=item, ended_at__isnull=True).first()
    asked_for_help = before is not None and before.said == _Saying.HELP
    if said == _Saying.LATER and (asked_for_help or until not in days_for_later(item, today=today)):
        raise NotThatDay
    done_on = on if said == _Saying.DONE and on is not None else today
    if not today - LONGEST_AGO <= done_on <= today:
        raise NotThatDay
    values = {
        "said": said,
        "on": done_on,
        "until": until if said == _Saying.LATER else None,
        "trouble": trouble if said == _Saying.HELP else "",
    }
    if before is not None and all(getattr(before, name) == each for name, each in values.items()):
        trail.unchanged()
        return before
    if before is not None:
        before.ended_at = now
        before.save(update_fields=["ended_at"])
    row = TaskAnswer.objects.create(due_item=item, at=now, **values)
    outbox.withdraw(about=f"due-item:{item.public_id}", reason="the patient answered", now=now)
    record(
        Kind.TASK_ANSWERED,
        course,
        by=by,
        now=now,
        requirement=item.requirement,
        said=said,
        trouble=row.trouble,
    )
    return row


@trail.action
def settle(course: Course, *, by: User, now: datetime) -> int:
    """Staff have spoken with the patient: what was said before no longer stands.

    Returns how many answers it ended.
    """
    standing = TaskAnswer.objects.filter(
        due_item__course=course,
        ended_at__isnull=True,
        said__in=[_Saying.HELP, _Saying.DONE],
    )
    ended = standing.update(ended_at=now, caller=by)
    if ended:
        record(Kind.TASK_ANSWER_SETTLED, course, by=by, now=now, answers=ended)
    else:
        trail.unchanged()
    return ended

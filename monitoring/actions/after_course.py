"""After the course: how the skin is, and the wish for another course."""

import uuid
from datetime import datetime

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import locked, record
from courses.models import Course
from monitoring.actions import letters, planning
from monitoring.models import DueItem, SkinReport
from people.models import Patient
from protocol.calendar import date_in

# The clinic reads these on its list of messages; the patient chose them by a button.
_ASKS = "Asks for a call about what can be done."
_CALL = f"%(months)s months after the course: %(skin)s. {_ASKS}"
_AGAIN = "Asks to talk about another course. (Sent with the button on the page after the course.)"


def asked_by_button(text: str) -> str:
    """Which button wrote this letter: ``call``, ``again``, or empty where the patient wrote it."""
    if text == _AGAIN:
        return "again"
    return "call" if text.endswith(_ASKS) else ""


class NotAsked(Exception):
    """No look back is open for these months."""


def report(
    course: Course,
    *,
    month: int,
    skin: int,
    glad: str,
    wants_call: bool,
    by: Patient,
    now: datetime,
) -> SkinReport:
    """Keep how the skin is, once for each look back. A wish for a call waits like a message.

    Args:
        month: 3, 6, 9 or 12, as it is open.
        skin: a ``SkinReport.Skin``; ``glad`` a ``SkinReport.Glad``.

    Raises:
        NotAsked: it is not open.
        monitoring.actions.letters.TooManyWaiting: of a call; everything else is kept.
    """
    row = _keep(course, month=month, skin=skin, glad=glad, wants_call=wants_call, by=by, now=now)
    if row.wants_call:
        words = {"months": row.month, "skin": row.get_skin_display().lower()}
        nonce = uuid.uuid5(course.public_id, f"skin-{row.month}")
        letters.write(by, text=_CALL % words, nonce=nonce, now=now)
    return row


@trail.action
def _keep(
    course: Course,
    *,
    month: int,
    skin: int,
    glad: str,
    wants_call: bool,
    by: Patient,
    now: datetime,
) -> SkinReport:
    course = locked(course)
    before = SkinReport.objects.filter(course=course, month=month).first()
    if before is not None:
        trail.unchanged()
        return before
    asked = DueItem.objects.filter(course=course, key=f"look-back/month-{month:02}", ended="")
    today = date_in(now, by.zone)
    if not asked.filter(opens_on__lte=today).exists():
        raise NotAsked
    row = SkinReport.objects.create(
        course=course,
        month=month,
        skin=SkinReport.Skin(skin).value,
        glad=SkinReport.Glad(glad).value,
        wants_call=wants_call,
        on=today,
        at=now,
    )
    record(Kind.SKIN_REPORTED, course, by=by, now=now, month=month)
    planning.replan(course, now=now)
    return row


def ask_again(course: Course, *, by: Patient, now: datetime) -> None:
    """The patient would like to talk about a second course; once a day is enough.

    Raises:
        monitoring.actions.letters.TooManyWaiting: so many messages wait already.
    """
    nonce = uuid.uuid5(course.public_id, f"again-{now.date().isoformat()}")
    letters.write(by, text=_AGAIN, nonce=nonce, now=now)

"""Pictures of the skin: kept as written anew, taken back by whose they are."""

import hashlib
from datetime import date, datetime

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import locked, record
from courses.models import Course
from monitoring.models import Picture
from monitoring.pictures import Clean, cleaned
from people.encryption import blind_index
from people.models import Patient

# Three views, and a few that did not turn out well.
MOST_A_DAY = 12


class TooMany(Exception):
    """So many pictures were sent today already."""


def fingerprint_of(sent: bytes) -> str:
    """A keyed hash of a file as it was sent: the same again is known, the file is not."""
    return blind_index(hashlib.sha256(sent).hexdigest(), place="monitoring.picture.fingerprint")


def keep(
    course: Course, *, view: str, sent: bytes, by: Patient, today: date, now: datetime
) -> Picture:
    """Keep a picture of one view; an earlier one of the same day and view makes room for it.

    The same file again is the picture that there is already.

    Raises:
        monitoring.pictures.NotAPicture, TooLarge: it cannot be used.
        TooMany: ``MOST_A_DAY`` were sent today.
    """
    # Before the course is locked: it takes a while.
    return _keep(course, view, cleaned(sent), fingerprint_of(sent), by=by, today=today, now=now)


@trail.action
def _keep(
    course: Course,
    view: str,
    clean: Clean,
    fingerprint: str,
    *,
    by: Patient,
    today: date,
    now: datetime,
) -> Picture:
    course = locked(course)
    of_today = Picture.objects.filter(course=course, taken_on=today).exclude(view=Picture.View.TEST)
    same = of_today.filter(view=view, fingerprint=fingerprint, taken_back_at__isnull=True).first()
    if same is not None:
        trail.unchanged()
        return same
    if of_today.count() >= MOST_A_DAY:
        raise TooMany
    for earlier in of_today.filter(view=view, taken_back_at__isnull=True):
        _empty(earlier, now=now)
    row = store(course, view, clean, fingerprint, today=today, now=now)
    record(Kind.PICTURE_KEPT, course, by=by, now=now, view=view)
    return row


def store(
    course: Course, view: str, clean: Clean, fingerprint: str, *, today: date, now: datetime
) -> Picture:
    """The row of a picture; the caller holds the course and leaves the trace."""
    return Picture.objects.create(
        course=course,
        view=Picture.View(view).value,
        taken_on=today,
        sent_at=now,
        body=clean.body,
        width=clean.width,
        height=clean.height,
        fingerprint=fingerprint,
        likeness=clean.likeness if view == Picture.View.TEST else "",
    )


@trail.action
def take_back(picture: Picture, *, by: Patient, now: datetime) -> Picture:
    """The patient no longer wants it kept: the picture is gone, that there was one stays."""
    row = Picture.objects.select_for_update(of=("self",)).get(pk=picture.pk)
    if row.taken_back_at is not None or row.view == Picture.View.TEST:
        trail.unchanged()
        return row
    _empty(row, now=now)
    record(Kind.PICTURE_TAKEN_BACK, picture.course, by=by, now=now, view=row.view)
    return row


def _empty(row: Picture, *, now: datetime) -> None:
    row.body, row.taken_back_at = b"", now
    row.save(update_fields=["body", "taken_back_at"])

"""What patients write to the clinic: sent once, taken on by somebody, answered."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from audit import trail
from audit.kinds import Kind
from courses.models import Course
from messaging import outbox
from monitoring import purposes
from monitoring.actions import planning
from monitoring.models import Letter
from people.models import Patient, User

LONGEST = 2000
# Who waits for so many answers is better helped by a call.
MOST_WAITING = 5


class NothingWritten(ValueError):
    """There is no text, or it is too long."""


class TooManyWaiting(Exception):
    """So many of the patient's messages wait for an answer already."""


class AlreadyAnswered(Exception):
    """Somebody else has answered meanwhile."""


@transaction.atomic
def write(patient: Patient, *, text: str, nonce: uuid.UUID, now: datetime) -> Letter:
    """Keep what the patient has written, and put it on the clinic's list.

    The same text from the same form again is the letter that there is already; another text from
    it, after the browser's "back", is another letter.

    Args:
        text: 1 to ``LONGEST`` characters.
        nonce: of the form.

    Raises:
        NothingWritten: see ``text``.
        TooManyWaiting: ``MOST_WAITING`` wait for an answer.
    """
    row = _keep(patient, text=_written(text), nonce=nonce, now=now)
    _plan_again(patient, now=now)
    return row


@trail.action
def _keep(patient: Patient, *, text: str, nonce: uuid.UUID, now: datetime) -> Letter:
    # One at a time for each patient; "no key", so that nobody who only names the patient waits.
    Patient.objects.select_for_update(of=("self",), no_key=True).get(pk=patient.pk)
    key = uuid.uuid5(nonce, text)
    before = Letter.objects.filter(patient=patient, form_key=key).first()
    if before is not None:
        trail.unchanged()
        return before
    waiting = Letter.objects.filter(patient=patient, answered_at__isnull=True).count()
    if waiting >= MOST_WAITING:
        raise TooManyWaiting
    row = Letter.objects.create(patient=patient, form_key=key, text=text, written_at=now)
    _record(Kind.LETTER_WRITTEN, row, by=patient, now=now)
    return row


@trail.action
def take(letter: Letter, *, by: User, now: datetime) -> Letter:
    """Somebody reads it and sees to it; the patient is shown that it has been read.

    A colleague may take it over. Taking it on twice changes nothing.

    Raises:
        AlreadyAnswered: there is nothing to take on.
    """
    row = _locked(letter)
    if row.taken_by_id == by.pk:
        trail.unchanged()
        return row
    _take(row, by=by, now=now)
    return row


def answer(letter: Letter, *, text: str, by: User, now: datetime) -> Letter:
    """Answer in plain words; the patient gets a message that says no more than that there is one.

    Raises:
        NothingWritten: no text, or more than ``LONGEST`` characters.
        AlreadyAnswered: once is enough.
    """
    with transaction.atomic():
        row = _answer(letter, text=_written(text), by=by, now=now)
        _plan_again(row.patient, now=now)
    return row


@trail.action
def _answer(letter: Letter, *, text: str, by: User, now: datetime) -> Letter:
    row = _locked(letter)
    if row.taken_by is None:
        _take(row, by=by, now=now)
    row.answer, row.answered_at, row.answered_by = text, now, by
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    outbox.enqueue(
        purpose=purposes.CLINIC_MESSAGE,
        key=f"letter:{row.public_id}:answer",
        about=f"letter:{row.public_id}",
        patient=row.patient,
        clinic=row.patient.clinic,
        send_after=now,
        now=now,
    )
    _record(Kind.LETTER_ANSWERED, row, by=by, now=now)
    return row


def _take(row: Letter, *, by: User, now: datetime) -> None:
    row.taken_at, row.taken_by = row.taken_at or now, by
    row.save(update_fields=["taken_at", "taken_by"])
    _record(Kind.LETTER_TAKEN, row, by=by, now=now)


def _locked(letter: Letter) -> Letter:
    row = (
        Letter.objects.select_for_update(of=("self",))
        .select_related("patient__clinic")
        .get(pk=letter.pk)
    )
    if row.answered_at is not None:
        raise AlreadyAnswered
    return row


def _written(text: str) -> str:
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        raise NothingWritten
    return text


def _plan_again(patient: Patient, *, now: datetime) -> None:
    """The worklist shows courses: each of the patient's says whether a letter waits."""
    courses: Iterable[Course] = Course.objects.filter(patient=patient).order_by("pk")
    for course in courses:
        planning.replan(course, now=now)


def _record(kind: Kind, row: Letter, *, by: trail.Actor, now: datetime) -> None:
    trail.record(
        kind,
        by=by,
        subject=f"letter:{row.public_id}",
        now=now,
        clinic=row.patient.clinic.slug,
        patient=row.patient.public_id,
    )

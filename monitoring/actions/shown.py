"""Whether a form still means what its page showed: right patient, first time, nothing changed.

Asked under the course's lock and in the transaction of the change itself, so that of two presses or
two tabs one wins and the other is told.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from audit import trail
from courses.models import Course
from monitoring import dossier
from monitoring.models import SentForm
from monitoring.versions import version_of
from people.models import User


class WrongPatient(Exception):
    """The form was filled in for another patient than the one it was sent for (AT-40)."""


class SentAlready(Exception):
    """This very form was saved before."""


class Changed(Exception):
    """Something that the form is about has changed since its page was shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a form says about its page: whose it was, its own number, the version it showed."""

    patient: uuid.UUID
    nonce: uuid.UUID
    version: str = ""


def same_patient(course: Course, shown: Shown) -> None:
    """Stop hard where the form and the address name different patients.

    Raises:
        WrongPatient: they do.
    """
    if shown.patient != course.patient.public_id:
        raise WrongPatient


@trail.action
def accept(
    course: Course,
    shown: Shown,
    *,
    watched: tuple[str, ...],
    by: User,
    now: datetime,
    still: Callable[[], str] | None = None,
) -> None:
    """Take a form once. The caller holds the transaction in which its change is made.

    ``still`` reads, under the lock, the version of something shown that is no fact of the course.

    Raises:
        WrongPatient: it was filled in for somebody else.
        SentAlready: it was saved before.
        Changed: one of the facts ``watched``, or what ``still`` reads, has changed since the page
            was shown.
    """
    same_patient(course, shown)
    Course.objects.select_for_update(of=("self",)).get(pk=course.pk)
    _, fresh = SentForm.objects.get_or_create(
        nonce=shown.nonce, defaults={"course": course, "sent_at": now, "sent_by": by}
    )
    if not fresh:
        raise SentAlready
    if watched and version_of(dossier.load_one(course), watched) != shown.version:
        raise Changed
    if still is not None and still() != shown.version:
        raise Changed
    # The change itself speaks to the trail; that a form was sent is nothing that happened.
    trail.unchanged()

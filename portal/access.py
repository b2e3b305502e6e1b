"""Who looks at the patient's pages: by password, or for a short while by task link.

A session that a link opened reaches the next step, the task and its follow-up pages only. It ends
after 30 idle minutes, at once when the patient is locked (L3), and begins with a new session key.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import logout
from django.http import HttpRequest

from people import links
from people import queries as people

LINK_IDLE = timedelta(minutes=30)
# However busy: after two hours the birth date is asked again.
LINK_AT_MOST = timedelta(hours=2)
_PATIENT = "portal_patient"
_UNTIL = "portal_until"
_BEGAN = "portal_began"


@dataclass(frozen=True, slots=True)
class Access:
    """The patient whose pages these are, and whether only a task link vouches for them."""

    patient: people.Patient
    by_link: bool


def grant(request: HttpRequest, link: links.TaskLink, *, now: datetime) -> None:
    """Begin a link session, on a fresh session key; whoever was signed in before is signed out."""
    logout(request)
    request.session.cycle_key()
    request.session[_PATIENT] = str(link.patient.public_id)
    request.session[_BEGAN] = now.timestamp()
    request.session[_UNTIL] = (now + LINK_IDLE).timestamp()


def patient_for(request: HttpRequest, now: datetime) -> Access | None:
    """The patient of this session, or None: nobody, locked, or too long idle.

    A password counts before a link; a member of staff is never a patient by a link left over.
    """
    if request.user.is_authenticated:
        patient = people.patient_of(request.user)
        return Access(patient, by_link=False) if patient is not None else None
    named, until = request.session.get(_PATIENT), request.session.get(_UNTIL, 0)
    if named is None:
        return None
    moment = now.timestamp()
    too_old = moment - request.session.get(_BEGAN, 0) > LINK_AT_MOST.total_seconds()
    patient = people.patient_by_public_id(uuid.UUID(named))
    if moment > until or too_old or patient is None or _shut_since(request, patient):
        request.session.flush()
        return None
    request.session[_UNTIL] = (now + LINK_IDLE).timestamp()
    return Access(patient, by_link=True)


def _shut_since(request: HttpRequest, patient: people.Patient) -> bool:
    """Whether the account was locked after this session began, if only for a while (L3)."""
    since = patient.sessions_from
    return since is not None and request.session.get(_BEGAN, 0) <= since.timestamp()

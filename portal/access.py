"""Who looks at the patient's pages: by password, or for a short while by task link.

A session that a link opened reaches the task and its follow-up pages only. It ends after 30 idle
minutes, at once when the patient is locked (L3), and begins with a new session key.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from audit import trail
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
    if moment > until or too_old or patient is None:
        request.session.flush()
        return None
    request.session[_UNTIL] = (now + LINK_IDLE).timestamp()
    return Access(patient, by_link=True)


@method_decorator(login_not_required, name="dispatch")
class PatientPage(View):
    """A page of the signed-in patient. ``task_page`` ones also open for a task link's session.

    The clock is read here, once a request. Every look is written to the access log (A1).
    """

    task_page = False
    tab = ""
    access: Access
    now: datetime

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let the patient in, or say how to get in."""
        self.now = datetime.now(tz=UTC)
        found = patient_for(request, self.now)
        if found is None:
            return _turned_away(request)
        if found.by_link and not self.task_page:
            return render(request, "portal/sign_in_first.html", self.context_for(found))
        self.access = found
        trail.saw(
            found.patient,
            page=request.resolver_match.view_name if request.resolver_match else "portal",
            now=self.now,
            patient=found.patient.public_id,
            clinic=found.patient.clinic.slug,
        )
        return super().dispatch(request, *args, **kwargs)

    @property
    def patient(self) -> people.Patient:
        """Whose page it is."""
        return self.access.patient

    def context_for(self, access: Access) -> dict[str, object]:
        """What the portal's frame needs."""
        clinic = access.patient.clinic
        return {
            "clinic_name": clinic.name,
            "clinic_phone": clinic.phone,
            "zone": access.patient.zone,
            "now": self.now,
            "help_url": reverse("portal:help"),
            "by_link": access.by_link,
            "tabs": [] if access.by_link else _tabs(self.tab),
        }

    def show(self, template: str, status: int = 200, **context: object) -> HttpResponse:
        """Render a page inside the portal's frame."""
        frame = self.context_for(self.access)
        return render(self.request, template, {**frame, **context}, status=status)


def _turned_away(request: HttpRequest) -> HttpResponseBase:
    if request.user.is_authenticated:
        if people.places_of(request.user) or request.user.is_staff:
            raise Http404
        logout(request)
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    return redirect("account_login")


def _tabs(current: str) -> list[dict[str, object]]:
    names = (
        ("home", _("Home"), "home"),
        ("results", _("Results"), "chart"),
        ("messages", _("Messages"), "message"),
        ("help", _("Help"), "help"),
    )
    return [
        {"label": label, "url": reverse(f"portal:{name}"), "icon": icon, "current": name == current}
        for name, label, icon in names
    ]

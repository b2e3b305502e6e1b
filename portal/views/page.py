"""What every page of the patient shares: the door, the clock, the access log and the frame."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from audit import trail
from messaging import own_queries
from messaging.rendering import language_for
from people import queries as people
from people.guardian_queries import guardian_of
from portal.access import Access, patient_for


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
            with translation.override(spoken_by(found.patient)):
                return render(request, "portal/sign_in_first.html", self.context_for(found))
        self.access = found
        trail.saw(
            found.patient,
            page=request.resolver_match.view_name if request.resolver_match else "portal",
            now=self.now,
            patient=found.patient.public_id,
            clinic=found.patient.clinic.slug,
        )
        with translation.override(spoken_by(found.patient)):
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
            "access_known": not access.by_link,
            "tabs": []
            if access.by_link
            else _tabs(self.tab, own_queries.unread(access.patient, now=self.now)),
        }

    def show(self, template: str, status: int = 200, **context: object) -> HttpResponse:
        """Render a page inside the portal's frame."""
        frame = self.context_for(self.access)
        return render(self.request, template, {**frame, **context}, status=status)


def spoken_by(patient: people.Patient) -> str:
    """The language of the patient's pages: the same as that of the messages."""
    return language_for(patient.language)


def _turned_away(request: HttpRequest) -> HttpResponseBase:
    if request.user.is_authenticated:
        # A guardian is nobody's patient: of these pages there is none for them (see views.family).
        if people.places_of(request.user) or request.user.is_staff or guardian_of(request.user):
            raise Http404
        logout(request)
        # They have just shown a password that was right; nobody else learns it.
        messages.info(request, _("Your page is locked. Choose “I cannot get in any more” below."))
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    return redirect("account_login")


def _tabs(current: str, unread: int) -> list[dict[str, object]]:
    names = (
        ("home", _("Home"), "home"),
        ("results", _("Results"), "chart"),
        ("messages", _("Messages"), "message"),
        ("help", _("Help"), "help"),
    )
    return [
        {
            "label": label,
            "url": reverse(f"portal:{name}"),
            "icon": icon,
            "current": name == current,
            "new": unread if name == "messages" else 0,
        }
        for name, label, icon in names
    ]

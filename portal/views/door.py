"""Ways in and out: the front door, the task link, the quick exit."""

from __future__ import annotations

from datetime import UTC, datetime

from allauth.account.adapter import get_adapter
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.decorators import method_decorator
from django.views import View

from monitoring.actions import inbox
from monitoring.queries.due_items import asks_for_check_in
from people import links
from people import queries as people
from people.guardian_queries import guardian_of
from portal.access import grant, patient_for
from portal.forms.door import BirthDateForm

# Where "Exit this page" leads: a page that anybody may have open.
_ELSEWHERE = "https://www.wikipedia.org/"


@method_decorator(login_not_required, name="dispatch")
class Front(View):
    """The bare address: everybody is sent to where they belong."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Staff to the clinic's pages, patients to theirs, everybody else to the sign-in."""
        found = patient_for(request, datetime.now(tz=UTC))
        if found is not None:
            return redirect("portal:check-in" if found.by_link else "portal:home")
        if request.user.is_authenticated:
            if people.places_of(request.user):
                try:
                    return redirect("clinic:today")
                except NoReverseMatch:
                    return redirect("admin:index")
            if request.user.is_staff:
                return redirect("admin:index")
            if guardian_of(request.user):
                return redirect("portal:family")
            logout(request)
        return redirect("account_login")


@method_decorator(login_not_required, name="dispatch")
class TaskLinkDoor(View):
    """A link from a message. Looking at it spends nothing (L1); the birth date opens it (L2).

    A wrong link and a wrong date get the same page, so that neither can be tried out.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """The form, for any token whatever."""
        return self._page(request, BirthDateForm())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Open the link, or say that it does not match."""
        form = BirthDateForm(request.POST)
        if not form.is_valid():
            return self._page(request, form)
        now = datetime.now(tz=UTC)
        origin = links.origin_of(get_adapter().get_client_ip(request))
        try:
            link = links.open_link(
                token, born=form.cleaned_data["born"], origin_hash=origin, now=now
            )
        except links.LinkRefused:
            if links.is_limited(origin, now=now):
                return render(request, "portal/door_limit.html", status=429)
            return self._page(request, form, refused=True)
        grant(request, link, now=now)
        inbox.read(link.patient, about=link.about, now=now)
        # A reminder of the check-in opens it; any other opens the page that says what is next.
        return redirect("portal:check-in" if asks_for_check_in(link.about) else "portal:home")

    def _page(
        self, request: HttpRequest, form: BirthDateForm, *, refused: bool = False
    ) -> HttpResponse:
        context = {"form": form, "refused": refused, "sign_in_url": reverse("account_login")}
        return render(request, "portal/door.html", context)


@method_decorator(login_not_required, name="dispatch")
class Leave(View):
    """ "Exit this page": sign out and go somewhere that says nothing (UX-13)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Works as a plain link, because it must work at once."""
        logout(request)
        return redirect(_ELSEWHERE)

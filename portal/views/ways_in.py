"""Getting in anew, and shutting everything: recovery, the link it sends, a new password, the lock.

GET changes nothing on any of these pages, and none of them tells whether somebody is known.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from allauth.account.adapter import get_adapter
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View

from monitoring.actions import locking, ways_in
from people import links, sign_in
from portal.forms.door import BirthDateForm
from portal.forms.ways_in import LockForm, PasswordForm, RecoverForm
from portal.views.page import PatientPage

# After the birth date: how long a new password may be chosen in the same browser.
_LASTS = timedelta(minutes=15)
_WHO, _UNTIL = "way_in_who", "way_in_until"
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@method_decorator(login_not_required, name="dispatch")
class Recover(View):
    """Nothing works any more: name one way of reaching you, and a link goes to the other."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The two questions."""
        return _page(request, "portal/recover.html", form=RecoverForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """The same answer whoever it is."""
        form = RecoverForm(request.POST)
        if not form.is_valid():
            return _page(request, "portal/recover.html", form=form, status=422)
        now = datetime.now(tz=UTC)
        if not ways_in.ask(**form.cleaned_data, origin_hash=_origin(request), now=now):
            return render(request, "portal/door_limit.html", status=429)
        return _page(request, "portal/recover_sent.html")


@method_decorator(login_not_required, name="dispatch")
class SignInLinkDoor(View):
    """A link to choose a new password. Looking spends nothing (L1); the birth date opens it."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """The form, for any token whatever."""
        return self._form(request, BirthDateForm())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Use it up, or say that it does not match."""
        form = BirthDateForm(request.POST)
        if not form.is_valid():
            return self._form(request, form, status=422)
        now, origin = datetime.now(tz=UTC), _origin(request)
        try:
            link = sign_in.open_link(
                token, born=form.cleaned_data["born"], origin_hash=origin, now=now
            )
        except sign_in.Refused:
            if links.is_limited(origin, now=now):
                return render(request, "portal/door_limit.html", status=429)
            return self._form(request, form, refused=True)
        logout(request)
        request.session.cycle_key()
        request.session[_WHO] = sign_in.name_of(link)
        request.session[_UNTIL] = (now + _LASTS).timestamp()
        return redirect("portal:new-password")

    def _form(
        self, request: HttpRequest, form: BirthDateForm, *, refused: bool = False, status: int = 200
    ) -> HttpResponse:
        return _page(request, "portal/sign_in_link.html", form=form, refused=refused, status=status)


@method_decorator(login_not_required, name="dispatch")
class NewPassword(View):
    """Right after the link: a new password, and one is in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form, or the way back where no link was opened here."""
        if self._person(request) is None:
            return redirect("portal:recover")
        return _page(request, "portal/new_password.html", form=PasswordForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it and sign in."""
        person = self._person(request)
        if person is None:
            return redirect("portal:recover")
        form = PasswordForm(request.POST)
        if not form.is_valid():
            return _page(request, "portal/new_password.html", form=form, status=422)
        now = datetime.now(tz=UTC)
        try:
            ways_in.choose_password(person, password=form.cleaned_data["password"], now=now)
        except sign_in.NoAddress:
            return _page(request, "portal/new_password.html", form=form, no_address=True)
        del request.session[_WHO]
        login(request, sign_in.user_of(person), backend=_BACKEND)
        return redirect("portal:front")

    def _person(self, request: HttpRequest) -> sign_in.Person | None:
        if datetime.now(tz=UTC).timestamp() > request.session.get(_UNTIL, 0):
            return None
        return sign_in.person_named(request.session.get(_WHO, ""))


class Lock(PatientPage):
    """ "I lost my phone": everything that was handed out ends at once."""

    # From a borrowed device a task link may be all there is.
    task_page = True
    tab = "help"

    def get(self, request: HttpRequest) -> HttpResponse:
        """What it does, and one button."""
        return self.show("portal/lock.html", form=LockForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Shut everything, this session too."""
        form = LockForm(request.POST)
        if not form.is_valid():
            return self.show("portal/lock.html", form=form, status=422)
        lost = locking.Lost(form.cleaned_data["lost"])
        locking.lock(self.patient, lost=lost, by=self.patient, now=self.now)
        answer = self.show("portal/locked.html", tabs=[])
        logout(request)
        return answer


def _origin(request: HttpRequest) -> str:
    return links.origin_of(get_adapter().get_client_ip(request))


def _page(
    request: HttpRequest, template: str, *, status: int = 200, **context: object
) -> HttpResponse:
    shared = {"sign_in_url": reverse("account_login")}
    return render(request, template, {**shared, **context}, status=status)

"""Passkeys: sign in with a finger, a face or the lock of the phone instead of a password."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from people.actions import passkeys
from people.passkey_queries import passkeys_of
from portal.views.page import PatientPage
from portal.views.reach import device_label


class Passkeys(PatientPage):
    """Those there are. Adding one asks for the password again, removing one does too."""

    tab = "help"

    @method_decorator(reauthentication_required)
    def get(self, request: HttpRequest) -> HttpResponse:
        """The list, and a button that asks the device for a new one."""
        return self._page()

    @method_decorator(reauthentication_required)
    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep what the device made, or forget one."""
        user: Any = request.user  # signed in, or nobody's patient
        if "remove" in request.POST:
            number = request.POST["remove"]
            known = number.isdecimal() and len(number) < 10
            if not known or not passkeys.remove(self.patient, user, int(number), now=self.now):
                raise Http404
            return redirect("portal:passkeys")
        label = device_label(request.headers.get("User-Agent", "")) or _("A device")
        sent = {"name": label, "passwordless": "on", "credential": request.POST.get("credential")}
        form = AddWebAuthnForm(sent, user=user)
        if not form.is_valid():
            return self._page(status=422, sorry=_("That did not work. Please try again."))
        try:
            passkeys.add(
                self.patient,
                user,
                label=label,
                credential=form.cleaned_data["credential"],
                now=self.now,
            )
        except passkeys.TooMany:
            return self._page(status=422, sorry=_("You have five passkeys. Remove one first."))
        return redirect("portal:passkeys")

    def _page(self, *, status: int = 200, sorry: str = "") -> HttpResponse:
        user: Any = self.request.user
        return self.show(
            "portal/passkeys.html",
            status=status,
            sorry=sorry,
            options=auth.begin_registration(user, passwordless=True),
            rows=passkeys_of(user),
        )

"""The choice of language, for everybody outside."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.decorators import method_decorator
from django.views import View
from django.views.i18n import set_language

from people.actions.guardians import speak_to
from people.actions.patients import choose_language
from people.guardian_queries import guardian_of
from portal.access import patient_for


@method_decorator(login_not_required, name="dispatch")
class ChooseLanguage(View):
    """Kept in a cookie before the sign-in, and with the patient after it: messages follow."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Choose, and go back to the page it was chosen on."""
        chosen = request.POST.get("language", "")
        if chosen not in dict(settings.LANGUAGES):
            return HttpResponseBadRequest()
        now = datetime.now(tz=UTC)
        found = patient_for(request, now)
        if found is not None:
            choose_language(found.patient, language=chosen, by=found.patient, now=now)
        elif request.user.is_authenticated and (guardian := guardian_of(request.user)):
            speak_to(guardian, language=chosen, now=now)
        return set_language(request)

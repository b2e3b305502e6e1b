"""Writing to the clinic."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from monitoring.actions import letters
from portal import wording
from portal.forms.letters import LetterForm
from portal.views.page import PatientPage
from protocol import crisis


class Write(PatientPage):
    """A message in the patient's own words. What cannot wait for an answer stands above the box."""

    tab = "messages"

    def get(self, request: HttpRequest) -> HttpResponse:
        """An empty box."""
        return self._page(LetterForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send it once, and show it among the messages."""
        form = LetterForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        try:
            letters.write(self.patient, now=self.now, **form.cleaned_data)
        except letters.TooManyWaiting:
            form.add_error(
                "text", _("Your clinic still has some of your messages to answer. Please call.")
            )
            return self._page(form, status=422)
        return redirect("portal:messages")

    def _page(self, form: LetterForm, status: int = 200) -> HttpResponse:
        country = self.patient.country or self.patient.clinic.country
        return self.show(
            "portal/write.html",
            form=form,
            longest=letters.LONGEST,
            emergency=wording.crisis_lines((crisis.emergency_number(country),)),
            status=status,
        )

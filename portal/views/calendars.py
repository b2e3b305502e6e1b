"""The patient's dates in their own calendar, by a secret address that they can renew or end."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from monitoring import calendar_text
from monitoring.actions import calendar_feeds
from monitoring.queries.calendar_feeds import feed, given
from portal.views.page import PatientPage


class CalendarPage(PatientPage):
    """Get the address, renew it, give it up. It is shown once, right after it was made."""

    tab = "messages"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Whether there is an address, and the new one where it was just made."""
        return self._page()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make or renew the address, or end it."""
        match request.POST.get("do"):
            case "give":
                token = calendar_feeds.give(self.patient, now=self.now)
                path = reverse("portal:calendar-file", args=[token])
                # In the answer itself: neither the session nor an address keeps it.
                return self._page(address=settings.SITE_URL + path)
            case "end":
                calendar_feeds.give_up(self.patient, now=self.now)
                return redirect("portal:calendar")
        return self._page(status=422)

    def _page(self, *, status: int = 200, address: str = "") -> HttpResponse:
        return self.show(
            "portal/calendar.html",
            status=status,
            given=given(self.patient),
            address=address,
            # Telephones open their calendar for this scheme.
            subscribe=address.replace("https://", "webcal://").replace("http://", "webcal://"),
        )


@login_not_required
@require_safe
def calendar_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file that a calendar asks for. Wrong and ended addresses look the same."""
    patient = calendar_feeds.ask(token, now=datetime.now(tz=UTC))
    if patient is None:
        raise Http404
    content = calendar_text.as_icalendar(feed(patient))
    etag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["ETag"] = etag
    answer["Content-Disposition"] = 'inline; filename="dates.ics"'
    return get_conditional_response(request, etag=etag, response=answer) or answer

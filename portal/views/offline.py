"""The portal as an app on a phone, and what it shows without a connection.

Nothing private is kept on a device but the next dates, and those only after the patient said so.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from audit import trail
from monitoring import portal_queries
from portal import home_cards, wording
from portal.access import patient_for
from portal.views.page import spoken_by
from protocol import crisis

_SHEET, _BRAND = "#ffffff", "#0f5f7d"


@method_decorator(login_not_required, name="dispatch")
class Offline(View):
    """Whom to call, by country; with ``?dates=1`` the next dates of whoever is signed in.

    A device keeps a copy of it. It names neither patient nor clinic.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page to be kept."""
        now = datetime.now(tz=UTC)
        access = patient_for(request, now)
        if access is None:
            return self._page(request, country="", coming=(), now=now, zone="UTC")
        patient = access.patient
        coming: tuple[home_cards.Coming, ...] = ()
        with translation.override(spoken_by(patient)):
            if request.GET.get("dates") == "1" and not access.by_link:
                trail.saw(
                    patient,
                    page="portal:offline",
                    now=now,
                    patient=patient.public_id,
                    clinic=patient.clinic.slug,
                )
                coming = home_cards.cards_for(portal_queries.home(patient, now=now)).coming
            country = patient.country or patient.clinic.country
            return self._page(request, country=country, coming=coming, now=now, zone=patient.zone)

    def _page(
        self,
        request: HttpRequest,
        *,
        country: str,
        coming: tuple[home_cards.Coming, ...],
        now: datetime,
        zone: str,
    ) -> HttpResponse:
        return render(
            request,
            "portal/offline.html",
            {
                "lines": wording.crisis_lines(crisis.crisis_lines(country)),
                "emergency": wording.crisis_lines([crisis.emergency_number(country)]),
                "coming": coming,
                "kept_at": now,
                "zone": zone,
            },
        )


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put the portal on its home screen; the name says nothing."""
    icons = [
        {"src": static(f"img/app-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    icons += [{**icons[1], "purpose": "maskable"}]
    return JsonResponse(
        {
            "id": "/",
            "name": _("My clinic"),
            "short_name": _("My clinic"),
            "start_url": reverse("portal:home"),
            "scope": "/",
            "display": "standalone",
            "background_color": _SHEET,
            "theme_color": _BRAND,
            "icons": icons,
        },
        content_type="application/manifest+json",
    )

"""Guardians: the one page they have, and the page on which the patient sees what they see.

A guardian has no way to any other page of a patient: those ask who the *patient* is, and a guardian
is none. What this page holds is built by ``monitoring.queries.guardian`` and nothing else.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.views import View

from audit import trail
from messaging.rendering import language_for
from monitoring.queries.guardian import seen_by_guardian
from people import guardian_queries
from people.actions import guardians
from people.guardian_queries import GuardianRow
from people.guardianship import Area, Decider
from portal import wording
from portal.guardian_words import AREAS, RELATIONS
from portal.views.page import PatientPage


@method_decorator(login_not_required, name="dispatch")
class Family(View):
    """What the clinic, and where it is theirs to say the patient, let this guardian see."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """One part for each child; each look is in that patient's log."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        guardian = guardian_queries.guardian_of(request.user)
        if guardian is None:
            raise Http404
        now = datetime.now(tz=UTC)
        sights = guardian_queries.sights_of(guardian, now=now)
        for sight in sights:
            trail.saw(
                guardian,
                page="portal:family",
                now=now,
                patient=sight.patient.public_id,
                clinic=sight.patient.clinic.slug,
            )
        views = [
            (sight.patient.given_name or sight.patient.full_name, sight.areas, seen)
            for sight in sights
            for seen in [seen_by_guardian(sight.patient, sight.areas, now=now)]
        ]
        with translation.override(language_for(guardian.language)):
            return render(
                request,
                "portal/family.html",
                {
                    "clinic_name": guardian.clinic.name,
                    "clinic_phone": guardian.clinic.phone,
                    "name": guardian.name,
                    "wards": [
                        {
                            "name": name,
                            "areas": areas,
                            "seen": seen,
                            "results": [wording.result(row) for row in seen.results or ()],
                        }
                        for name, areas, seen in views
                    ],
                    "sign_out_url": reverse("account_logout"),
                },
            )


class Guardians(PatientPage):
    """Who else sees some of the record, what of it, and whose word that takes."""

    tab = "help"

    def get(self, request: HttpRequest) -> HttpResponse:
        """As it stands today."""
        found = guardian_queries.guardians_of(self.patient, now=self.now)
        return self.show(
            "portal/guardians.html",
            rows=[(row, RELATIONS[row.relation], _shown(row)) for row in found.rows],
            mine=found.decider is Decider.PATIENT,
            of_age=found.decider is Decider.NOBODY,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Yes or no to one of them, where it is the patient's to say."""
        answer = request.POST.get("do")
        if answer not in {"share", "stop"}:
            return self.get(request)
        try:
            public_id = uuid.UUID(request.POST.get("who", ""))
            guardians.agree(self.patient, public_id, yes=answer == "share", now=self.now)
        except (ValueError, guardians.NoSuchGuardianship, guardians.NotAllowed):
            raise Http404 from None
        return redirect("portal:guardians")


def _shown(row: GuardianRow) -> list[str | Promise]:
    """What they see if the patient says yes; what they see now where they do."""
    return [AREAS[area] for area in Area if area in (row.open or row.areas)]

"""The patient's first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from monitoring import portal_queries
from portal import home_cards
from portal.views.page import PatientPage


class Home(PatientPage):
    """The next thing to do, and only then the rest."""

    # A reminder's link leads here: the next thing to do is this page.
    task_page = True

    tab = "home"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Cards for where the course stands."""
        found = portal_queries.home(self.patient, now=self.now)
        return self.show(
            "portal/home.html",
            name=self.patient.given_name or self.patient.family_name,
            home=found,
            cards=home_cards.cards_for(found),
        )

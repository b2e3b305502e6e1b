"""Who looked at the record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from audit import queries as audit
from people.queries import roles_of
from portal import look_words
from portal.views.page import PatientPage

_ROWS = 20


class Looks(PatientPage):
    """Reads of the record, newest first: the clinic's, or the patient's own (SEC-17)."""

    tab = "help"

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of them."""
        own = request.GET.get("who") == "me"
        number = request.GET.get("page", "")
        found = audit.looks(
            self.patient.public_id,
            own=own,
            zone=self.patient.zone,
            page=int(number) if number.isdecimal() and len(number) < 6 else 1,
            size=_ROWS,
        )
        roles = roles_of(look_words.user_ids(found.rows), self.patient.clinic_id)
        return self.show(
            "portal/looks.html", own=own, found=found, rows=look_words.words(found.rows, roles)
        )

"""Results, messages and help."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from messaging import own_queries
from monitoring import portal_queries
from monitoring.actions import inbox
from monitoring.queries import reading
from monitoring.queries.documents import shared_with
from monitoring.queries.letters import letters_of
from portal import wording
from portal.note_words import letter_words, note_words
from portal.views.page import PatientPage
from protocol import crisis


class Results(PatientPage):
    """The newest results in words and on a line (UX-11)."""

    tab = "results"

    def get(self, request: HttpRequest) -> HttpResponse:
        """One card a result."""
        rows = portal_queries.results(self.patient, now=self.now)
        return self.show("portal/results.html", rows=[wording.result(row) for row in rows])


class Messages(PatientPage):
    """What was written on both sides, and the inbox: whatever was meant to be sent (G6)."""

    tab = "messages"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Newest first."""
        rows = own_queries.inbox(self.patient, now=self.now)
        return self.show(
            "portal/messages.html",
            letters=[letter_words(row) for row in letters_of(self.patient)],
            rows=[wording.message(row) for row in rows],
            notes=[note_words(row) for row in reading.notes_to(self.patient)],
            new=any(row.new for row in rows),
            new_documents=sum(row.opened_at is None for row in shared_with(self.patient)),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """The patient says that they have read it; looking alone changes nothing."""
        inbox.read(self.patient, now=self.now)
        return redirect("portal:messages")


class Help(PatientPage):
    """Whom to call, also from a task link."""

    task_page = True
    tab = "help"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The clinic, the emergency number and the crisis lines of the patient's country."""
        country = self.patient.country or self.patient.clinic.country
        return self.show(
            "portal/help.html",
            emergency=wording.crisis_lines((crisis.emergency_number(country),)),
            lines=wording.crisis_lines(crisis.crisis_lines(country)),
        )

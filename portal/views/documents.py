"""What the clinic has shared with the patient, to open and keep."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse

from look.files import to_save
from monitoring.actions.documents import opened
from monitoring.queries.documents import document_for, shared_with
from people.queries import NotFound
from portal.views.page import PatientPage


class Documents(PatientPage):
    """The list, newest first. Password only: a letter may say anything."""

    tab = "messages"

    def get(self, request: HttpRequest) -> HttpResponse:
        """What there is, and what has not been opened yet."""
        return self.show("portal/documents.html", rows=shared_with(self.patient))


class Document(PatientPage):
    """One document, as a file to save."""

    tab = "messages"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The file; the first time is the receipt that the clinic sees."""
        try:
            row = document_for(self.patient, public_id)
        except NotFound:
            raise Http404 from None
        opened(row, by=self.patient, now=self.now)
        return to_save(row.body, kind=row.kind)

"""What was sent, what waits and why not; and choosing the clinic one works in."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic.rows import message_row
from clinic.views.base import StaffPage
from messaging.actions import handling
from messaging.queries import ledger, needs_a_person
from people.permissions import Permission
from people.queries import members_of


class Messages(StaffPage):
    """The ledger of the clinic's messages, newest first."""

    need = Permission.READ_MESSAGES
    current = "messages"
    template_name = "clinic/messages.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of the ledger."""
        return self.page(
            broken=[message_row(row) for row in needs_a_person(clinic=self.place.slug)],
            rows=[message_row(row) for row in ledger(clinic=self.place.slug, limit=100)],
        )


class SettleMessage(StaffPage):
    """Somebody has reached the patient another way: the message leaves the list."""

    need = Permission.RECORD_CARE

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Note who and how."""
        note = request.POST.get("note", "").strip()[:200] or "reached another way"
        try:
            handling.handle(
                public_id, clinic_id=self.place.clinic_id, note=note, by=self.user, now=self.now
            )
        except handling.NothingToHandle:
            raise Http404 from None
        return redirect("clinic:messages")


class ChooseClinic(StaffPage):
    """Work in another clinic of one's own."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Remember the choice for this session; a foreign clinic changes nothing."""
        slug = request.POST.get("clinic", "")
        if slug in {place.slug for place in self.places}:
            request.session["clinic"] = slug
        return redirect("clinic:today")


class Team(StaffPage):
    """Who works in the clinic, for its administrator; changes are made in the console."""

    need = Permission.EDIT_STAFF
    current = "team"
    template_name = "clinic/team.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Members with their roles and whether their second factor is set up."""
        return self.page(members=members_of(self.place))

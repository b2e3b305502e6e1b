"""What patients have written: who takes it on, and the answer."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from audit import trail
from clinic.forms.letters import AnswerForm
from clinic.views.base import StaffPage
from monitoring.actions import letters
from monitoring.queries import letters as reading
from people.permissions import Permission
from people.queries import patient_for, patient_row


class Letters(StaffPage):
    """What waits for an answer, and what was answered last; the words stand on the next page."""

    need = Permission.READ_SENSITIVE
    current = "messages"
    template_name = "clinic/letters.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Nobody's first, then the oldest."""
        waiting, answered = reading.to_answer(self.place), reading.answered(self.place)
        trail.saw_many(
            self.user,
            page="messages from patients",
            now=self.now,
            patients=sorted({row.patient.public_id for row in (*waiting, *answered)}),
            clinic=self.place.slug,
        )
        return self.page(waiting=waiting, answered=answered, title_count=len(waiting))


class OneLetter(StaffPage):
    """One message from a patient: read it, take it on, answer it."""

    need = Permission.READ_SENSITIVE
    current = "messages"
    template_name = "clinic/letter.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Its words. Looking at it takes nothing on, and tells the patient nothing."""
        return self._page(self._letter(public_id), AnswerForm(today=self.today))

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Take it on, or answer."""
        letter = self._letter(public_id)
        if not self.place.may(Permission.RECORD_CARE):
            raise PermissionDenied
        form = AnswerForm(request.POST, today=self.today)
        name = letter.patient.full_name
        try:
            if "take" in request.POST:
                letters.take(letter, by=self.user, now=self.now)
                messages.success(request, f"You have taken on the message from {name}")
                return redirect("clinic:letter", public_id)
            if not form.is_valid():
                return self._page(letter, form, status=422)
            letters.answer(letter, text=form.cleaned_data["answer"], by=self.user, now=self.now)
        except letters.AlreadyAnswered:
            messages.info(request, "It has been answered already. Nothing more was sent.")
            return redirect("clinic:letter", public_id)
        messages.success(request, f"Answered: {name} gets a notice")
        return redirect("clinic:letters")

    def _letter(self, public_id: uuid.UUID) -> Any:
        whose = reading.patient_of_letter(public_id)
        patient = patient_for(
            self.user, whose, need=self.need, page="message from patient", now=self.now
        )
        return reading.letter_of(patient, public_id)

    def _page(self, letter: Any, form: AnswerForm, status: int = 200) -> HttpResponse:
        return self.page(
            letter=letter,
            patient=patient_row(letter.patient),
            form=form,
            mine=letter.taken_by == self.user,
            may_answer=self.place.may(Permission.RECORD_CARE),
            search_url="",
            status=status,
        )

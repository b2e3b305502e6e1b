"""Taking on an open concern, and settling it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic import wording
from clinic.forms.treatment import ConcernForm
from clinic.rows import banner_row
from clinic.views.base import StaffPage
from courses.queries import course_for
from monitoring.actions import escalations
from monitoring.queries.concerns import concern_of
from monitoring.queries.course_page import banner_of
from people.permissions import Permission


class Concern(StaffPage):
    """One open concern: take it on at once, close it when it is settled."""

    need = Permission.RECORD_CARE
    current = "today"
    template_name = "clinic/concern.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID, concern: uuid.UUID) -> HttpResponse:
        """What is known, and who has it."""
        return self._page(public_id, concern, ConcernForm(today=self.today))

    def post(self, request: HttpRequest, public_id: uuid.UUID, concern: uuid.UUID) -> HttpResponse:
        """Acknowledge or close."""
        course = self._course(public_id)
        row = concern_of(course, concern)
        form = ConcernForm(request.POST, today=self.today)
        try:
            if "take" in request.POST:
                escalations.acknowledge(row, by=self.user, now=self.now)
                messages.success(request, f"You have taken on {course.patient.full_name}")
                return redirect("clinic:concern", public_id, concern)
            if not form.is_valid():
                return self._page(public_id, concern, form, status=422)
            escalations.close(row, outcome=form.cleaned_data["outcome"], by=self.user, now=self.now)
        except escalations.AlreadySettled:
            messages.info(request, "Somebody else has taken this on.")
        else:
            messages.success(request, f"Saved for {course.patient.full_name}")
        return redirect("clinic:course", public_id)

    def _course(self, public_id: uuid.UUID) -> Any:
        return course_for(self.user, public_id, need=self.need, page="concern", now=self.now)

    def _page(
        self, public_id: uuid.UUID, concern: uuid.UUID, form: ConcernForm, status: int = 200
    ) -> HttpResponse:
        course = self._course(public_id)
        row = concern_of(course, concern)
        back = reverse("clinic:course", args=[public_id])
        return self.page(
            form=form,
            banner=banner_row(banner_of(course, now=self.now), url=back, today=self.today),
            back=back,
            title=wording.CONCERNS[row.kind],
            reasons=[wording.concern_reason(code) for code in row.reasons],
            raised_at=row.raised_at,
            taken_by=str(row.acknowledged_by or ""),
            taken_at=row.acknowledged_at,
            closed_at=row.closed_at,
            outcome=row.outcome,
            status=status,
        )

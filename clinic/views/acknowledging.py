"""Reading one specimen's results and saying what happens next (UX-06, LAB-8)."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic import wording
from clinic.course_rows import result_row
from clinic.forms.treatment import AcknowledgeForm
from clinic.rows import banner_row
from clinic.views.base import StaffPage
from courses.queries import course_for
from monitoring.actions import acknowledging, confirming
from monitoring.queries import results
from monitoring.queries.course_page import course_page
from people.permissions import Permission


class Acknowledge(StaffPage):
    """Read a specimen's results and say what happens next (UX-06, LAB-8)."""

    need = Permission.ACKNOWLEDGE_RESULT
    current = "results"
    template_name = "clinic/acknowledge.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID, specimen: uuid.UUID) -> HttpResponse:
        """The results with ranges, tiers and the last values."""
        return self._page(public_id, specimen, AcknowledgeForm(today=self.today))

    def post(self, request: HttpRequest, public_id: uuid.UUID, specimen: uuid.UUID) -> HttpResponse:
        """Confirm doubtful values, or acknowledge with an action and a plan."""
        course = self._course(public_id)
        row = results.specimen_of(course, specimen)
        if "confirm" in request.POST:
            for observation in results.held_of(row):
                confirming.confirm(observation, course=course, by=self.user, now=self.now)
            messages.success(request, f"Values confirmed for {course.patient.full_name}")
            return redirect("clinic:acknowledge", public_id, specimen)
        form = AcknowledgeForm(request.POST, today=self.today)
        if not form.is_valid():
            return self._page(public_id, specimen, form, status=422)
        acknowledging.acknowledge(
            row, course=course, by=self.user, now=self.now, **form.cleaned_data
        )
        messages.success(request, f"Saved for {course.patient.full_name}")
        return redirect("clinic:course", public_id)

    def _course(self, public_id: uuid.UUID) -> Any:
        return course_for(self.user, public_id, need=self.need, page="result", now=self.now)

    def _page(
        self, public_id: uuid.UUID, specimen: uuid.UUID, form: AcknowledgeForm, status: int = 200
    ) -> HttpResponse:
        course = self._course(public_id)
        results.specimen_of(course, specimen)
        found = course_page(course, now=self.now)
        drawn = next((s for s in found.specimens if s.public_id == str(specimen)), None)
        back = reverse("clinic:course", args=[public_id])
        return self.page(
            form=form,
            banner=banner_row(found.banner, url=back, today=self.today),
            back=back,
            collected_on=drawn.collected_on if drawn else None,
            rows=[result_row(graded) for graded in drawn.results] if drawn else [],
            to_confirm=bool(drawn and drawn.to_confirm),
            advice=wording.LAB_ACTIONS[found.reading.action.value],
            status=status,
        )

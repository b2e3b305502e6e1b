"""Reading one specimen's results and saying what happens next (UX-06, LAB-8)."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic import wording
from clinic.deciding_rows import decision_row, note_rows, replaced_row, waiting_words
from clinic.forms.deciding import DecisionForm
from clinic.result_rows import result_row
from clinic.rows import banner_row
from clinic.views.base import StaffPage
from courses.queries import course_for
from monitoring.actions import acknowledging, confirming
from monitoring.queries import reading, results
from monitoring.queries.course_page import CoursePage, course_page, planned_supply
from people.permissions import Permission

_REFUSALS: dict[type[Exception], str] = {
    acknowledging.Changed: "Something arrived or was decided since this page was shown. "
    "Read the results as they stand now.",
    acknowledging.StillDoubtful: "Confirm or correct the value first; nothing is decided on it.",
    acknowledging.NotLower: "This dose is not lower than the present one.",
}


class Acknowledge(StaffPage):
    """Read a specimen's results and say what happens next (UX-06, LAB-8)."""

    need = Permission.ACKNOWLEDGE_RESULT
    current = "results"
    template_name = "clinic/acknowledge.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID, specimen: uuid.UUID) -> HttpResponse:
        """The results with ranges, tiers and the last values."""
        return self._page(public_id, specimen)

    def post(self, request: HttpRequest, public_id: uuid.UUID, specimen: uuid.UUID) -> HttpResponse:
        """Confirm doubtful values, or decide: the record changes with the decision."""
        course = self._course(public_id)
        row = results.specimen_of(course, specimen)
        if "confirm" in request.POST:
            waiting = results.held_of(row)
            for observation in waiting:
                confirming.confirm(observation, course=course, by=self.user, now=self.now)
            if waiting:
                messages.success(request, f"Values confirmed for {course.patient.full_name}")
            else:
                messages.warning(request, "They cannot count as sent. Settle them under Results.")
            return redirect("clinic:acknowledge", public_id, specimen)
        form = DecisionForm(request.POST, today=self.today)
        if form.is_valid():
            try:
                acknowledging.acknowledge(
                    row,
                    course=course,
                    action=form.cleaned_data["action"],
                    plan=form.cleaned_data["plan"],
                    step=acknowledging.NextStep(**form.step()),
                    version=form.cleaned_data["version"],
                    by=self.user,
                    now=self.now,
                )
            except tuple(_REFUSALS) as refusal:
                lower = isinstance(refusal, acknowledging.NotLower)
                form.add_error("pattern" if lower else None, _REFUSALS[type(refusal)])
            else:
                messages.success(request, f"Saved for {course.patient.full_name}")
                return redirect("clinic:course", public_id)
        return self._page(public_id, specimen, form, status=422)

    def _course(self, public_id: uuid.UUID) -> Any:
        return course_for(self.user, public_id, need=self.need, page="result", now=self.now)

    def _page(
        self,
        public_id: uuid.UUID,
        specimen: uuid.UUID,
        form: DecisionForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        course = self._course(public_id)
        row = results.specimen_of(course, specimen)
        found = course_page(course, now=self.now)
        drawn = next((s for s in found.specimens if s.public_id == str(specimen)), None)
        back = reverse("clinic:course", args=[public_id])
        review = reading.review_of(course, row)
        if form is None:
            form = DecisionForm(today=self.today, initial=self._initial(found, drawn, review))
        elif review is not None:
            # What is on the page now is what the next press decides on.
            form.data = {**dict(form.data.items()), "version": review.version}
        return self.page(
            form=form,
            banner=banner_row(found.banner, url=back, today=self.today),
            back=back,
            collected_on=drawn.collected_on if drawn else None,
            rows=[result_row(graded) for graded in drawn.results] if drawn else [],
            to_confirm=bool(drawn and drawn.to_confirm),
            advice=wording.LAB_ACTIONS[found.reading.action.value],
            waiting=waiting_words(review, now=self.now) if review else "",
            corrected=bool(review and review.corrected),
            replaced=[replaced_row(each) for each in reading.replaced_in(row)],
            decisions=[decision_row(each) for each in reading.decisions_of(course, specimen=row)],
            notes=note_rows(),
            status=status,
        )

    def _initial(self, found: CoursePage, drawn: Any, review: Any) -> dict[str, Any]:
        """What the rule book proposes, to be changed: the repeat's day and half the dose (5.2)."""
        initial: dict[str, Any] = {"version": review.version if review else ""}
        days = found.reading.repeat_within_days
        if drawn is not None and days is not None:
            initial["repeat_on"] = max(self.today, drawn.collected_on + timedelta(days=days))
        halved = tuple(Decimal(mg) / 2 for mg in planned_supply(found))
        if halved:
            initial["pattern"] = halved
        return initial

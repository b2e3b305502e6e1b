"""Taking on an open concern, and settling it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic import wording
from clinic.deciding_rows import step_row
from clinic.forms.treatment import ConcernForm, StepForm
from clinic.rows import banner_row
from clinic.views.base import StaffPage
from courses.queries import course_for
from look.templatetags.clinical import said_name
from monitoring.actions import escalations, pathway
from monitoring.queries.concerns import concern_of, step_of, steps_of
from monitoring.queries.course_page import banner_of
from people.permissions import Permission

_STEP_REFUSALS: dict[type[Exception], str] = {
    pathway.AlreadySettled: "Somebody else has settled this step.",
    pathway.NotStopped: "Stop the course or put it on hold first; then tick this step off.",
    pathway.ReasonNeeded: "Say why the step is not needed.",
}


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
        if "step" in request.POST:
            return self._settle(course, row, StepForm(request.POST, today=self.today))
        form = ConcernForm(request.POST, today=self.today)
        try:
            if "take" in request.POST:
                escalations.acknowledge(row, by=self.user, now=self.now)
                messages.success(request, f"You have taken on {said_name(course.patient)}")
                return redirect("clinic:concern", public_id, concern)
            if not form.is_valid():
                return self._page(public_id, concern, form, status=422)
            escalations.close(row, outcome=form.cleaned_data["outcome"], by=self.user, now=self.now)
        except escalations.StillOpen:
            form.add_error(None, wording.STILL_OPEN.get(row.kind, wording.STEPS_OPEN))
            return self._page(public_id, concern, form, status=422)
        except escalations.AlreadySettled:
            messages.info(request, "Somebody else has taken this on.")
        else:
            messages.success(request, f"Saved for {said_name(course.patient)}")
        return redirect("clinic:course", public_id)

    def _settle(self, course: Any, row: Any, form: StepForm) -> HttpResponse:
        """Tick one step off, with name and time, or leave it out with the reason."""
        back = redirect("clinic:concern", course.public_id, row.public_id)
        if not form.is_valid():
            messages.info(self.request, "Nothing was saved. Choose the step again.")
            return back
        step = step_of(row, form.cleaned_data["step"])
        try:
            pathway.settle(
                step,
                outcome=form.cleaned_data["outcome"],
                note=form.cleaned_data["note"],
                by=self.user,
                now=self.now,
            )
        except tuple(_STEP_REFUSALS) as refusal:
            messages.warning(self.request, _STEP_REFUSALS[type(refusal)])
        else:
            messages.success(self.request, f"Saved for {said_name(course.patient)}")
        return back

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
            steps=[step_row(each, programme=course.programme) for each in steps_of(row)],
            record_urls=self._links(public_id, row.kind),
            status=status,
        )

    def _links(self, public_id: uuid.UUID, kind: str) -> list[dict[str, str]]:
        """Where what a step asks for is recorded, for those who may."""
        if kind != "pregnancy-test":
            return []
        names = [("contact", "Record the call"), ("test", "Record a test")]
        if self.place.may(Permission.CHANGE_DOSE):
            names += [("hold", "Put on hold"), ("stop", "Stop the course")]
        return [
            {"url": reverse("clinic:record", args=[public_id, name]), "label": label}
            for name, label in names
        ]

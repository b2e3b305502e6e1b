"""Taking on an open concern, and settling it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic import wording
from clinic.deciding_rows import step_row
from clinic.forms.guard import marked
from clinic.forms.treatment import ConcernForm, StepForm
from clinic.views.guarded import CourseFormPage
from courses.queries import course_for
from look.templatetags.clinical import said_name
from monitoring.actions import escalations, pathway
from monitoring.queries.concerns import concern_of, step_of, steps_of, version_of_concern
from people.permissions import Permission

_STEP_REFUSALS: dict[type[Exception], str] = {
    pathway.AlreadySettled: "Somebody else has settled this step.",
    pathway.NotStopped: "Stop the course or put it on hold first; then tick this step off.",
    pathway.ReasonNeeded: "Say why the step is not needed.",
}


class Concern(CourseFormPage):
    """One open concern: take it on at once, close it when it is settled."""

    need = Permission.RECORD_CARE
    current = "today"
    template_name = "clinic/concern.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID, concern: uuid.UUID) -> HttpResponse:
        """What is known, and who has it."""
        return self._page(public_id, concern, ConcernForm(today=self.today))

    def post(self, request: HttpRequest, public_id: uuid.UUID, concern: uuid.UUID) -> HttpResponse:
        """Acknowledge, close, or settle one step."""
        course = self._course(public_id)
        row = concern_of(course, concern)
        if "step" in request.POST:
            return self._settle(course, row, StepForm(request.POST, today=self.today))
        take = "take" in request.POST
        form = ConcernForm({"outcome": "-"} if take else request.POST, today=self.today)

        def change() -> None:
            if take:
                escalations.acknowledge(row, by=self.user, now=self.now)
            else:
                outcome = form.cleaned_data["outcome"]
                escalations.close(row, outcome=outcome, by=self.user, now=self.now)

        if take and row.acknowledged_at is not None and row.acknowledged_by != self.user:
            messages.info(request, f"{row.acknowledged_by} has taken this on.")
            return redirect("clinic:concern", public_id, concern)
        refusals = {
            escalations.StillOpen: wording.STILL_OPEN.get(row.kind, wording.STEPS_OPEN),
            escalations.AlreadySettled: "Somebody else has settled this.",
        }
        saved = self.save(
            course,
            form,
            change,
            refusals=refusals,
            still=lambda: version_of_concern(course, concern),
            then=lambda again: self._saved(course, concern, take=take, again=again),
        )
        if saved is not None:
            return saved
        if take:
            form.data = {}  # what stands above the form is of the other one
        return self._page(public_id, concern, form, sent=not take, status=422)

    def _saved(self, course: Any, concern: uuid.UUID, *, take: bool, again: bool) -> HttpResponse:
        name = said_name(course.patient)
        if take:
            messages.success(self.request, f"You have taken on {name}")
            return redirect("clinic:concern", course.public_id, concern)
        if again:
            messages.info(self.request, f"Saved for {name} already. Nothing was saved twice.")
        else:
            messages.success(self.request, f"Saved for {name}")
        return redirect("clinic:course", course.public_id)

    def _settle(self, course: Any, row: Any, form: StepForm) -> HttpResponse:
        """Tick one step off, with name and time, or leave it out with the reason."""
        back = redirect("clinic:concern", course.public_id, row.public_id)
        # Asked before anything is saved: a step that the concern does not have is not found.
        if form.is_valid():
            step_of(row, form.cleaned_data["step"])

        def change() -> None:
            pathway.settle(
                step_of(row, form.cleaned_data["step"]),
                outcome=form.cleaned_data["outcome"],
                note=form.cleaned_data["note"],
                by=self.user,
                now=self.now,
            )

        def then(again: bool) -> HttpResponse:
            twice = " already. Nothing was saved twice." if again else ""
            messages.success(self.request, f"Saved for {said_name(course.patient)}{twice}")
            return back

        saved = self.save(course, form, change, refusals=_STEP_REFUSALS, then=then)
        if saved is not None:
            return saved
        why = (
            " ".join(map(str, form.non_field_errors()))
            or "Nothing was saved. Choose the step again."
        )
        messages.warning(self.request, why)
        return back

    def _course(self, public_id: uuid.UUID) -> Any:
        return course_for(self.user, public_id, need=self.need, page="concern", now=self.now)

    def _page(
        self,
        public_id: uuid.UUID,
        concern: uuid.UUID,
        form: ConcernForm,
        *,
        sent: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        course = self._course(public_id)
        row = concern_of(course, concern)
        version = version_of_concern(course, concern)
        patient = course.patient.public_id
        top = self.top(course)
        top["guard"] = self.marks(course, version) if sent else marked(patient, version)
        return self.page(
            form=form,
            take_guard=marked(patient, version),
            title=wording.CONCERNS[row.kind],
            reasons=[wording.concern_reason(code) for code in row.reasons],
            raised_at=row.raised_at,
            taken_by=str(row.acknowledged_by or ""),
            taken_at=row.acknowledged_at,
            closed_at=row.closed_at,
            outcome=row.outcome,
            # Each step is a form with a number of its own.
            steps=[
                {**step_row(each, programme=course.programme), "guard": marked(patient, "")}
                for each in steps_of(row)
            ],
            record_urls=self._links(public_id, row.kind),
            status=status,
            **top,
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

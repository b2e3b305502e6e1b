"""Signing a prescription, and recording that it was handed out."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic import wording
from clinic.forms.guard import CHANGED, UNMARKED, GuardForm
from clinic.forms.prescribing import PrescriptionForm, suggestion
from clinic.forms.treatment import DispenseForm
from clinic.previews import pack_rows
from clinic.reasons import REST
from clinic.rows import gate_rows, results_wait
from clinic.views.guarded import CourseFormPage
from courses.actions import dispensing
from courses.queries import course_for, prescription_of
from look.templatetags.clinical import moment_text, said_name
from monitoring.actions import care, prescribing
from monitoring.actions.shown import Changed
from monitoring.queries.course_page import Top, planned_supply, top_of
from monitoring.versions import SIGNING, Seen
from people.permissions import Permission
from protocol.findings import Decision
from protocol.vocabulary import Formulation, Level

_PICK_UP_REFUSALS: dict[type[Exception], str] = {
    dispensing.NothingToDispense: "This pick-up is recorded already. Go back to the course to see "
    "who handed it out and when.",
}


class Sign(CourseFormPage):
    """The gate for the eye, the prescription, and one button. The truth is asked under lock."""

    need = Permission.SIGN_PRESCRIPTION
    current = "patients"
    template_name = "clinic/sign.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The checklist and a proposal of 30 days."""
        course = self._course(public_id)
        found = top_of(course, now=self.now)
        proposal = suggestion(planned_supply(found), programme=course.programme)
        form = PrescriptionForm(today=self.today, initial=proposal)
        return self._page(course, form, found, found.decision)

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Sign, or say why not."""
        course = self._course(public_id)
        form = PrescriptionForm(request.POST, today=self.today)
        said = GuardForm(request.POST).shown()
        if said is not None and said.patient != course.patient.public_id:
            return self.wrong_patient(course)
        decision: Decision | None = None
        if form.is_valid() and said is None:
            form.add_error(None, UNMARKED)
        elif form.is_valid() and said is not None:
            try:
                return self._sign(course, form, Seen(SIGNING, said.version))
            except Changed:
                form.add_error(None, CHANGED)
            except prescribing.AtRest as refusal:
                form.add_error(None, REST[refusal.rest][2])
            except prescribing.NotAuthorised as refusal:
                form.add_error(None, "This cannot be signed. The checks below say why.")
                decision = refusal.decision
            except prescribing.ReasonNeeded as refusal:
                form.add_error(
                    "override_reason", "Write down why you go on, in 15 characters or more."
                )
                decision = refusal.decision
        found = top_of(course, now=self.now)
        return self._page(course, form, found, decision or found.decision, status=422)

    def _sign(self, course: Any, form: PrescriptionForm, seen: Seen) -> HttpResponse:
        """Sign and name the patient again; the refusals of the gate pass through."""
        name = said_name(course.patient)
        try:
            signed = prescribing.authorise(
                course,
                form.supply(),
                override_reason=form.cleaned_data["override_reason"],
                form_nonce=form.cleaned_data["nonce"],
                seen=seen,
                by=self.user,
                now=self.now,
            )
        except prescribing.SignedToday:
            messages.warning(self.request, f"A prescription for {name} was signed today already.")
            return redirect("clinic:course", course.public_id)
        closes = signed.prescription.window_closes_at
        until = f", window closes {moment_text(closes, self.place.timezone)}" if closes else ""
        again = " (it was signed already)" if signed.again else ""
        messages.success(self.request, f"Signed for {name}{until}{again}")
        return redirect("clinic:course", course.public_id)

    def _course(self, public_id: uuid.UUID) -> Any:
        return course_for(self.user, public_id, need=self.need, page="sign", now=self.now)

    def _page(
        self,
        course: Any,
        form: PrescriptionForm,
        found: Top,
        decision: Decision,
        status: int = 200,
    ) -> HttpResponse:
        waits = results_wait(decision) and self.place.may(Permission.ACKNOWLEDGE_RESULT)
        checks = gate_rows(
            decision,
            course_id=course.public_id,
            may_record=True,
            read_url=reverse("clinic:next-result", args=[course.public_id]) if waits else "",
        )
        verdict, verdict_status = wording.LEVELS[decision.level]
        pattern = planned_supply(found)
        if found.rest:
            verdict, verdict_status, why_not = REST[found.rest]
        else:
            why_not = "Opens when the checks above are met."
        if decision.level is not Level.OVERRIDE:
            form.without_reason()
        return self.page(
            form=form,
            checks=checks,
            open_checks=sum(not check.met for check in checks),
            verdict=verdict,
            verdict_status=verdict_status,
            window=decision.window,
            blocked=bool(found.rest) or decision.level is Level.BLOCK,
            why_not=why_not,
            packs=pack_rows(pattern, Formulation.STANDARD, course.programme) if pattern else [],
            status=status,
            **self.top_of(course, found, SIGNING),
        )


class RecordPickUp(CourseFormPage):
    """A supply was handed out: the next cycle is planned from it."""

    need = Permission.RECORD_DISPENSE
    current = "patients"
    template_name = "clinic/record.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The form, with today."""
        course, prescription = self._find(public_id)
        return self._page(course, DispenseForm(today=self.today))

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Record it and plan the next cycle."""
        course, prescription = self._find(public_id)
        form = DispenseForm(request.POST, today=self.today)

        def change() -> None:
            care.perform(
                dispensing.dispense,
                course,
                prescription=prescription,
                by=self.user,
                now=self.now,
                **form.cleaned_data,
            )

        saved = self.save(
            course, form, change, refusals=_PICK_UP_REFUSALS, saved="Pick-up saved for"
        )
        return saved or self._page(course, form, status=422)

    def _find(self, public_id: uuid.UUID) -> tuple[Any, Any]:
        prescription = prescription_of(public_id)
        course = course_for(
            self.user, prescription.course.public_id, need=self.need, page="pick-up", now=self.now
        )
        return course, prescription

    def _page(self, course: Any, form: DispenseForm, status: int = 200) -> HttpResponse:
        kind = {"title": "Record a pick-up", "button": "Save"}
        top = self.top_of(course, top_of(course, now=self.now))
        return self.page(kind=kind, form=form, status=status, **top)

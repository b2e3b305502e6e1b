"""Signing a prescription, and recording that it was handed out."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic import wording
from clinic.forms.prescribing import PrescriptionForm, suggestion
from clinic.forms.treatment import DispenseForm
from clinic.rows import banner_row, gate_rows
from clinic.views.base import StaffPage
from courses.actions import dispensing
from courses.queries import course_for, prescription_of
from look.templatetags.clinical import moment_text
from monitoring.actions import care, prescribing
from monitoring.queries.course_page import banner_of, course_page, planned_supply
from people.permissions import Permission
from protocol.findings import Decision
from protocol.vocabulary import Level


class Sign(StaffPage):
    """The gate for the eye, the prescription, and one button. The truth is asked under lock."""

    need = Permission.SIGN_PRESCRIPTION
    current = "patients"
    template_name = "clinic/sign.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The checklist and a proposal of 30 days."""
        course = self._course(public_id)
        found = course_page(course, now=self.now)
        proposal = suggestion(planned_supply(found), programme=course.programme)
        form = PrescriptionForm(today=self.today, initial=proposal)
        return self._page(course, form, found.decision)

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Sign, or say why not."""
        course = self._course(public_id)
        form = PrescriptionForm(request.POST, today=self.today)
        if not form.is_valid():
            decision = prescribing.judge(course, None, now=self.now)
            return self._page(course, form, decision, status=422)
        try:
            signed = prescribing.authorise(
                course,
                form.supply(),
                override_reason=form.cleaned_data["override_reason"],
                form_nonce=form.cleaned_data["nonce"],
                by=self.user,
                now=self.now,
            )
        except prescribing.NotAuthorised as refusal:
            form.add_error(None, "This cannot be signed. The checks below say why.")
            return self._page(course, form, refusal.decision, status=422)
        except prescribing.ReasonNeeded as refusal:
            form.add_error("override_reason", "Write down why you go on, in 15 characters or more.")
            return self._page(course, form, refusal.decision, status=422)
        except prescribing.SignedToday:
            messages.warning(
                request, f"A prescription for {course.patient.full_name} was signed today already."
            )
            return redirect("clinic:course", public_id)
        closes = signed.prescription.window_closes_at
        until = f", window closes {moment_text(closes, self.place.timezone)}" if closes else ""
        again = " (it was signed already)" if signed.again else ""
        messages.success(request, f"Signed for {course.patient.full_name}{until}{again}")
        return redirect("clinic:course", public_id)

    def _course(self, public_id: uuid.UUID) -> Any:
        return course_for(self.user, public_id, need=self.need, page="sign", now=self.now)

    def _page(
        self, course: Any, form: PrescriptionForm, decision: Decision, status: int = 200
    ) -> HttpResponse:
        back = reverse("clinic:course", args=[course.public_id])
        checks = gate_rows(decision, course_id=course.public_id, may_record=True)
        verdict, verdict_status = wording.LEVELS[decision.level]
        return self.page(
            form=form,
            banner=banner_row(banner_of(course, now=self.now), url=back, today=self.today),
            checks=checks,
            open_checks=sum(not check.met for check in checks),
            verdict=verdict,
            verdict_status=verdict_status,
            window=decision.window,
            blocked=decision.level is Level.BLOCK,
            asks_reason=decision.level is Level.OVERRIDE,
            back=back,
            status=status,
        )


class RecordPickUp(StaffPage):
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
        if form.is_valid():
            try:
                care.perform(
                    dispensing.dispense,
                    course,
                    prescription=prescription,
                    by=self.user,
                    now=self.now,
                    **form.cleaned_data,
                )
            except dispensing.NothingToDispense:
                messages.warning(request, "This pick-up is recorded already.")
            else:
                messages.success(request, f"Pick-up saved for {course.patient.full_name}")
            return redirect("clinic:course", course.public_id)
        return self._page(course, form, status=422)

    def _find(self, public_id: uuid.UUID) -> tuple[Any, Any]:
        prescription = prescription_of(public_id)
        course = course_for(
            self.user, prescription.course.public_id, need=self.need, page="pick-up", now=self.now
        )
        return course, prescription

    def _page(self, course: Any, form: DispenseForm, status: int = 200) -> HttpResponse:
        back = reverse("clinic:course", args=[course.public_id])
        banner = banner_row(banner_of(course, now=self.now), url=back, today=self.today)
        kind = {"title": "Record a pick-up", "button": "Save"}
        return self.page(kind=kind, form=form, banner=banner, back=back, status=status)

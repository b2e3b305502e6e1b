"""Starting a course, for a new patient or a known one, on one page."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic.forms.starting import CourseForm, IdentityForm
from clinic.start_preview import start_preview
from clinic.views.base import StaffPage
from courses.actions.starting import CourseRunning
from look.templatetags.clinical import said_name
from monitoring.actions import care
from people.permissions import Permission
from people.queries import clinic_of, patient_for, patient_row

_PROGRAMME_BY_COUNTRY = {"US": "us-ipledge", "GB": "uk-mhra", "CA": "ca", "AU": "au"}


class StartCourse(StaffPage):
    """Eligibility, category, weight, dose plan, programme, schedule: one page, one transaction."""

    need = Permission.START_COURSE
    current = "patients"
    template_name = "clinic/start.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID | None = None) -> HttpResponse:
        """The empty page with sensible defaults for the clinic's country."""
        programme = _PROGRAMME_BY_COUNTRY.get(self.place.country, "eu-ppp")
        form = CourseForm(today=self.today, initial={"programme": programme})
        return self._page(public_id, self._identity_form(), form)

    def post(self, request: HttpRequest, public_id: uuid.UUID | None = None) -> HttpResponse:
        """Add the patient if new, plan the course, show it."""
        form = CourseForm(request.POST, today=self.today)
        identity = None if public_id else self._identity_form(bound=True)
        valid = form.is_valid()
        if identity is not None:
            valid = identity.is_valid() and valid
        if "preview" in request.POST:
            return self._page(public_id, identity, form)
        if not valid:
            return self._page(public_id, identity, form, status=422)
        patient = self._patient(public_id) if public_id else None
        try:
            with transaction.atomic():
                course = care.start_course(
                    clinic_of(self.place),
                    patient=patient,
                    identity=identity.identity() if identity else None,
                    plan=form.plan(),
                    prescriber=self.user if self.place.may(Permission.SIGN_PRESCRIPTION) else None,
                    by=self.user,
                    today=self.today,
                    now=self.now,
                )
        except CourseRunning:
            messages.info(request, "This patient has a running course already.")
            return redirect("clinic:patient", public_id)
        except IntegrityError:
            if identity is None:
                raise
            identity.add_error("mrn", "This clinic number belongs to another patient.")
            return self._page(public_id, identity, form, status=422)
        messages.success(request, f"Course planned for {said_name(course.patient)}")
        return redirect("clinic:course", course.public_id)

    def _identity_form(self, *, bound: bool = False) -> IdentityForm:
        data = self.request.POST if bound else None
        return IdentityForm(data, today=self.today, country=self.place.country)

    def _patient(self, public_id: uuid.UUID) -> Any:
        return patient_for(self.user, public_id, need=self.need, page="start", now=self.now)

    def _page(
        self,
        public_id: uuid.UUID | None,
        identity: IdentityForm | None,
        form: CourseForm,
        status: int = 200,
    ) -> HttpResponse:
        patient = patient_row(self._patient(public_id)) if public_id else None
        preview: dict[str, Any] = {"kind": "start", "ready": False}
        if form.is_bound:
            known = identity.cleaned_data if identity is not None and patient is None else {}
            preview = start_preview(
                form,
                born=patient.born if patient else known.get("born"),
                sex=known.get("sex", ""),
                place=self.place,
                today=self.today,
            )
        return self.page(
            preview=preview,
            identity=identity if patient is None else None,
            form=form,
            patient=patient,
            status=status,
        )

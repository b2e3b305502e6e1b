"""Documents for patients: of one, beside the course; for all of them, beside the rules."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic.forms.documents import DocumentForm, WithdrawForm
from clinic.views.base import StaffPage
from clinic.views.guarded import CourseFormPage
from courses.queries import course_for
from look.files import to_save
from monitoring.actions import documents as sharing
from monitoring.queries.course_page import top_of
from monitoring.queries.documents import (
    document_for,
    leaflet_of,
    leaflets_of,
    shared_with,
)
from people.permissions import Permission
from people.queries import NotFound, clinic_of

_TOO_MANY = "So many documents are shared here that nobody finds one. Withdraw some first."


class CourseDocuments(CourseFormPage):
    """What one patient may open: share something, or withdraw it with a reason."""

    need = Permission.READ_SENSITIVE
    current = "patients"
    template_name = "clinic/documents.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The list, with who has opened what."""
        return self._page(self._course(public_id), DocumentForm(today=self.today))

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Share a file, or withdraw one."""
        if not self.place.may(Permission.RECORD_CARE):
            raise PermissionDenied
        course = self._course(public_id)
        if "which" in request.POST:
            return self._withdraw(course)
        form = DocumentForm(request.POST, request.FILES, today=self.today)

        def change() -> None:
            sharing.share(
                course.clinic,
                form.cleaned_data["file"],
                patient=course.patient,
                title=form.cleaned_data["title"],
                by=self.user,
                now=self.now,
            )

        def then(before: bool) -> HttpResponse:
            messages.success(request, "Shared. The patient gets a notice that says nothing of it.")
            return redirect("clinic:documents", public_id)

        saved = self.save(course, form, change, refusals={sharing.TooMany: _TOO_MANY}, then=then)
        return saved or self._page(course, form, status=422)

    def _withdraw(self, course: Any) -> HttpResponse:
        form = WithdrawForm(self.request.POST, today=self.today)

        def change() -> None:
            row = document_for(course.patient, form.cleaned_data["which"], withdrawn=True)
            if row.patient_id is None:
                raise NotFound  # for all patients: not this page's to withdraw
            sharing.withdraw(row, reason=form.cleaned_data["reason"], by=self.user, now=self.now)

        def then(before: bool) -> HttpResponse:
            messages.success(self.request, "Withdrawn. The patient no longer sees it.")
            return redirect("clinic:documents", course.public_id)

        saved = self.save(course, form, change, refusals={}, then=then)
        return saved or self._page(
            course, DocumentForm(today=self.today), withdrawing=form, status=422
        )

    def _course(self, public_id: uuid.UUID) -> Any:
        return course_for(self.user, public_id, need=self.need, page="documents", now=self.now)

    def _page(
        self,
        course: Any,
        form: DocumentForm,
        withdrawing: WithdrawForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        rows = shared_with(course.patient, withdrawn=True)
        return self.page(
            form=withdrawing or form,
            sharing=form,
            rows=[row for row in rows if row.withdrawn_at is None],
            gone=[row for row in rows if row.withdrawn_at is not None],
            may_share=self.place.may(Permission.RECORD_CARE),
            course_id=course.public_id,
            status=status,
            **self.top_of(course, top_of(course, now=self.now)),
        )


class CourseDocument(CourseFormPage):
    """One document of the patient, withdrawn or not, as a file to save."""

    need = Permission.READ_SENSITIVE
    current = "patients"

    def get(self, request: HttpRequest, public_id: uuid.UUID, document: uuid.UUID) -> HttpResponse:
        """The file; the look is in the patient's log."""
        course = course_for(self.user, public_id, need=self.need, page="documents", now=self.now)
        row = document_for(course.patient, document, withdrawn=True)
        return to_save(row.body, kind=row.kind)


class Leaflets(StaffPage):
    """What every patient of the clinic may open."""

    need = Permission.EDIT_POLICY
    current = "rules"
    template_name = "clinic/leaflets.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list, with how many have opened what."""
        return self._page(DocumentForm(today=self.today))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Share a file with everybody, or withdraw one."""
        if "which" in request.POST:
            return self._withdraw()
        form = DocumentForm(request.POST, request.FILES, today=self.today)
        if not form.is_valid():
            return self._page(form, status=422)
        try:
            sharing.share(
                clinic_of(self.place),
                form.cleaned_data["file"],
                patient=None,
                title=form.cleaned_data["title"],
                by=self.user,
                now=self.now,
            )
        except sharing.TooMany:
            form.add_error(None, _TOO_MANY)
            return self._page(form, status=422)
        messages.success(request, "Shared with every patient. Nobody gets a notice.")
        return redirect("clinic:leaflets")

    def _withdraw(self) -> HttpResponse:
        form = WithdrawForm(self.request.POST, today=self.today)
        if not form.is_valid():
            return self._page(DocumentForm(today=self.today), form, status=422)
        row = leaflet_of(self.place, form.cleaned_data["which"])
        sharing.withdraw(row, reason=form.cleaned_data["reason"], by=self.user, now=self.now)
        messages.success(self.request, "Withdrawn. Patients no longer see it.")
        return redirect("clinic:leaflets")

    def _page(
        self, form: DocumentForm, withdrawing: WithdrawForm | None = None, status: int = 200
    ) -> HttpResponse:
        rows = leaflets_of(self.place)
        return self.page(
            form=withdrawing or form,
            sharing=form,
            rows=[row for row in rows if row.withdrawn_at is None],
            gone=[row for row in rows if row.withdrawn_at is not None],
            status=status,
        )


class Leaflet(StaffPage):
    """One of them, as a file to save."""

    need = Permission.EDIT_POLICY
    current = "rules"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The file."""
        row = leaflet_of(self.place, public_id)
        return to_save(row.body, kind=row.kind)

"""Which laboratories' systems may hand in results: for the clinic's administrator."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic.forms.laboratories import IssueForm, RotateForm
from clinic.views.base import StaffPage
from monitoring.actions import lab_tokens as tokens
from monitoring.queries.lab_tokens import lab_token_for, lab_token_row, lab_tokens
from people.permissions import Permission
from people.queries import clinic_of


class Laboratories(StaffPage):
    """Every token of the clinic, and a form for another laboratory."""

    need = Permission.EDIT_STAFF
    current = "team"
    template_name = "clinic/laboratories.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        return self._page(IssueForm(today=self.today))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make a token; its text stands on this answer and nowhere else."""
        form = IssueForm(request.POST, today=self.today)
        if form.is_valid():
            try:
                issued = tokens.issue(
                    clinic_of(self.place),
                    label=form.cleaned_data["label"],
                    expires_at=form.expires_at(self.now),
                    by=self.user,
                    now=self.now,
                )
            except tokens.LabelTaken:
                form.add_error("label", "This laboratory has a token: replace that one.")
            else:
                return shown_once(self, issued)
        return self._page(form, status=422)

    def _page(self, form: IssueForm, status: int = 200) -> HttpResponse:
        rows = lab_tokens(self.place, now=self.now)
        return self.page(
            form=form,
            valid=[row for row in rows if row.valid],
            ended=[row for row in rows if not row.valid],
            status=status,
        )


class Laboratory(StaffPage):
    """One token: replace it without a gap, or revoke it."""

    need = Permission.EDIT_STAFF
    current = "team"
    template_name = "clinic/laboratory.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """What is known of it."""
        return self._page(public_id, RotateForm(today=self.today))

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Replace or revoke it."""
        token = lab_token_for(self.place, public_id)
        if "revoke" in request.POST:
            tokens.revoke(token, by=self.user, now=self.now)
            messages.success(request, f"The token of {token.label} is refused from now on.")
            return redirect("clinic:laboratories")
        form = RotateForm(request.POST, today=self.today)
        if form.is_valid():
            try:
                issued = tokens.rotate(token, overlap=form.span(), by=self.user, now=self.now)
            except tokens.NotCurrent:
                form.add_error(None, "This token has ended, or has been replaced already.")
            else:
                return shown_once(self, issued)
        return self._page(public_id, form, status=422)

    def _page(self, public_id: uuid.UUID, form: RotateForm, status: int = 200) -> HttpResponse:
        row = lab_token_row(self.place, public_id, now=self.now)
        return self.page(form=form, row=row, status=status)


def shown_once(page: StaffPage, issued: tokens.Issued) -> HttpResponse:
    """The answer that holds the text of a new token: not kept, not linked, not cached."""
    page.template_name = "clinic/laboratory_token.html"
    before = issued.token.replaces
    return page.page(
        text=issued.text,
        label=issued.token.label,
        expires_at=issued.token.expires_at,
        before=before
        and {"expires_at": before.expires_at, "words": f"{before.prefix}… is refused from then on"},
        hl7v2=page.request.build_absolute_uri(reverse("laboratory:hl7v2")),
        fhir=page.request.build_absolute_uri(reverse("laboratory:fhir")),
    )

"""The rules in force, for everybody who treats; changing them, for the administrator."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic.forms.rules import (
    LevelsForm,
    MoveForm,
    PolicyForm,
    chosen,
    raised_now,
    raised_words,
)
from clinic.views.base import StaffPage
from monitoring.actions import policies
from monitoring.queries.cards import due_for_review
from monitoring.queries.rules import EditionRow, rules_of
from people.permissions import Permission
from people.queries import clinic_of
from protocol.own_ladder import as_settings


class RulesPage(StaffPage):
    """Editions, settings and what was changed; saving settings makes a new version."""

    need = Permission.EDIT_POLICY
    current = "rules"
    template_name = "clinic/rules.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """What holds today."""
        found = rules_of(self.place, on=self.today)
        return self._page(PolicyForm(today=self.today, initial=chosen(found.policy)))

    def post(self, request: HttpRequest) -> HttpResponse:
        """A new version of the settings, from today on."""
        form = PolicyForm(request.POST, today=self.today)
        if not form.is_valid():
            return self._page(form, status=422)
        changed = policies.change_policy(
            clinic_of(self.place),
            settings=form.settings(),
            effective_from=self.today,
            reason=form.cleaned_data["reason"],
            by=self.user,
            now=self.now,
        )
        messages.success(request, "Saved." if changed else "Nothing was different.")
        return redirect("clinic:rules")

    def _page(self, form: PolicyForm, status: int = 200) -> HttpResponse:
        found = rules_of(self.place, on=self.today)
        raised = raised_words(found.policy)
        own_steps = len(as_settings(found.policy.ladder)) if found.policy.ladder else 0
        return self.page(
            form=form,
            found=found,
            raised=raised,
            own_steps=own_steps,
            cards_due=due_for_review(self.place, today=self.today),
            status=status,
        )


class ReviewLevels(StaffPage):
    """Make the gate stricter about a review code, or as the rule book has it again."""

    need = Permission.EDIT_POLICY
    current = "rules"
    template_name = "clinic/review_levels.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """What holds today."""
        policy = rules_of(self.place, on=self.today).policy
        return self.page(form=LevelsForm(today=self.today, initial=raised_now(policy)))

    def post(self, request: HttpRequest) -> HttpResponse:
        """A new version of the settings, from today on."""
        form = LevelsForm(request.POST, today=self.today)
        if not form.is_valid():
            return self.page(form=form, status=422)
        changed = policies.change_policy(
            clinic_of(self.place),
            settings=form.settings(),
            effective_from=self.today,
            reason=form.cleaned_data["reason"],
            by=self.user,
            now=self.now,
        )
        messages.success(request, "Saved." if changed else "Nothing was different.")
        return redirect("clinic:rules")


class MoveEdition(StaffPage):
    """Move the first day of one edition; the one before it then ends on that day."""

    need = Permission.EDIT_POLICY
    current = "rules"
    template_name = "clinic/move_edition.html"

    def get(self, request: HttpRequest, edition: str) -> HttpResponse:
        """The present day, to be changed."""
        row = self._row(edition)
        form = MoveForm(today=self.today, initial={"effective_from": row.effective_from})
        return self.page(form=form, row=row)

    def post(self, request: HttpRequest, edition: str) -> HttpResponse:
        """Move it, or say why it cannot be moved."""
        row = self._row(edition)
        form = MoveForm(request.POST, today=self.today)
        if form.is_valid():
            try:
                policies.move_edition(
                    clinic_of(self.place),
                    programme=row.programme,
                    edition=row.id,
                    by=self.user,
                    now=self.now,
                    **form.cleaned_data,
                )
            except policies.NotAllowed:
                form.add_error(
                    "effective_from", "On this day another edition would lose all of its days."
                )
            else:
                messages.success(request, f"{row.id} begins on the new day.")
                return redirect("clinic:rules")
        return self.page(form=form, row=row, status=422)

    def _row(self, edition: str) -> EditionRow:
        for row in rules_of(self.place, on=self.today).editions:
            if row.id.lower() == edition and not row.first:
                return row
        raise Http404

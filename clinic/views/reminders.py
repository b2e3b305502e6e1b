"""How the clinic reminds: ladders with a preview, limits, and every text as patients get it."""

from collections import defaultdict

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic import wording
from clinic.forms.reminders import LadderForm, LimitsForm, limits_written, written
from clinic.views.base import StaffPage
from messaging.actions.limits import set_limits
from messaging.queries import limits_of
from messaging.samples import Sample, samples, texted
from monitoring.actions import policies
from monitoring.queries.reminders import LadderRow, effect_of, ladders_of
from people.permissions import Permission
from people.queries import clinic_of


class Reminders(StaffPage):
    """Every ladder and the limits; changing the limits."""

    need = Permission.EDIT_POLICY
    current = "rules"
    template_name = "clinic/reminders.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """What holds today."""
        limits = limits_of(clinic=self.place.slug)
        return self._page(LimitsForm(today=self.today, initial=limits_written(limits)))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Other limits, from now on."""
        form = LimitsForm(request.POST, today=self.today)
        if not form.is_valid():
            return self._page(form, status=422)
        set_limits(clinic_of(self.place), **form.cleaned_data, by=self.user, now=self.now)
        messages.success(request, "Saved.")
        return redirect("clinic:reminders")

    def _page(self, form: LimitsForm, status: int = 200) -> HttpResponse:
        ladders = [
            (wording.REQUIREMENTS[row.key], row) for row in ladders_of(self.place, on=self.today)
        ]
        texts = [(wording.PURPOSES.get(name, name), name) for name in texted()]
        return self.page(form=form, ladders=ladders, texts=texts, status=status)


class Ladder(StaffPage):
    """One ladder: look at what a change would do, then save it."""

    need = Permission.EDIT_POLICY
    current = "rules"
    template_name = "clinic/reminder_ladder.html"

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """As it is."""
        row = self._row(key)
        return self._page(row, LadderForm(today=self.today, initial=written(row.ladder)))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show what would change; with ``save``, change it."""
        row = self._row(key)
        form = LadderForm(request.POST, today=self.today)
        if not form.is_valid():
            return self._page(row, form, status=422)
        ladder = form.cleaned_data["ladder"]
        if "save" not in request.POST:
            return self._page(row, form, effect=effect_of(self.place, key, ladder, now=self.now))
        changed = policies.change_ladder(
            clinic_of(self.place),
            key=key,
            ladder=ladder,
            effective_from=self.today,
            reason=form.cleaned_data["reason"],
            by=self.user,
            now=self.now,
        )
        messages.success(
            request,
            "Saved. Every course is planned anew." if changed else "Nothing was different.",
        )
        return redirect("clinic:reminders")

    def _row(self, key: str) -> LadderRow:
        for row in ladders_of(self.place, on=self.today):
            if row.key == key:
                return row
        raise Http404

    def _page(
        self, row: LadderRow, form: LadderForm, *, status: int = 200, **context: object
    ) -> HttpResponse:
        return self.page(
            row=row, title=wording.REQUIREMENTS[row.key], form=form, status=status, **context
        )


class Texts(StaffPage):
    """Every text of one purpose, in each language and by each channel, as it would leave."""

    need = Permission.EDIT_POLICY
    current = "rules"
    template_name = "clinic/reminder_texts.html"

    def get(self, request: HttpRequest, purpose: str) -> HttpResponse:
        """With the clinic's own name and an example of a link."""
        if purpose not in texted():
            raise Http404
        steps: dict[str, list[Sample]] = defaultdict(list)
        for each in samples(purpose, clinic_of(self.place)):
            steps[wording.TEXT_STEPS[each.variant]].append(each)
        return self.page(title=wording.PURPOSES[purpose], steps=list(steps.items()))

"""From which number on a result asks for a decision: look at a change, then make it."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic import wording
from clinic.forms.lab_ladder import LabLadderForm, written
from clinic.views.base import StaffPage
from monitoring.actions import policies
from monitoring.queries.lab_ladders import LadderEffect, effect_of, ladder_of
from people.permissions import Permission
from people.queries import clinic_of
from protocol.ladders import DEFAULT_LADDER, LabLadder
from protocol.own_ladder import as_settings
from protocol.vocabulary import Tier


class LabLadderPage(StaffPage):
    """The steps of every test; nothing is saved that was not shown first."""

    need = Permission.EDIT_POLICY
    current = "rules"
    template_name = "clinic/lab_ladder.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """As they are."""
        ladder = ladder_of(self.place, now=self.now) or DEFAULT_LADDER
        return self._page(LabLadderForm(today=self.today, initial=written(ladder)))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Show whom it would change; with ``save`` of just these numbers, change it."""
        form = LabLadderForm(request.POST, today=self.today)
        if not form.is_valid():
            return self._page(form, status=422)
        ladder: LabLadder = form.cleaned_data["ladder"]
        seen = json.dumps(as_settings(ladder), sort_keys=True)
        if request.POST.get("save") != seen:
            effect = effect_of(self.place, ladder, now=self.now)
            return self._page(form, effect=effect, moves=_in_words(effect), seen=seen)
        changed = policies.change_lab_ladder(
            clinic_of(self.place),
            ladder=ladder,
            effective_from=self.today,
            reason=form.cleaned_data["reason"],
            by=self.user,
            now=self.now,
        )
        messages.success(
            request,
            "Saved. Every course is read anew." if changed else "Nothing was different.",
        )
        return redirect("clinic:rules")

    def _page(self, form: LabLadderForm, *, status: int = 200, **context: object) -> HttpResponse:
        tiers = [wording.TIERS[tier][0] for tier in (Tier.T2, Tier.T3, Tier.T4)]
        return self.page(form=form, rows=form.rows(), tiers=tiers, status=status, **context)


def _in_words(effect: LadderEffect) -> list[tuple[str, str, str, int]]:
    return [
        (
            wording.ANALYTES[move.analyte.value],
            wording.TIERS[move.before][0],
            wording.TIERS[move.after][0],
            move.patients,
        )
        for move in effect.moves
    ]

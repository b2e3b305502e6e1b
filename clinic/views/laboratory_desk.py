"""The laboratory desk: codes to explain, values to settle, numbers that are remembered."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic.forms.base import DayField, StaffForm
from clinic.views.base import StaffPage
from clinic.wording import ANALYTES
from monitoring.actions import code_maps, confirming, linking
from monitoring.queries import code_maps as meanings
from monitoring.queries import desk, remembered
from people.permissions import Permission
from people.queries import clinic_of
from protocol.vocabulary import Analyte

NOT_MONITORED = "not-monitored"
MEANINGS = [
    ("", "Choose"),
    *((analyte.value, ANALYTES[analyte.value]) for analyte in Analyte),
    (NOT_MONITORED, "A test that we do not monitor"),
]
SETTLED = "Somebody else has dealt with it meanwhile."


class MeaningForm(StaffForm):
    """What a laboratory's code stands for."""

    analyte = forms.ChoiceField(label="This code stands for", choices=MEANINGS)

    def meaning(self) -> Analyte | None:
        """The analyte, or None for a test that is not monitored."""
        chosen = self.cleaned_data["analyte"]
        return None if chosen == NOT_MONITORED else Analyte(chosen)


class DayForm(StaffForm):
    """When a sample was drawn."""

    collected_on = DayField(label="Drawn on")


class _Explaining(StaffPage):
    """What is shared by explaining a code and changing what was said of it."""

    need = Permission.RECORD_CARE
    current = "results"
    template_name = "clinic/code.html"

    def _explain(self, form: MeaningForm, *, code: Any, text: str) -> HttpResponse | None:
        """Save, or put the refusal on the form and return None."""
        if not form.is_valid():
            return None
        try:
            mapped = code_maps.map_code(
                clinic_of(self.place),
                code=code,
                analyte=form.meaning(),
                text=text,
                by=self.user,
                now=self.now,
            )
        except code_maps.NotThisTest as error:
            form.add_error("analyte", f"It cannot stand for that: {error.why}.")
            return None
        words = f"Saved. {mapped.read} results read again"
        if mapped.still_waiting:
            words += f", {mapped.still_waiting} of them wait for another reason"
        messages.success(self.request, f"{words}.")
        return redirect("clinic:results")


class ExplainCode(_Explaining):
    """A local code that nobody has explained: what waits for it, and what it stands for (B4)."""

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The code with examples."""
        _, waiting = meanings.waiting_code_of(self.place, public_id)
        return self.page(form=MeaningForm(today=self.today), code=waiting)

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Save what it stands for; what waits is read again at once."""
        key, waiting = meanings.waiting_code_of(self.place, public_id)
        form = MeaningForm(request.POST, today=self.today)
        done = self._explain(form, code=key, text=waiting.text)
        return done or self.page(form=form, code=waiting, status=422)


class ChangeMeaning(_Explaining):
    """What was said of a code, to be said anew; what was read by it is read again."""

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """What holds now."""
        row = meanings.meaning_of(self.place, public_id)
        form = MeaningForm(today=self.today, initial={"analyte": row.analyte or NOT_MONITORED})
        return self.page(form=form, code=row, changing=True)

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Save the new meaning; the old one ends today."""
        row = meanings.meaning_of(self.place, public_id)
        form = MeaningForm(request.POST, today=self.today)
        done = self._explain(form, code=meanings.local_code_of_meaning(row), text=row.text)
        return done or self.page(form=form, code=row, changing=True, status=422)


class SettleHeld(StaffPage):
    """A value, unit or day that looks wrong: confirm, correct the unit, date, or set aside."""

    need = Permission.RECORD_CARE
    current = "results"
    template_name = "clinic/held.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The result as it was sent, with the likely reading."""
        return self._page(public_id)

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """One of the four."""
        row, held = desk.held_of_clinic(self.place, public_id)
        day = DayForm(request.POST if "day" in request.POST else None, today=self.today)
        acting = {"by": self.user, "now": self.now}
        try:
            if "confirm" in request.POST:
                confirming.confirm(row, **acting)
                done = "Confirmed as it was sent"
            elif "set_unit" in request.POST:
                confirming.set_unit(row, unit=request.POST.get("unit", ""), **acting)
                done = "Unit corrected"
            elif "day" in request.POST:
                if not day.is_valid():
                    return self._page(public_id, day=day, status=422)
                on = day.cleaned_data["collected_on"]
                confirming.set_day(row.specimen, collected_on=on, **acting)
                done = "Collection date set"
            else:
                why = request.POST.get("why", "").strip()
                if len(why) < 5:
                    return self._page(public_id, error="Say why it is set aside.", status=422)
                confirming.set_aside(row, why=why, **acting)
                done = "Set aside; it stays on record"
        except confirming.AlreadySettled:
            messages.info(request, SETTLED)
            return redirect("clinic:results")
        except (confirming.NotConfirmable, confirming.NotThisUnit) as error:
            return self._page(public_id, error=f"Not possible: {error.why}.", status=422)
        except confirming.NotThatDay:
            day.add_error("collected_on", "This day is in the future or before the birth.")
            return self._page(public_id, day=day, status=422)
        name = f"{held.patient.given_name} {held.patient.family_name}"
        messages.success(request, f"{done}, for {name}.")
        return redirect("clinic:results")

    def _page(
        self,
        public_id: uuid.UUID,
        *,
        day: DayForm | None = None,
        error: str = "",
        status: int = 200,
    ) -> HttpResponse:
        _, held = desk.held_of_clinic(self.place, public_id)
        return self.page(
            row=held,
            search_url="",
            name=ANALYTES.get(held.analyte, held.text),
            form=day or DayForm(today=self.today),
            error=error,
            status=status,
        )


class Remembered(StaffPage):
    """What the desk remembers: laboratories' numbers for patients, and what codes stand for."""

    need = Permission.LINK_RESULT
    current = "results"
    template_name = "clinic/remembered.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Both lists, what no longer holds included."""
        return self.page(
            links=remembered.remembered_links(self.place),
            meanings=[
                {"row": row, "means": ANALYTES.get(row.analyte, "Not monitored")}
                for row in meanings.meanings(self.place)
            ],
            may_explain=self.place.may(Permission.RECORD_CARE),
        )


class ForgetNumber(StaffPage):
    """A laboratory's number no longer stands for the patient."""

    need = Permission.LINK_RESULT
    current = "results"

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Revoke it; what was filed by it stays."""
        row = remembered.remembered_link_of(self.place, public_id)
        try:
            linking.revoke_link(row, by=self.user, now=self.now)
        except linking.AlreadySettled:
            messages.info(request, SETTLED)
        else:
            messages.success(request, f"Forgotten for {row.patient.full_name}.")
        return redirect("clinic:remembered")

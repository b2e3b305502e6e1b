"""The trail of a clinic: who did what, and who looked at what. Names no patient."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from audit import search
from clinic import wording
from clinic.forms.trail import RecordForm, TrailForm
from clinic.views.base import StaffPage
from people.permissions import Permission
from people.queries import known_by_number, patient_for, staff_of

_WHO = {
    "patient": "The patient",
    "guardian": "A guardian",
    "pharmacy": "A pharmacy",
    "user": "A member of staff",
    "system": "IsoTrack",
}
_NAMED = ("user", "system")


class Trail(StaffPage):
    """What was done in the clinic, and who opened which record, newest first.

    Whoever checks a clinic need not know its patients: a record is shown as the beginning of its
    number in the trail, and found by the clinic's number that a patient or a complaint has given.
    """

    need = Permission.READ_AUDIT
    current = "trail"
    template_name = "clinic/trail.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of what the address asks for; what is read about one record is logged."""
        form = self._form()
        valid = form.is_valid()
        if valid and form.record is not None:
            patient_for(self.user, form.record, need=self.need, page="trail", now=self.now)
        return self._page(form, valid=valid, status=200 if valid else 422)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Find a record by the clinic's number."""
        form = RecordForm(request.POST)
        found = None
        if form.is_valid():
            found = known_by_number(self.place, form.cleaned_data["number"])
        if found is None:
            shown = self._form()
            error = "No patient of this clinic has this number. Write it as the clinic does."
            return self._page(shown, valid=shown.is_valid(), status=422, error=error)
        return redirect(f"{reverse('clinic:trail')}?{urlencode({'patient': str(found)})}")

    def _form(self) -> TrailForm:
        return TrailForm(self.request.GET, staff=staff_of(self.place), today=self.today)

    def _page(self, form: TrailForm, *, valid: bool, status: int, error: str = "") -> HttpResponse:
        said = form.cleaned_data
        looks = said.get("show") == "seen"
        rows: list[dict[str, object]] = []
        following = None
        if valid:
            asked = self._asked(said)
            if looks:
                seen = search.seen(asked)
                following = seen.next
                rows = [
                    {**_row(row), "words": _page_words(row.page), "refused": row.refused}
                    for row in seen.rows
                ]
            else:
                done = search.done(asked)
                following = done.next
                rows = [
                    {**_row(row), "words": wording.EVENTS.get(row.kind, row.kind)}
                    for row in done.rows
                ]
        return self.page(
            form=form,
            days={"since": form.shown("since"), "until": form.shown("until")},
            rows=rows,
            looks=looks,
            tabs=[(name, words, self._url(said, show=name)) for name, words in _TABS],
            record=_short(form.record) if valid else "",
            everybody=self._url(said, patient=None),
            more=self._url(said, before=following) if following else "",
            newest=self._url(said) if said.get("before") else "",
            error=error,
            status=status,
        )

    def _asked(self, said: dict[str, Any]) -> search.Asked:
        return search.Asked(
            clinic=self.place.slug,
            since=self._midnight(said["since"]),
            until=self._midnight(said["until"] + timedelta(days=1)),
            actor=said["who"],
            kind=said["kind"],
            patient=said["patient"],
            before=said["before"],
        )

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.place.timezone))

    def _url(self, said: dict[str, Any], **changed: object) -> str:
        """The same list with one thing changed, from its newest row on."""
        words = {**said, "before": None, **changed}
        asked = {
            name: f"{value:%d-%b-%Y}" if isinstance(value, date) else value
            for name, value in words.items()
            if value
        }
        return f"{reverse('clinic:trail')}?{urlencode(asked)}"


_TABS = (("done", "What was done"), ("seen", "Who looked"))


def _row(row: search.Done | search.Seen) -> dict[str, object]:
    kind = row.actor.partition(":")[0]
    return {
        "at": row.at,
        "who": (row.actor_name if kind in _NAMED else "") or _WHO.get(kind, "Somebody"),
        "patient": row.patient,
        "record": _short(row.patient),
    }


def _short(patient: uuid.UUID | None) -> str:
    return patient.hex[:8] if patient else ""


def _page_words(page: str) -> str:
    """The page's name in the log, as words; the patient's own pages say so."""
    where, _, name = page.rpartition(":")
    words = name.replace("-", " ").capitalize()
    return f"{words}, on the patient's pages" if where else words

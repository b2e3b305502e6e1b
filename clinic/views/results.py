"""Results: what waits in the queue, bringing a file in, and deciding about a specimen."""

import contextlib
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic import wording
from clinic.forms.base import StaffForm
from clinic.views.base import StaffPage
from monitoring import lab_files
from monitoring.actions import linking
from monitoring.actions import results as arriving
from monitoring.queries import code_maps, desk, results
from people.permissions import Permission
from people.queries import clinic_of, patient_for, search

SHORTEST_REASON = 5
MAX_UPLOAD = 8 * 1024 * 1024
# Of one upload, on the page that follows; all of them are in the queue and with their patients.
_SHOWN_MESSAGES = 300


class UploadForm(StaffForm):
    """A laboratory's file."""

    file = forms.FileField(label="File", help_text="HL7 v2, FHIR JSON or CSV, at most 8 MB")

    def clean_file(self) -> Any:
        """Refuse what is too large before reading it."""
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD:
            raise forms.ValidationError("The file is larger than 8 MB. Send it in parts.")
        return file


class Results(StaffPage):
    """The queue, what arrived lately, and a way to bring a file in."""

    need = Permission.LINK_RESULT
    current = "results"
    template_name = "clinic/results.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Queue first."""
        return self._page(UploadForm(today=self.today))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep, match and file the upload, or take what is ticked off the queue."""
        if "take-off" in request.POST:
            return self._take_off(ticked(request), request.POST.get("why", "").strip())
        form = UploadForm(request.POST, request.FILES, today=self.today)
        if not form.is_valid():
            return self._page(form, status=422)
        upload = form.cleaned_data["file"]
        origin = arriving.Origin(
            clinic=clinic_of(self.place), source="upload", file_name=upload.name
        )
        zone = ZoneInfo(self.place.timezone)
        receipts: list[arriving.Receipt] = []
        code_map = code_maps.code_map_of(self.place.clinic_id)
        parts = lab_files.messages(
            upload, file=upload.name, zone=zone, as_of=self.today, code_map=code_map
        )
        for batch in lab_files.batches(parts):
            receipts += arriving.receive_many(batch, origin=origin, by=self.user, now=self.now)
        self._say(receipts)
        kept = list(dict.fromkeys(str(each.message) for each in receipts))
        request.session["received"] = {
            "messages": kept[:_SHOWN_MESSAGES],
            "known": sum(each.status == "duplicate" for each in receipts),
        }
        return redirect("clinic:received")

    def _say(self, receipts: list[Any]) -> None:
        counts = {word: sum(each.status == word for each in receipts) for word in _OUTCOMES}
        parts = [f"{count} {_OUTCOMES[word]}" for word, count in counts.items() if count]
        level = messages.WARNING if counts["unmatched"] or counts["rejected"] else messages.SUCCESS
        messages.add_message(self.request, level, "Received: " + ", ".join(parts) + ".")

    def _take_off(self, picked: list[uuid.UUID], why: str) -> HttpResponse:
        wrong = "" if picked else "Tick at least one report first."
        if picked and len(why) < SHORTEST_REASON:
            wrong = "Say why they are not filed."
        if wrong:
            form = UploadForm(today=self.today)
            return self._page(form, wrong=wrong, ticked=picked, why=why, status=422)
        try:
            gone = linking.take_off(
                clinic_of(self.place), picked, why=why, by=self.user, now=self.now
            )
        except linking.AlreadySettled:
            gone = 0
        if gone:
            words = f"{gone} taken off the queue. They can be put back from Taken off the queue."
            messages.success(self.request, words)
        if gone < len(picked):
            words = f"{len(picked) - gone} of the ticked wait no more, or hold results."
            messages.info(self.request, words)
        return redirect("clinic:results")

    def _page(self, form: UploadForm, status: int = 200, **off: Any) -> HttpResponse:
        queue = results.queue(self.place)
        return self.page(
            form=form,
            off=off,
            queue=queue,
            unusable=any(not row.may_link for row in queue.rows),
            filed=results.filed(self.place),
            codes=code_maps.waiting_codes(self.place),
            held=[
                {"row": row, "name": wording.ANALYTES.get(row.analyte, row.text)}
                for row in desk.held_rows(self.place)
            ],
            may_settle=self.place.may(Permission.RECORD_CARE),
            most_bytes=MAX_UPLOAD,
            status=status,
        )


class TakenOff(StaffPage):
    """What was taken off the queue, by whom and why; what is ticked goes back on it."""

    need = Permission.LINK_RESULT
    current = "results"
    template_name = "clinic/taken_off.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The latest first."""
        return self.page(queue=results.taken_off(self.place))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Put back what is ticked."""
        picked = ticked(request)
        if not picked:
            words = "Tick at least one report first."
            return self.page(queue=results.taken_off(self.place), wrong=words, status=422)
        try:
            back = linking.put_back(clinic_of(self.place), picked, by=self.user, now=self.now)
        except linking.AlreadySettled:
            messages.info(request, "They wait on the queue already, or were filed.")
            return redirect("clinic:results")
        words = f"{back} wait{'s' if back == 1 else ''} on the queue again."
        messages.success(request, words)
        return redirect("clinic:results")


def ticked(request: HttpRequest) -> list[uuid.UUID]:
    """The reports that were ticked, each once; what is no id is left out."""
    found: dict[uuid.UUID, None] = {}
    for value in request.POST.getlist("pick")[: results.QUEUE_PAGE]:
        with contextlib.suppress(ValueError):
            found[uuid.UUID(value)] = None
    return list(found)


_OUTCOMES = {
    "accepted": "filed",
    "duplicate": "received before, nothing changed",
    "unmatched": "waiting for their patient",
    "rejected": "not usable, kept with the reason",
}


class Queued(StaffPage):
    """One report of the queue: link it to the right patient, or take it off with a reason."""

    need = Permission.LINK_RESULT
    current = "results"
    template_name = "clinic/queued.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """What the message says about its patient, beside who it may be."""
        return self._page(public_id)

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Search, link or reject."""
        report = results.report_of(self.place, public_id)
        if "find" in request.POST:
            return self._page(public_id, text=request.POST.get("q", "")[:100])
        try:
            if "reject" in request.POST:
                return self._reject(report, request.POST.get("why", "").strip())
            patient = patient_for(
                self.user,
                uuid.UUID(request.POST.get("patient", "")),
                need=self.need,
                page="results",
                now=self.now,
            )
            remember = "remember" in request.POST
            linking.link(report, patient=patient, by=self.user, now=self.now, remember=remember)
            not_remembered = linking.why_not_remembered(report, patient)
        except ValueError:
            return self._page(public_id, error="Choose a patient first.", status=422)
        except linking.AlreadySettled:
            messages.info(request, "Somebody else has dealt with this report.")
        except linking.NotReadable:
            return self._page(public_id, error="There is nothing in it to file.", status=422)
        else:
            told = f"Results filed for {patient.full_name}."
            if remember and not_remembered:
                told += f" The number is not remembered: {not_remembered}."
            messages.success(request, told)
        return redirect("clinic:results")

    def _reject(self, report: Any, why: str) -> HttpResponse:
        if len(why) < SHORTEST_REASON:
            return self._page(report.public_id, error="Say why it is not filed.", status=422)
        linking.reject(report, why=why, by=self.user, now=self.now)
        messages.success(self.request, "Taken off the queue. The message itself is kept.")
        return redirect("clinic:results")

    def _page(
        self, public_id: uuid.UUID, *, text: str = "", error: str = "", status: int = 200
    ) -> HttpResponse:
        report = results.report_of(self.place, public_id)
        row = results.queued_report(self.place, report)
        suggested = [{"person": each.patient, "why": each.why} for each in row.suggestions]
        searched = [{"person": each, "why": ""} for each in search(self.place, text)]
        found = searched if text else suggested
        return self.page(row=row, found=found, text=text, error=error, status=status)

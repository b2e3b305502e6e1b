"""Reports as they were filed: what was in them, whose they are, and moving them (B3)."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from audit import trail
from clinic.result_rows import sender_words
from clinic.views.base import StaffPage
from clinic.wording import ANALYTES
from courses.queries import course_for
from monitoring.actions import linking
from monitoring.queries import desk, results
from people.permissions import Permission
from people.queries import patient_for, patient_row, search

STATES = {
    "counts": ("ok", "On record"),
    "waits": ("warning", "Waits"),
    "superseded": ("neutral", "Replaced"),
    "set-aside": ("neutral", "Set aside"),
    "not-monitored": ("neutral", "Not monitored"),
}
STATUSES = {
    "accepted": ("ok", "Filed"),
    "unmatched": ("warning", "Waits for its patient"),
    "rejected": ("critical", "Not usable"),
}


def line_row(line: desk.ResultLine) -> dict[str, object]:
    """A result of a report in words."""
    status, word = STATES[line.state]
    return {
        "name": ANALYTES.get(line.name, line.name),
        "value": f"{line.value} {line.unit}".strip(),
        "collected_on": line.collected_on,
        "sent_as": line.status.capitalize(),
        "sender": sender_words(line.flag),
        "status": status,
        "word": word,
        "note": line.note,
    }


def report_words(report: desk.ReportRow) -> dict[str, object]:
    """A report in words, with its results."""
    status, word = STATUSES[report.status]
    return {
        "report": report,
        "tone": status,
        "word": word,
        "lines": [line_row(line) for line in report.results],
    }


class FiledReport(StaffPage):
    """One filed report: its results, and the way to the right patient if it is another's."""

    need = Permission.LINK_RESULT
    current = "results"
    template_name = "clinic/filed.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """What was in it and how it came."""
        return self._page(public_id)

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Search the right patient, or move the report there with the reason."""
        report = results.report_of(self.place, public_id)
        if "find" in request.POST:
            return self._page(public_id, text=request.POST.get("q", "")[:100])
        reason = request.POST.get("reason", "").strip()
        try:
            chosen = uuid.UUID(request.POST.get("patient", ""))
        except ValueError:
            return self._page(public_id, error="Choose the right patient first.", status=422)
        patient = patient_for(self.user, chosen, need=self.need, page="move results", now=self.now)
        if len(reason) < 5:
            text = request.POST.get("q", "")[:100]
            return self._page(public_id, text=text, error="Say why it is moved.", status=422)
        try:
            linking.move(report, patient=patient, reason=reason, by=self.user, now=self.now)
        except linking.AlreadySettled:
            return self._page(public_id, error="Somebody else has just moved it.", status=422)
        except linking.NotMovable:
            return self._page(public_id, error="It cannot be moved there.", status=422)
        messages.success(request, f"Moved to {patient.full_name}. Both patients were read again.")
        return redirect("clinic:filed", public_id)

    def _page(
        self, public_id: uuid.UUID, *, text: str = "", error: str = "", status: int = 200
    ) -> HttpResponse:
        row = desk.report_row(self.place, public_id)
        if row.patient is not None:
            trail.saw(
                self.user,
                page="filed report",
                now=self.now,
                patient=row.patient.public_id,
                clinic=self.place.slug,
            )
        own = row.patient.public_id if row.patient else None
        found = [each for each in search(self.place, text) if each.public_id != own] if text else []
        return self.page(
            **report_words(row),
            found=found,
            text=text,
            error=error,
            search_url="",
            status=status,
        )


class Received(StaffPage):
    """What the last upload held, message by message."""

    need = Permission.LINK_RESULT
    current = "results"
    template_name = "clinic/received.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The reports of the messages that this browser has just sent."""
        kept = request.session.get("received", {})
        rows = desk.reports_of_messages(
            self.place, [uuid.UUID(each) for each in kept.get("messages", [])]
        )
        trail.saw_many(
            self.user,
            page="received",
            now=self.now,
            patients=[row.patient.public_id for row in rows if row.patient],
            clinic=self.place.slug,
        )
        return self.page(rows=[report_words(row) for row in rows], known=kept.get("known", 0))


class LaboratoryHistory(StaffPage):
    """Every report of a patient: how it came, what was moved or set aside, by whom."""

    need = Permission.LINK_RESULT
    current = "results"
    template_name = "clinic/laboratory_history.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Newest first."""
        course = course_for(
            self.user, public_id, need=self.need, page="laboratory history", now=self.now
        )
        patient = course.patient
        return self.page(
            course_id=public_id,
            search_url="",
            patient=patient_row(patient),
            rows=[report_words(row) for row in desk.reports_of_patient(patient)],
            moves=desk.moves_of(patient),
            aside=[line_row(line) for line in desk.set_aside_of(patient)],
            may_type=self.place.may(Permission.RECORD_CARE),
        )

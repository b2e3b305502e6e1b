"""Calling a patient: one press says what came of it, and plans the next step."""

import uuid
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic.forms.treatment import ContactForm
from clinic.rows import banner_row
from clinic.views.base import StaffPage
from clinic.work_words import CONTACTS, reason_of
from courses.queries import course_for
from look.templatetags.clinical import day_text
from monitoring.actions import care
from monitoring.queries import calls
from monitoring.queries.course_page import banner_of
from people.permissions import Permission


class Call(StaffPage):
    """Why, by which number, what came of it: each outcome is a button that says what it plans."""

    need = Permission.RECORD_CARE
    current = "worklist"
    template_name = "clinic/call.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The page before and during the call."""
        course = self._course(public_id)
        came_from = urlsplit(request.headers.get("Referer", ""))
        back = f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
        return self._page(course, ContactForm(today=self.today), back=back)

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Note the outcome; without a day of its own the next step is the proposed one."""
        course = self._course(public_id)
        form = ContactForm(request.POST, today=self.today)
        back = request.POST.get("back", "")
        if not form.is_valid():
            return self._page(course, form, back=back, status=422)
        values = dict(form.cleaned_data)
        if values["next_on"] is None:
            values["next_on"] = calls.proposed(course, values["outcome"], now=self.now)
        care.log_contact(course, by=self.user, now=self.now, **values)
        next_on = values["next_on"]
        then = f" Next: {day_text(next_on)}." if next_on else " The row stays on the list."
        said = CONTACTS[values["outcome"]][1]
        messages.success(request, f"{said}, noted for {course.patient.full_name}.{then}")
        return redirect(_safe(back))

    def _course(self, public_id: uuid.UUID) -> Any:
        return course_for(self.user, public_id, need=self.need, page="call", now=self.now)

    def _page(
        self, course: Any, form: ContactForm, *, back: str, status: int = 200
    ) -> HttpResponse:
        found = calls.call_page(course, now=self.now)
        url = reverse("clinic:course", args=[course.public_id])
        return self.page(
            form=form,
            banner=banner_row(banner_of(course, now=self.now), url=url, today=self.today),
            found=found,
            reasons=[reason_of(reason, reminding=self.reminding) for reason in found.reasons],
            outcomes=[
                {"value": outcome, "label": CONTACTS[outcome][0], "next_on": day}
                for outcome, day in found.proposals
            ],
            contacts=[{"row": row, "said": CONTACTS[row.outcome][1]} for row in found.contacts],
            back=_safe(back),
            course_url=url,
            status=status,
        )


def _safe(back: str) -> str:
    """The list one came from, and nowhere else."""
    parts = urlsplit(back)
    lists = (reverse("clinic:worklist"), reverse("clinic:today"))
    if parts.scheme or parts.netloc or parts.path not in lists:
        return lists[0]
    return back

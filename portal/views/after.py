"""After the course: what is over and when, how the skin is, and how to ask for another one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from monitoring.actions import after_course as acting
from monitoring.actions.letters import TooManyWaiting
from monitoring.portal_queries import newest_course
from monitoring.queries import after_course
from portal import skin_words
from portal.forms.after_course import SkinForm
from portal.views.page import PatientPage


class After(PatientPage):
    """The dates, one by one, and what was said since."""

    tab = "home"

    def get(self, request: HttpRequest) -> HttpResponse:
        """As it is today."""
        page = after_course.after_page(self.patient, now=self.now)
        if page is None:
            return redirect("portal:home")
        return self.show(
            "portal/after.html",
            page=page,
            rows=skin_words.dates_after(page),
            reports=[(row, skin_words.SKIN[row.skin]) for row in page.reports],
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask for another course."""
        course = newest_course(self.patient)
        if course is None or course.stopped_at is None:
            return redirect("portal:home")
        try:
            acting.ask_again(course, by=self.patient, now=self.now)
        except TooManyWaiting:
            return redirect("portal:messages")
        return redirect("portal:messages")


class Skin(PatientPage):
    """The look back that is open."""

    task_page = True
    tab = "home"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Three questions."""
        page = after_course.after_page(self.patient, now=self.now)
        if page is None or page.asks is None:
            return redirect("portal:home")
        return self._page(page.asks, SkinForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the answers; a second press finds them kept."""
        course = newest_course(self.patient)
        page = after_course.after_page(self.patient, now=self.now)
        if course is None or page is None or page.asks is None:
            return redirect("portal:home")
        form = SkinForm(request.POST)
        if not form.is_valid():
            return self._page(page.asks, form, status=422)
        try:
            acting.report(
                course,
                month=page.asks,
                skin=form.cleaned_data["skin"],
                glad=form.cleaned_data["glad"],
                wants_call=form.cleaned_data["call"],
                by=self.patient,
                now=self.now,
            )
        except TooManyWaiting:
            # What was said is kept; so many messages wait that the clinic calls anyway.
            return redirect("portal:home")
        except acting.NotAsked:
            return redirect("portal:home")
        return redirect("portal:home")

    def _page(self, month: int, form: SkinForm, *, status: int = 200) -> HttpResponse:
        return self.show(
            "portal/skin.html",
            status=status,
            form=form,
            month=month,
            questions=[
                (form["skin"], skin_words.SKIN.items()),
                (form["glad"], skin_words.GLAD.items()),
                (form["call"], skin_words.CALL.items()),
            ],
        )

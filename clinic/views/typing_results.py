"""Typing results in: one row a test, tried out like a laboratory's own message."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic.forms.guard import UNMARKED, GuardForm
from clinic.forms.typing_results import TypeResultsForm
from clinic.views.guarded import CourseFormPage
from clinic.wording import ANALYTES
from courses.queries import course_for
from look.templatetags.clinical import said_name
from monitoring.actions import typing_in
from people.permissions import Permission
from protocol.vocabulary import Analyte

SAMPLE = ("collected_on", "collected_at", "fasting", "laboratory")


class TypeResults(CourseFormPage):
    """One sample's results from paper: what looks impossible is kept and waits."""

    need = Permission.RECORD_CARE
    current = "results"
    template_name = "clinic/type_results.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The empty table."""
        return self._page(self._course(public_id), self._form(None))

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Keep, read and file what was typed; say what became of each value."""
        course = self._course(public_id)
        form = self._form(request.POST)
        said = GuardForm(request.POST).shown()
        if said is not None and said.patient != course.patient.public_id:
            return self.wrong_patient(course)
        if form.is_valid() and said is None:
            form.add_error(None, UNMARKED)
        if said is None or not form.is_valid():
            return self._page(course, form, status=422)
        try:
            typed = typing_in.type_in(
                course.patient,
                form.values(),
                drawn=form.drawn(),
                nonce=said.nonce,
                by=self.user,
                now=self.now,
            )
        except typing_in.NotFiled:
            messages.warning(request, "They wait in the queue: no patient has the number.")
            return redirect("clinic:results")
        self._say(typed, said_name(course.patient))
        return redirect("clinic:course", public_id)

    def _say(self, typed: typing_in.Typed, name: str) -> None:
        if typed == typing_in.NOTHING_NEW:
            messages.info(self.request, f"Saved for {name} already. Nothing was saved twice.")
        if typed.stored:
            messages.success(self.request, f"Saved for {name}: {_names(typed.stored)}.")
        for analyte, why in typed.held:
            messages.warning(
                self.request,
                f"{_names([analyte])} waits to be confirmed: {why}. It counts for nothing yet.",
            )
        if typed.known:
            words = "on record already with the same day and value, not stored again"
            messages.info(self.request, f"{_names(typed.known)}: {words}.")
        if typed.differing:
            words = "another value of that day is on record. Both are kept; compare them"
            messages.warning(self.request, f"{_names(typed.differing)}: {words}.")

    def _form(self, data: Any, **kwargs: Any) -> TypeResultsForm:
        return TypeResultsForm(data, today=self.today, country=self.place.country, **kwargs)

    def _course(self, public_id: uuid.UUID) -> Any:
        return course_for(self.user, public_id, need=self.need, page="type results", now=self.now)

    def _page(self, course: Any, form: TypeResultsForm, status: int = 200) -> HttpResponse:
        return self.page(
            form=form,
            sample=[form[name] for name in SAMPLE],
            rows=form.rows(),
            status=status,
            **self.top(course),
        )


def _names(analytes: Any) -> str:
    return ", ".join(ANALYTES[Analyte(each).value] for each in analytes)

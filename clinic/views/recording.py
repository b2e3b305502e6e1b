"""One page for everything that is recorded about a course: a form, an action, and back."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic.forms import recording as forms
from clinic.forms import treatment
from clinic.forms.base import StaffForm
from clinic.rows import banner_row
from clinic.views.base import StaffPage
from courses.actions import dosing, statements, stopping
from courses.actions import recording as record
from courses.queries import course_for
from monitoring.actions import care, pregnancy_tests
from monitoring.queries.course_page import (
    banner_of,
    course_page,
    label_course,
    planned_supply,
)
from people.permissions import Permission

Save = Callable[["Record", Any, Any], None]


@dataclass(frozen=True, slots=True)
class Recordable:
    """What can be recorded: its heading, its form, who may, and what saving does."""

    title: str
    form: type[StaffForm]
    save: Save
    need: Permission = Permission.RECORD_CARE
    button: str = "Save"


class Record(StaffPage):
    """Record one thing. The form carries the course's own number; the banner shows whose it is."""

    current = "patients"
    template_name = "clinic/record.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID, what: str) -> HttpResponse:
        """The empty form, with today and what is known filled in."""
        kind, course = self._find(public_id, what)
        form = kind.form(today=self.today, initial=self._initial(what, course))
        return self._page(kind, course, form)

    def post(self, request: HttpRequest, public_id: uuid.UUID, what: str) -> HttpResponse:
        """Save, name the patient again, go back to the course."""
        kind, course = self._find(public_id, what)
        form = kind.form(request.POST, today=self.today)
        if form.is_valid():
            try:
                kind.save(self, course, form)
            except tuple(_REFUSALS) as refusal:
                form.add_error(None, _REFUSALS[type(refusal)])
            else:
                messages.success(request, f"Saved for {course.patient.full_name}")
                return redirect("clinic:course", course.public_id)
        return self._page(kind, course, form, status=422)

    def _find(self, public_id: uuid.UUID, what: str) -> tuple[Recordable, Any]:
        kind = KINDS.get(what)
        if kind is None:
            raise Http404
        course = course_for(self.user, public_id, need=kind.need, page=what, now=self.now)
        return kind, course

    def _initial(self, what: str, course: Any) -> dict[str, Any]:
        if what == "dose":
            return {"pattern": planned_supply(course_page(course, now=self.now))}
        return {}

    def _page(
        self, kind: Recordable, course: Any, form: StaffForm, status: int = 200
    ) -> HttpResponse:
        back = reverse("clinic:course", args=[course.public_id])
        banner = banner_row(banner_of(course, now=self.now), url=back, today=self.today)
        label = label_course(course, now=self.now) if kind.form is treatment.StopForm else None
        return self.page(kind=kind, form=form, banner=banner, back=back, label=label, status=status)

    def act(self, change: Callable[..., Any], course: Any, **values: Any) -> None:
        """Run a change of the record and plan anew."""
        care.perform(change, course, by=self.user, now=self.now, **values)


def _statement(kind: str) -> Save:
    def save(view: Record, course: Any, form: Any) -> None:
        view.act(
            statements.state,
            course,
            kind=kind,
            speaker=form.speaker(),
            content=form.content(),
            stated_on=form.cleaned_data["stated_on"],
        )

    return save


def _plain(change: Callable[..., Any]) -> Save:
    def save(view: Record, course: Any, form: Any) -> None:
        view.act(change, course, **form.cleaned_data)

    return save


def _visit(view: Record, course: Any, form: Any) -> None:
    values = dict(form.cleaned_data)
    counselled = values.pop("counselled")
    with transaction.atomic():
        view.act(record.record_visit, course, **values)
        if counselled:
            view.act(
                statements.state,
                course,
                kind="counselling",
                speaker="prescriber",
                content={},
                stated_on=values["visited_on"],
            )


def _dose(view: Record, course: Any, form: Any) -> None:
    view.act(dosing.change_dose, course, today=view.today, **form.cleaned_data)


def _test(view: Record, course: Any, form: Any) -> None:
    pregnancy_tests.record_test(course, by=view.user, now=view.now, **form.cleaned_data)


def _contact(view: Record, course: Any, form: Any) -> None:
    care.log_contact(course, by=view.user, now=view.now, **form.cleaned_data)


_REFUSALS: dict[type[Exception], str] = {
    dosing.AlreadyHeld: "Treatment is on hold already.",
    dosing.NotHeld: "Treatment is not on hold.",
    stopping.AlreadyStopped: "The course has ended already.",
    statements.Malformed: "This cannot be recorded as it stands. Check the answers.",
}

KINDS: dict[str, Recordable] = {
    "weight": Recordable("Record weight", forms.WeightForm, _plain(record.record_weight)),
    "test": Recordable("Record a pregnancy test", forms.TestForm, _test),
    "visit": Recordable("Record a visit", forms.VisitForm, _visit),
    "enrolment": Recordable(
        "Enrolment and category", forms.EnrolmentForm, _plain(record.record_enrolment)
    ),
    "consent": Recordable("Record a signed form", forms.ConsentForm, _statement("consent")),
    "counselling": Recordable(
        "Record counselling", forms.CounsellingForm, _statement("counselling")
    ),
    "second-prescriber": Recordable(
        "Second prescriber agrees", forms.SecondPrescriberForm, _statement("second-prescriber")
    ),
    "comprehension": Recordable(
        "Programme's questions", forms.ComprehensionForm, _statement("comprehension")
    ),
    "contraception": Recordable(
        "Record contraception", forms.ContraceptionForm, _statement("contraception")
    ),
    "home-testing": Recordable(
        "Home testing", forms.HomeTestingForm, _statement("home-testing"), Permission.CHANGE_DOSE
    ),
    "sexual-function": Recordable(
        "Sexual function", forms.SexualFunctionForm, _statement("sexual-function")
    ),
    "questionnaire": Recordable("PHQ-9", forms.QuestionnaireForm, _statement("questionnaire")),
    "review": Recordable("Record a review", forms.ReviewForm, _statement("review")),
    "history": Recordable(
        "Medicine, condition or allergy", treatment.HistoryForm, _plain(record.record_history)
    ),
    "contact": Recordable("Call or contact", treatment.ContactForm, _contact),
    "dose": Recordable("Change dose", treatment.DoseForm, _dose, Permission.CHANGE_DOSE),
    "hold": Recordable(
        "Put treatment on hold", treatment.HoldForm, _plain(dosing.hold), Permission.CHANGE_DOSE
    ),
    "resume": Recordable(
        "Resume treatment", treatment.ResumeForm, _plain(dosing.resume), Permission.CHANGE_DOSE
    ),
    "stop": Recordable(
        "Stop the course",
        treatment.StopForm,
        _plain(stopping.stop),
        Permission.CHANGE_DOSE,
        "Stop the course",
    ),
}

"""One page for everything that is recorded about a course: a form, an action, and back."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse

from clinic.forms import recording as forms
from clinic.forms import treatment
from clinic.forms.base import StaffForm
from clinic.previews import dose_preview, stop_preview
from clinic.views.guarded import CourseFormPage
from courses.actions import dosing, statements, stopping
from courses.actions import recording as record
from courses.queries import course_for
from monitoring import versions
from monitoring.actions import care, pregnancy_tests
from monitoring.queries.course_page import Top, planned_supply, top_of
from people.permissions import Permission

Save = Callable[["Record", Any, Any], None]
Preview = Callable[[Top, Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Recordable:
    """What can be recorded: its heading, its form, who may, and what saving does.

    ``watched`` names the facts that must still be what the page showed; ``preview`` says what the
    form would lead to.
    """

    title: str
    form: type[StaffForm]
    save: Save
    need: Permission = Permission.RECORD_CARE
    button: str = "Save"
    watched: tuple[str, ...] = ()
    preview: Preview | None = None
    confirm: str = ""


class Record(CourseFormPage):
    """Record one thing. The form carries the course's own number; the banner shows whose it is."""

    current = "patients"
    template_name = "clinic/record.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID, what: str) -> HttpResponse:
        """The empty form, with today and what is known filled in."""
        kind, course = self._find(public_id, what)
        found = top_of(course, now=self.now)
        form = kind.form(today=self.today, initial=_initial(what, found))
        return self._page(kind, course, form, found)

    def post(self, request: HttpRequest, public_id: uuid.UUID, what: str) -> HttpResponse:
        """Save, name the patient again, go back to the course; or show what would come of it."""
        kind, course = self._find(public_id, what)
        form = kind.form(request.POST, today=self.today)
        if kind.preview is not None and self.previewing:
            form.is_valid()
            return self._page(kind, course, form, top_of(course, now=self.now))
        saved = self.save(
            course,
            form,
            lambda: kind.save(self, course, form),
            refusals=_REFUSALS,
            watched=kind.watched,
        )
        return saved or self._page(kind, course, form, top_of(course, now=self.now), status=422)

    def _find(self, public_id: uuid.UUID, what: str) -> tuple[Recordable, Any]:
        kind = KINDS.get(what)
        if kind is None:
            raise Http404
        course = course_for(self.user, public_id, need=kind.need, page=what, now=self.now)
        return kind, course

    def _page(
        self, kind: Recordable, course: Any, form: StaffForm, found: Top, status: int = 200
    ) -> HttpResponse:
        preview = None
        if kind.preview is not None:
            shown = form
            if not form.is_bound:
                # What the page proposes is previewed as if it had been typed.
                shown = kind.form(_typed(form), today=self.today)
                shown.is_valid()
            preview = kind.preview(found, shown)
        return self.page(
            kind=kind,
            form=form,
            preview=preview,
            status=status,
            **self.top_of(course, found, kind.watched),
        )

    def act(self, change: Callable[..., Any], course: Any, **values: Any) -> None:
        """Run a change of the record and plan anew."""
        care.perform(change, course, by=self.user, now=self.now, **values)


def _initial(what: str, found: Top) -> dict[str, Any]:
    """What is known already: the present dose, the enrolment in force."""
    if what == "dose":
        return {"pattern": planned_supply(found)}
    if what == "enrolment" and found.facts.enrolled:
        newest = found.facts.enrolled[-1]
        return {
            "category": found.banner.category,
            "registry_id": newest.registry_id,
            "prescriber_certified": newest.prescriber_certified,
        }
    return {}


def _typed(form: StaffForm) -> dict[str, Any]:
    """The page's own proposal, as it would be sent."""
    return {name: form[name].value() for name in form.fields}


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


def _missed(view: Record, course: Any, form: Any) -> None:
    view.act(dosing.record_missed, course, days=form.days(), reported_on=view.today)


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
        "Enrolment and category",
        forms.EnrolmentForm,
        _plain(record.record_enrolment),
        watched=versions.ENROLMENT,
    ),
    "missed": Recordable("Missed doses", treatment.MissedForm, _missed),
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
    "outcome": Recordable("Score the acne", forms.OutcomeForm, _statement("outcome")),
    "review": Recordable("Record a review", forms.ReviewForm, _statement("review")),
    "history": Recordable(
        "Medicine, condition or allergy", treatment.HistoryForm, _plain(record.record_history)
    ),
    "contact": Recordable("Call or contact", treatment.ContactForm, _contact),
    "dose": Recordable(
        "Change dose",
        treatment.DoseForm,
        _dose,
        Permission.CHANGE_DOSE,
        watched=versions.TREATMENT,
        preview=dose_preview,
    ),
    "hold": Recordable(
        "Put treatment on hold",
        treatment.HoldForm,
        _plain(dosing.hold),
        Permission.CHANGE_DOSE,
        watched=versions.TREATMENT,
    ),
    "resume": Recordable(
        "Resume treatment",
        treatment.ResumeForm,
        _plain(dosing.resume),
        Permission.CHANGE_DOSE,
        watched=versions.TREATMENT,
    ),
    "stop": Recordable(
        "Stop the course",
        treatment.StopForm,
        _plain(stopping.stop),
        Permission.CHANGE_DOSE,
        "Stop the course",
        watched=versions.TREATMENT,
        preview=stop_preview,
        confirm="Stop the course?",
    ),
}

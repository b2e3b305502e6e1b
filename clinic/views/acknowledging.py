"""Reading one specimen's results and saying what happens next (UX-06, LAB-8)."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic import wording
from clinic.deciding_rows import (
    advice_rows,
    decision_row,
    milder_words,
    note_rows,
    replaced_row,
    waiting_words,
)
from clinic.forms.base import StaffForm
from clinic.forms.deciding import DecisionForm
from clinic.forms.guard import marked
from clinic.result_rows import result_row, values_before
from clinic.views.guarded import CourseFormPage
from courses.queries import course_for
from look.templatetags.clinical import said_name
from monitoring.actions import acknowledging, confirming
from monitoring.queries import reading, results
from monitoring.queries.course_page import CoursePage, course_page, planned_supply
from people.permissions import Permission
from protocol.lab_actions import repeat_within

_REFUSALS: dict[type[Exception], str] = {
    acknowledging.Changed: "Something arrived or was decided since this page was shown. "
    "Read the results as they stand now.",
    acknowledging.StillDoubtful: "Confirm or correct the value first; nothing is decided on it.",
    acknowledging.NotLower: "This dose is not lower than the present one.",
}


FROM_LIST = "list"


class NextResult(CourseFormPage):
    """From a list to the draw that waits longest: one press fewer than by way of the course."""

    need = Permission.ACKNOWLEDGE_RESULT
    current = "results"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Lead to it, or to the course where nothing waits any more."""
        course = course_for(self.user, public_id, need=self.need, page="result", now=self.now)
        specimen = reading.next_of(course)
        if specimen is None:
            return redirect("clinic:course", public_id)
        return redirect("clinic:acknowledge", public_id, specimen)


class Acknowledge(CourseFormPage):
    """Read a specimen's results and say what happens next (UX-06, LAB-8)."""

    need = Permission.ACKNOWLEDGE_RESULT
    current = "results"
    template_name = "clinic/acknowledge.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID, specimen: uuid.UUID) -> HttpResponse:
        """The results with ranges, tiers and the last values."""
        return self._page(public_id, specimen)

    def post(self, request: HttpRequest, public_id: uuid.UUID, specimen: uuid.UUID) -> HttpResponse:
        """Confirm doubtful values, or decide: the record changes with the decision."""
        course = self._course(public_id)
        row = results.specimen_of(course, specimen)
        if "confirm" in request.POST:
            return self._confirm(course, row)
        form = DecisionForm(request.POST, today=self.today)

        def change() -> None:
            acknowledging.acknowledge(
                row,
                course=course,
                action=form.cleaned_data["action"],
                plan=form.cleaned_data["plan"],
                step=acknowledging.NextStep(**form.step()),
                version=form.cleaned_data["version"],
                by=self.user,
                now=self.now,
            )

        saved = self.save(
            course,
            form,
            change,
            refusals=_REFUSALS,
            fields={acknowledging.NotLower: "pattern"},
            then=lambda again: self._after(course, specimen, again=again),
        )
        return saved or self._page(public_id, specimen, form, status=422)

    def _confirm(self, course: Any, row: Any) -> HttpResponse:
        """The doubtful values of the draw are right as they were sent and shown."""
        form = StaffForm({}, today=self.today)
        waiting: list[Any] = []

        def change() -> None:
            waiting.extend(results.held_of(row))
            for observation in waiting:
                confirming.confirm(observation, course=course, by=self.user, now=self.now)

        def then(again: bool) -> HttpResponse:
            name = said_name(course.patient)
            if again:
                messages.info(self.request, f"Confirmed for {name} already.")
            elif waiting:
                messages.success(self.request, f"Values confirmed for {name}")
            else:
                said = "They cannot count as sent. Settle them under Results."
                messages.warning(self.request, said)
            here = reverse("clinic:acknowledge", args=[course.public_id, row.public_id])
            return redirect(f"{here}?{FROM_LIST}" if self.from_list else here)

        saved = self.save(
            course,
            form,
            change,
            refusals={},
            still=lambda: results.version_of_held(row),
            then=then,
        )
        return saved or self._page(course.public_id, row.public_id, refused=form, status=422)

    def _after(self, course: Any, specimen: uuid.UUID, *, again: bool) -> HttpResponse:
        """Back to the course, or on to the next one for whoever works through the list."""
        saved = f"Saved for {said_name(course.patient)}"
        if again:
            saved += " already. Nothing was saved twice."
        if not self.from_list:
            messages.success(self.request, saved)
            return redirect("clinic:course", course.public_id)
        left = reading.others_to_decide(self.place, course=course.public_id, specimen=specimen)
        messages.success(self.request, f"{saved.rstrip('.')}. {len(left)} more to decide.")
        return redirect(_next_url(left) or reverse("clinic:to-read"))

    @property
    def from_list(self) -> bool:
        """Whether the page was opened from the list to read."""
        return FROM_LIST in self.request.GET

    def _course(self, public_id: uuid.UUID) -> Any:
        return course_for(self.user, public_id, need=self.need, page="result", now=self.now)

    def _page(
        self,
        public_id: uuid.UUID,
        specimen: uuid.UUID,
        form: DecisionForm | None = None,
        *,
        refused: StaffForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        course = self._course(public_id)
        row = results.specimen_of(course, specimen)
        found = course_page(course, now=self.now)
        drawn = next((s for s in found.specimens if s.public_id == str(specimen)), None)
        others = (
            reading.others_to_decide(self.place, course=public_id, specimen=specimen)
            if self.from_list
            else ()
        )
        every = [graded for each in found.specimens for graded in each.results]
        review = reading.review_of(course, row)
        if form is None:
            form = DecisionForm(today=self.today, initial=self._initial(found, drawn, review))
        elif review is not None:
            # What is on the page now is what the next press decides on.
            form.data = {**dict(form.data.items()), "version": review.version}
        top = self.top_of(course, found)
        if self.from_list:
            top["back"] = reverse("clinic:to-read")
        return self.page(
            form=form,
            refused=refused or form,
            confirm_guard=marked(course.patient.public_id, results.version_of_held(row)),
            from_list=self.from_list,
            others=len(others),
            next_url=_next_url(others),
            collected_on=drawn.collected_on if drawn else None,
            rows=[
                (result_row(graded), values_before(graded, every))
                for graded in (drawn.results if drawn else ())
            ],
            to_confirm=bool(drawn and drawn.to_confirm),
            # One value in doubt does not keep back a decision on the others of the draw.
            may_decide=not drawn or any(not graded.held for graded in drawn.results),
            held=[
                (wording.ANALYTES[each.analyte], reverse("clinic:held", args=[each.public_id]))
                for each in results.held_of(row)
                if each.analyte and self.place.may(Permission.RECORD_CARE)
            ],
            advice=advice_rows(drawn.results if drawn else ()),
            waiting=waiting_words(review, now=self.now) if review else "",
            corrected=bool(review and review.corrected),
            milder=milder_words(review) if review else [],
            replaced=[replaced_row(each) for each in reading.replaced_in(row)],
            decisions=[decision_row(each) for each in reading.decisions_of(course, specimen=row)],
            notes=note_rows(),
            status=status,
            **top,
        )

    def _initial(self, found: CoursePage, drawn: Any, review: Any) -> dict[str, Any]:
        """What the rule book proposes, to be changed: the repeat's day and half the dose (5.2)."""
        initial: dict[str, Any] = {"version": review.version if review else ""}
        within = [
            days
            for graded in (drawn.results if drawn else ())
            if (days := repeat_within(graded, found.reading.ladder)) is not None
        ]
        if within:
            repeat_on = drawn.collected_on + timedelta(days=min(within))
            initial["repeat_on"] = max(self.today, repeat_on)
        halved = tuple(Decimal(mg) / 2 for mg in planned_supply(found))
        if halved:
            initial["pattern"] = halved
        return initial


def _next_url(left: tuple[tuple[uuid.UUID, uuid.UUID], ...]) -> str:
    return f"{reverse('clinic:acknowledge', args=left[0])}?{FROM_LIST}" if left else ""

"""One due item is not needed this time: who says so, and why."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from clinic import wording
from clinic.forms.treatment import WaiveForm
from clinic.views.guarded import CourseFormPage
from courses.queries import course_for
from look.templatetags.clinical import day_text
from monitoring.actions import care
from monitoring.queries.course_page import top_of
from monitoring.queries.due_items import item_of
from people.permissions import Permission

_WARNING = (
    "The reminders of it end. The checks before a prescription are asked all the same: "
    "what they need is not given by this."
)


class Waive(CourseFormPage):
    """Say why a due item is not needed; the item is found through its course."""

    need = Permission.CHANGE_DOSE
    current = "patients"
    template_name = "clinic/waive.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID, item: uuid.UUID) -> HttpResponse:
        """The item, and a place for the reason."""
        course = self._course(public_id)
        return self._page(course, item_of(course, item), WaiveForm(today=self.today))

    def post(self, request: HttpRequest, public_id: uuid.UUID, item: uuid.UUID) -> HttpResponse:
        """End it with the reason."""
        course = self._course(public_id)
        row = item_of(course, item)
        form = WaiveForm(request.POST, today=self.today)

        def change() -> None:
            care.waive(row, reason=form.cleaned_data["reason"], by=self.user, now=self.now)

        saved = self.save(course, form, change, refusals={})
        return saved or self._page(course, row, form, status=422)

    def _course(self, public_id: uuid.UUID) -> Any:
        return course_for(self.user, public_id, need=self.need, page="waive", now=self.now)

    def _page(self, course: Any, row: Any, form: WaiveForm, status: int = 200) -> HttpResponse:
        what = wording.REQUIREMENTS[row.requirement]
        return self.page(
            form=form,
            what=what,
            due_on=row.due_on,
            heading=f"{what}, due {day_text(row.due_on)}",
            warning=_WARNING,
            ended=row.get_ended_display() if row.ended else "",
            status=status,
            **self.top_of(course, top_of(course, now=self.now)),
        )

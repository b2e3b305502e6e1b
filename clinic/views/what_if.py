"""What if the dose were another: shown to doctor and patient alike, and never saved."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from clinic.forms.treatment import WhatIfForm
from clinic.previews import dose_preview
from clinic.views.guarded import CourseFormPage
from courses.queries import course_for
from monitoring.queries.course_page import Top, planned_supply, top_of
from people.permissions import Permission


class WhatIf(CourseFormPage):
    """Another dose from a day on. Sent, so that no dose is in an address; nothing is written."""

    need = Permission.READ_COURSE
    current = "patients"
    template_name = "clinic/what_if.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The present plan."""
        course = course_for(self.user, public_id, need=self.need, page="what-if", now=self.now)
        found = top_of(course, now=self.now)
        proposal = {"pattern": planned_supply(found), "starts_on": self.today}
        form = WhatIfForm(today=self.today, initial=proposal)
        typed = WhatIfForm({name: form[name].value() for name in form.fields}, today=self.today)
        typed.is_valid()
        return self._page(course, form, found, dose_preview(found, typed))

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The plan beside the dose typed."""
        course = course_for(self.user, public_id, need=self.need, page="what-if", now=self.now)
        found = top_of(course, now=self.now)
        form = WhatIfForm(request.POST, today=self.today)
        status = 200 if form.is_valid() or "preview" in request.POST else 422
        return self._page(course, form, found, dose_preview(found, form), status)

    def _page(
        self, course: Any, form: WhatIfForm, found: Top, preview: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        return self.page(
            form=form,
            preview=preview,
            may_change=self.place.may(Permission.CHANGE_DOSE),
            course_id=course.public_id,
            status=status,
            **self.top_of(course, found),
        )

"""Capsules in hand against the next pick-up; after a missed window, the way back in one press."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic import wording
from clinic.forms.base import StaffForm
from clinic.reasons import REASONS
from clinic.rows import banner_row, fix_of
from clinic.views.guarded import CourseFormPage
from courses.queries import course_for
from look.templatetags.clinical import day_text, said_name
from monitoring.actions import requalifying
from monitoring.queries.course_page import banner_of
from monitoring.queries.supply import supply_page
from monitoring.versions import REQUALIFYING, version_of
from people.permissions import Permission
from protocol.gap import Requalification, Step

_REFUSALS: dict[type[Exception], str] = {
    requalifying.NothingMissed: "No window is missed: there is nothing to open anew.",
}


class Supply(CourseFormPage):
    """How long the capsules last, when the next can be had, and what stands between."""

    need = Permission.READ_SENSITIVE
    current = "worklist"
    template_name = "clinic/supply.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Read live."""
        return self._page(self._course(public_id), StaffForm(today=self.today))

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Open what must be done anew for the right patient, once, and tell them."""
        course = self._course(public_id)
        if not self.place.may(Permission.RECORD_CARE):
            raise PermissionDenied
        form = StaffForm(request.POST, today=self.today)
        asked: list[Requalification] = []

        def begin() -> None:
            asked.append(requalifying.begin(course, by=self.user, now=self.now))

        def then(again: bool) -> HttpResponse:
            name = said_name(course.patient)
            if again:
                messages.info(request, f"Opened for {name} already. Nothing was done twice.")
            else:
                day = day_text(asked[0].test_from)
                messages.success(request, f"Opened for {name}: a new test counts from {day}.")
            return redirect("clinic:supply", public_id)

        saved = self.save(course, form, begin, refusals=_REFUSALS, watched=REQUALIFYING, then=then)
        return saved or self._page(course, form, status=422)

    def _page(self, course: Any, form: StaffForm, status: int = 200) -> HttpResponse:
        found = supply_page(course, now=self.now)
        public_id = course.public_id
        url = reverse("clinic:course", args=[public_id])
        may = self.place.may(Permission.RECORD_CARE)
        return self.page(
            banner=banner_row(banner_of(course, now=self.now), url=url, today=self.today),
            found=found,
            steps=[self._step(step, public_id, may) for step in found.steps],
            edition=(
                found.requalification.edition if found.requalification else found.decision.edition
            ).upper(),
            may_begin=may and found.requalification is not None,
            course_url=url,
            course_id=public_id,
            form=form,
            guard=self.marks(course, version_of(found.facts, REQUALIFYING)),
            status=status,
        )

    def _course(self, public_id: uuid.UUID) -> Any:
        return course_for(self.user, public_id, need=self.need, page="supply", now=self.now)

    def _step(self, step: Step, course_id: uuid.UUID, may: bool) -> dict[str, Any]:
        fix, label = fix_of(step.check)
        return {
            "title": wording.CHECKS[step.check],
            "why": REASONS[step.reason][1],
            "owner": wording.OWNERS[step.owner],
            "rule": step.rule,
            "first_day": step.first_day,
            "fix_url": reverse("clinic:record", args=[course_id, fix]) if fix and may else "",
            "fix_label": label,
        }

"""Capsules in hand against the next pick-up; after a missed window, the way back in one press."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic import wording
from clinic.reasons import REASONS
from clinic.rows import banner_row, fix_of
from clinic.views.base import StaffPage
from courses.queries import course_for
from look.templatetags.clinical import day_text
from monitoring.actions import requalifying
from monitoring.queries.course_page import banner_of
from monitoring.queries.supply import supply_page
from people.permissions import Permission
from protocol.gap import Step


class Supply(StaffPage):
    """How long the capsules last, when the next can be had, and what stands between."""

    need = Permission.READ_SENSITIVE
    current = "worklist"
    template_name = "clinic/supply.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Read live."""
        course = self._course(public_id)
        found = supply_page(course, now=self.now)
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
        )

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Open what must be done anew, and tell the patient."""
        course = self._course(public_id)
        if not self.place.may(Permission.RECORD_CARE):
            raise PermissionDenied
        try:
            asked = requalifying.begin(course, by=self.user, now=self.now)
        except requalifying.NothingMissed:
            messages.warning(request, "No window is missed: there is nothing to open anew.")
        else:
            messages.success(
                request,
                f"Opened for {course.patient.full_name}: "
                f"a new test counts from {day_text(asked.test_from)}.",
            )
        return redirect("clinic:supply", public_id)

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

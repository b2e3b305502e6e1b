"""The pregnancy tests of a course one by one, and taking one back that was entered in error."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from clinic.forms.recording import TestForm
from clinic.forms.treatment import WithdrawForm
from clinic.views.guarded import CourseFormPage
from courses.queries import course_for
from monitoring.actions import pregnancy_tests
from monitoring.queries.course_page import top_of
from monitoring.queries.pregnancy_tests import TestRow, row_of, test_of, tests_of
from people.permissions import Permission
from protocol.vocabulary import TestResult

_STATUS = {"negative": "ok", "positive": "critical", "indeterminate": "critical"}
_CHOICES = {
    name: dict(TestForm.base_fields[name].choices)  # type: ignore[attr-defined]
    for name in ("setting", "specimen", "reader")
}
_WARNING = "It no longer counts for any check, and stays on this list with your reason."
_STAYS_OPEN = (
    "The steps that this test began stay open until each is settled. Take it back only if it is "
    "not this patient's test, or was typed wrongly."
)


def _row(test: TestRow) -> dict[str, Any]:
    """A test in words."""
    where = [_CHOICES["specimen"].get(test.specimen), _CHOICES["setting"].get(test.setting)]
    return {
        "test": test,
        "word": test.result.capitalize() if test.result else "Left out",
        "status": "neutral" if test.withdrawn_at else _STATUS.get(test.result, "neutral"),
        "how": " · ".join(filter(None, where)) if test.result else test.omitted_reason,
        "reader": _CHOICES["reader"].get(test.reader, ""),
    }


def _calm(test: Any) -> bool:
    """It was left out, or negative: it began no steps."""
    return test.result in ("", TestResult.NEGATIVE)


class PregnancyTests(CourseFormPage):
    """Every test that was entered, newest sample first."""

    need = Permission.READ_SENSITIVE
    current = "patients"
    template_name = "clinic/pregnancy_tests.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Read it."""
        course = course_for(self.user, public_id, need=self.need, page="tests", now=self.now)
        return self.page(
            rows=[_row(test) for test in tests_of(course)],
            course_id=public_id,
            may_record=self.place.may(Permission.RECORD_CARE),
            **self.top_of(course, top_of(course, now=self.now)),
        )


class WithdrawTest(CourseFormPage):
    """Take a test back with the reason. One that alarmed is taken back by a prescriber only."""

    need = Permission.RECORD_CARE
    current = "patients"
    template_name = "clinic/withdraw_test.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID, test: uuid.UUID) -> HttpResponse:
        """The test, and a place for the reason."""
        course, row = self._find(public_id, test)
        return self._page(course, row, WithdrawForm(today=self.today))

    def post(self, request: HttpRequest, public_id: uuid.UUID, test: uuid.UUID) -> HttpResponse:
        """Take it back."""
        course, row = self._find(public_id, test)
        form = WithdrawForm(request.POST, today=self.today)

        def change() -> None:
            pregnancy_tests.withdraw_test(
                row, reason=form.cleaned_data["reason"], by=self.user, now=self.now
            )

        if not self._may(row):
            return self._page(course, row, form, status=403)
        saved = self.save(
            course,
            form,
            change,
            refusals={
                pregnancy_tests.AlreadyWithdrawn: "Somebody took this test back meanwhile.",
            },
            saved="Test taken back for",
        )
        return saved or self._page(course, row, form, status=422)

    def _may(self, row: Any) -> bool:
        return _calm(row) or self.place.may(Permission.CHANGE_DOSE)

    def _find(self, public_id: uuid.UUID, test: uuid.UUID) -> tuple[Any, Any]:
        course = course_for(self.user, public_id, need=self.need, page="tests", now=self.now)
        return course, test_of(course, test)

    def _page(self, course: Any, row: Any, form: WithdrawForm, status: int = 200) -> HttpResponse:
        return self.page(
            form=form,
            row=_row(row_of(row)),
            warning=_WARNING if _calm(row) else f"{_WARNING} {_STAYS_OPEN}",
            may=self._may(row),
            status=status,
            **self.top_of(course, top_of(course, now=self.now)),
        )

"""Reading home tests: the picture and its code, and whose it is only afterwards (US-13)."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from audit import trail
from clinic.forms.home_tests import ReadingForm
from clinic.views.base import StaffPage
from look.files import picture
from monitoring.actions import home_tests as acting
from monitoring.queries import home_tests
from people.permissions import Permission


class NextHomeTest(StaffPage):
    """The picture that waits longest for this reader, or that there is none."""

    need = Permission.RECORD_CARE
    current = "worklist"
    template_name = "clinic/home_tests.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Lead to it."""
        found = home_tests.next_for(self.place, self.user)
        if found is not None:
            return redirect("clinic:home-test", found)
        return self.page()


class _OneTest(StaffPage):
    """A page about one picture. The log knows whose it is; the page does not say."""

    need = Permission.RECORD_CARE
    current = "worklist"

    def the_test(self, public_id: uuid.UUID) -> home_tests.HomeTest:
        """The test, with the look at it written down."""
        row = home_tests.whose(self.place, public_id)
        trail.saw(
            self.user,
            page="home test",
            now=self.now,
            patient=row.course.patient.public_id,
            clinic=self.place.slug,
        )
        return row


class ReadHomeTest(_OneTest):
    """The picture and two questions about it."""

    template_name = "clinic/home_test.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The picture and the two questions."""
        row = self.the_test(public_id)
        if row.outcome or home_tests.has_read(row, self.user):
            messages.info(request, "This picture has been read.")
            return redirect("clinic:home-test-next")
        return self._page(row, ReadingForm(today=self.today))

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Keep the reading, then say whose test it was."""
        row = self.the_test(public_id)
        form = ReadingForm(request.POST, today=self.today)
        if not form.is_valid():
            return self._page(row, form, status=422)
        try:
            row = acting.read(
                row,
                read=form.cleaned_data["read"],
                code_matches=form.cleaned_data["code_matches"] == "yes",
                by=self.user,
                now=self.now,
            )
        except acting.AlreadyRead:
            messages.info(request, "This picture has been read. Nothing was changed.")
            return redirect("clinic:home-test-next")
        if not row.outcome:
            messages.success(request, "Saved. A second reader is asked before it counts.")
            return redirect("clinic:home-test-next")
        patient = row.course.patient
        what = "recorded" if row.test is not None else "to be done again"
        messages.success(request, f"Read: the test of {patient.full_name} is {what}")
        return redirect("clinic:course", row.course.public_id)

    def _page(
        self, row: home_tests.HomeTest, form: ReadingForm, *, status: int = 200
    ) -> HttpResponse:
        return self.page(
            test=home_tests.to_read(row),
            waiting=home_tests.waiting_for(self.place, self.user),
            form=form,
            search_url="",
            status=status,
        )


class HomeTestPicture(_OneTest):
    """The picture itself, for a reader."""

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """A JPEG, kept by no cache."""
        return picture(home_tests.body_of(self.the_test(public_id)), name="test.jpg")

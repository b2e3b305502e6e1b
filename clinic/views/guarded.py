"""Pages with a form about one course: the right patient, once, on what is still true (AT-40)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from audit import trail
from clinic.forms import guard
from clinic.rows import banner_row
from clinic.views.base import StaffPage
from look.templatetags.clinical import said_name
from monitoring.actions import shown
from monitoring.queries.course_page import CoursePage, Top, top_of
from monitoring.versions import version_of


class CourseFormPage(StaffPage):
    """A page whose form belongs to one course. No session knows a *current patient*."""

    def save(
        self,
        course: Any,
        form: Any,
        change: Callable[[], object],
        *,
        refusals: dict[type[Exception], str],
        watched: tuple[str, ...] = (),
        saved: str = "Saved for",
        fields: Mapping[type[Exception], str] = {},
        still: Callable[[], str] | None = None,
        then: Callable[[bool], HttpResponse] | None = None,
    ) -> HttpResponse | None:
        """Make the change of a valid form, once; the answer, or None with the reason in the form.

        The form's number, the version it was shown and the change are one transaction.

        Args:
            refusals: words of what the change may refuse.
            watched: facts that must not have changed since the page was shown.
            saved: what is said before the patient's name.
            fields: at which field the words of a refusal stand; else above the form.
            still: the version, read anew, of something shown that is no fact of the course.
            then: says what was saved and where to go, told whether it was saved before.
        """
        said = guard.GuardForm(self.request.POST).shown()
        if said is not None and said.patient != course.patient.public_id:
            return self.wrong_patient(course)
        if not form.is_valid():
            return None
        if said is None:
            form.add_error(None, guard.UNMARKED)
            return None
        name = said_name(course.patient)
        try:
            with transaction.atomic():
                shown.accept(course, said, watched=watched, still=still, by=self.user, now=self.now)
                change()
        except shown.SentAlready:
            if then is not None:
                return then(True)
            messages.info(self.request, f"{saved} {name} already. Nothing was saved twice.")
        except shown.Changed:
            form.add_error(None, guard.CHANGED)
            return None
        except tuple(refusals) as refusal:
            form.add_error(fields.get(type(refusal)), refusals[type(refusal)])
            return None
        else:
            if then is not None:
                return then(False)
            messages.success(self.request, f"{saved} {name}")
        return redirect("clinic:course", course.public_id)

    def wrong_patient(self, course: Any) -> HttpResponse:
        """The hard stop: nothing is saved, nothing of the form is shown, and it is written down."""
        trail.saw(
            self.user,
            page="wrong-patient",
            now=self.now,
            patient=course.patient.public_id,
            clinic=course.clinic.slug,
            refused=True,
        )
        self.template_name = "clinic/wrong_patient.html"
        return self.page(back=reverse("clinic:course", args=[course.public_id]), status=409)

    def top(self, course: Any, watched: tuple[str, ...] = ()) -> dict[str, Any]:
        """Banner, guard and way back of a page, from one reading of the record."""
        found = top_of(course, now=self.now)
        return {"found": found, **self.top_of(course, found, watched)}

    def top_of(
        self, course: Any, found: Top | CoursePage, watched: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """The same where the record has been read; the number of a form sent again stays."""
        back = reverse("clinic:course", args=[course.public_id])
        return {
            "banner": banner_row(found.banner, url=back, today=self.today),
            "guard": self.marks(course, version_of(found.facts, watched)),
            "back": back,
        }

    def marks(self, course: Any, version: str) -> guard.GuardForm:
        """The unseen fields of one form of the page."""
        fields = guard.marked(course.patient.public_id, version)
        sent = guard.GuardForm(self.request.POST)
        if self.request.method == "POST" and sent.is_valid():
            fields.initial["nonce"] = sent.cleaned_data["nonce"]
        return fields

    @property
    def previewing(self) -> bool:
        """The press was for the preview: nothing is saved, and nothing is called a mistake yet."""
        return "preview" in self.request.POST

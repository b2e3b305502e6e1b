"""A test at home: the code, the photo beside it, and what becomes of it (US-13)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from monitoring.actions import home_tests as acting
from monitoring.pictures import NotAPicture, TooLarge
from monitoring.portal_queries import local_today, newest_course
from monitoring.queries import home_tests
from portal import advice, skin_words
from portal.forms.pictures import NOT_A_PICTURE, TOO_LARGE, HomeTestForm
from portal.views.page import PatientPage


class HomeTestPage(PatientPage):
    """One page that says which of its steps comes now. It never shows an earlier picture."""

    task_page = True
    tab = "home"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The step that comes now."""
        return self._page(HomeTestForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask for a code, or send the photo."""
        course = newest_course(self.patient)
        if course is None:
            return redirect("portal:home")
        today = local_today(self.patient, now=self.now)
        try:
            if "code" in request.POST:
                acting.give_code(course, by=self.patient, today=today, now=self.now)
                return redirect("portal:home-test")
            form = HomeTestForm(request.POST, request.FILES)
            if not form.is_valid():
                return self._page(form, status=422)
            acting.send(
                course,
                sent=form.cleaned_data["photo"].read(),
                said=form.cleaned_data["said"],
                by=self.patient,
                today=today,
                now=self.now,
            )
        except TooLarge:
            form.add_error("photo", TOO_LARGE)
            return self._page(form, status=422)
        except NotAPicture:
            form.add_error("photo", NOT_A_PICTURE)
            return self._page(form, status=422)
        except (acting.NotAllowed, acting.WaitsToBeRead, acting.Expired):
            # The page says what is so now: too late, already sent, or not here.
            return redirect("portal:home-test")
        return redirect("portal:home-test")

    def _page(self, form: HomeTestForm, *, status: int = 200) -> HttpResponse:
        test = home_tests.own_test(self.patient, now=self.now)
        stop = test.said == acting.POSITIVE and test.state in {"waiting", "repeat"}
        return self.show(
            "portal/home_test.html",
            status=status,
            form=form,
            test=test,
            advice=advice.advice_after(["SYMPTOM_RED", "TEST_POSITIVE"], hold=True)
            if stop
            else None,
            said=skin_words.SAID_OF_TEST.items(),
            exit_url=reverse("portal:leave"),
        )

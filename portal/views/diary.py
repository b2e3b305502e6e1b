"""The diary: how today was, in a few taps. What is dangerous is answered at once."""

from __future__ import annotations

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from monitoring import diary_choices
from monitoring.actions import diary
from monitoring.check_in_shapes import Choice
from monitoring.portal_queries import local_today, newest_course
from monitoring.queries import pictures
from portal import advice, skin_words, wording
from portal.forms.pictures import DiaryForm
from portal.views.page import PatientPage
from protocol import crisis

log = structlog.get_logger(__name__)
_DANGER = "danger-"


class Diary(PatientPage):
    """Today, or yesterday for what was forgotten in the evening."""

    tab = "home"

    def get(self, request: HttpRequest, back: int = 0) -> HttpResponse:
        """The day as it was noted, and the days before."""
        return self._page(back)

    def post(self, request: HttpRequest, back: int = 0) -> HttpResponse:
        """Note the day; advice for what cannot wait is shown even if nothing could be saved."""
        course = newest_course(self.patient)
        if course is None or back > diary.DAYS_BACK:
            raise Http404
        form = DiaryForm(request.POST)
        if not form.is_valid():
            return self._page(back, status=422)
        today = local_today(self.patient, now=self.now)
        felt = form.cleaned_data["felt"]
        try:
            diary.note(
                course,
                on=skin_words.days_ago(today, back),
                taken=form.cleaned_data["taken"],
                felt=felt,
                by=self.patient,
                today=today,
                now=self.now,
            )
        except diary.NothingSaid:
            return self._page(back, status=422, nothing=True)
        except Exception:
            if not any(each.startswith(_DANGER) for each in felt):
                raise
            log.exception("danger_sign_not_saved")
            return self._advice_without_saving(felt)
        return redirect(request.path)

    def _advice_without_saving(self, felt: list[str]) -> HttpResponse:
        country = self.patient.country or self.patient.clinic.country
        mood = {f"{_DANGER}self-harm", f"{_DANGER}voices"}.intersection(felt)
        lines = crisis.crisis_lines(country) if mood else (crisis.emergency_number(country),)
        return self.show(
            "portal/now.html",
            status=500,
            advice=advice.advice_after(["MH_ITEM9" if mood else "SYMPTOM_RED"], hold=True),
            lines=wording.crisis_lines(lines),
            not_saved=True,
            onward_url=reverse("portal:diary"),
        )

    def _page(self, back: int, *, status: int = 200, nothing: bool = False) -> HttpResponse:
        if back > diary.DAYS_BACK:
            raise Http404
        page = pictures.diary_page(self.patient, back=back, now=self.now)
        if page is None:
            raise Http404
        felt = set(page.noted.felt) if page.noted else set()
        found = advice.advice_after(skin_words.diary_codes(page), hold=page.hold)
        return self.show(
            "portal/diary.html",
            status=status,
            page=page,
            back=back,
            nothing=nothing,
            advice=found,
            lines=wording.crisis_lines(page.lines) if found else (),
            tips=wording.tips(page.tips),
            usual=_rows(diary_choices.USUAL, felt),
            stronger=_rows(diary_choices.STRONGER, felt),
            dangerous=_rows(diary_choices.DANGEROUS, felt, prefix=_DANGER),
            graver=any(each in felt for each in _graver()),
            earlier=[(day, _felt_words(day.felt)) for day in page.earlier],
        )


def _rows(
    choices: tuple[Choice, ...], felt: set[str], prefix: str = ""
) -> list[tuple[str, Choice, bool]]:
    return [(f"{prefix}{each.value}", each, f"{prefix}{each.value}" in felt) for each in choices]


def _graver() -> list[str]:
    return [
        *(each.value for each in diary_choices.STRONGER),
        *(f"{_DANGER}{each.value}" for each in diary_choices.DANGEROUS),
    ]


def _felt_words(felt: tuple[str, ...]) -> list[object]:
    return [diary_choices.ALL[key].label for key in felt if key in diary_choices.ALL]

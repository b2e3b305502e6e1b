"""What patients can read about their treatment, timed to the week, and what people often say."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language

from monitoring import learn
from monitoring.queries.cards import library_of
from monitoring.queries.place_in_course import PlaceInCourse, place_in_course
from portal.views.page import PatientPage

_SAID = {"true": True, "false": False}


class _Reading(PatientPage):
    """A page to read: a task link's session may, for nothing private stands on it."""

    task_page = True
    tab = "home"

    def library(self) -> learn.Library:
        """The clinic's words, and the shipped ones, in the language of the page."""
        return library_of(self.patient.clinic_id, self.language())

    def language(self) -> str:
        """The language of the words, where there are words in it."""
        language = get_language() or ""
        return language if language in learn.LANGUAGES else "en"

    def place(self) -> PlaceInCourse:
        """Where the patient is in the course."""
        return place_in_course(self.patient, now=self.now)


class Learn(_Reading):
    """All cards, those of the week first, with the way through the course."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        library, place = self.library(), self.place()
        cards = library.for_patient(pregnancy_is_possible=place.pregnancy_is_possible)
        week = place.week
        return self.show(
            "portal/learn.html",
            now_cards=learn.now_first(cards, week=week, ended=place.ended)[:4],
            themes=[
                (title, [card for card in cards if card.theme == theme])
                for theme, title in library.themes.items()
            ],
            steps=[
                (step, week is not None and step.weeks[0] <= week <= step.weeks[1])
                for step in library.steps
            ],
            week=week,
            ended=place.ended,
            said=self.language(),
            has_myths=bool(library.myths),
        )


class Card(_Reading):
    """One card."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Its words, what they rest on, and the next card."""
        library, place = self.library(), self.place()
        cards = library.for_patient(pregnancy_is_possible=place.pregnancy_is_possible)
        found = [number for number, card in enumerate(cards) if card.slug == slug]
        if not found:
            raise Http404
        following = cards[(found[0] + 1) % len(cards)]
        return self.show(
            "portal/learn_card.html",
            card=cards[found[0]],
            said=self.language(),
            following=following,
        )


class Myths(_Reading):
    """What people say: guess, then read. Nothing is kept."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The questions."""
        return self._page({})

    def post(self, request: HttpRequest) -> HttpResponse:
        """The answers beside what was guessed."""
        guesses = {myth.slug: request.POST.get(myth.slug, "") for myth in self.library().myths}
        return self._page({slug: _SAID.get(said) for slug, said in guesses.items()}, answered=True)

    def _page(self, guesses: dict[str, bool | None], *, answered: bool = False) -> HttpResponse:
        library, place = self.library(), self.place()
        rows = [
            (myth, guesses.get(myth.slug))
            for myth in library.myths
            if place.pregnancy_is_possible or not myth.only_if_pregnancy_is_possible
        ]
        return self.show(
            "portal/learn_myths.html", rows=rows, answered=answered, said=self.language()
        )

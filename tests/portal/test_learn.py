"""What patients can read: for whom, when, in which words."""

from __future__ import annotations

from datetime import date

import pytest
import textstat
from django.test import Client

from courses.models import Course, Enrolment
from local import translations
from monitoring import learn
from people.models import Patient
from tests import world

GRADE = 6
# Wording that is not ours: questionnaires are asked as their authors wrote them (MH-6, MH-9).
INSTRUMENTS = "monitoring/check_in_mood.py"
PATIENTS_PAGES = ("portal/", "monitoring/", "templates/portal/")


@pytest.mark.parametrize("language", learn.LANGUAGES)
def test_each_card_rests_on_something_and_was_read(language: str) -> None:
    library = learn.library(language)
    assert len(library.cards) >= 15 and len(library.myths) == 4
    for card in library.cards:
        assert card.source and card.basis and card.evidence in {"V1", "V2", "M", "D", "C"}
        assert card.theme in library.themes
        assert date(2026, 1, 1) < card.reviewed


@pytest.mark.parametrize("card", learn.library("en").cards, ids=lambda card: card.slug)
def test_card_is_read_by_a_child_of_eleven(card: learn.Card) -> None:
    assert textstat.flesch_kincaid_grade(" ".join([card.title + ".", *card.text])) <= GRADE


@pytest.mark.parametrize("myth", learn.library("en").myths, ids=lambda myth: myth.slug)
def test_myth_is_read_by_a_child_of_eleven(myth: learn.Card) -> None:
    assert textstat.flesch_kincaid_grade(" ".join([myth.title, *myth.text])) <= GRADE


def test_every_sentence_for_patients_is_read_by_a_child_of_eleven() -> None:
    hard = []
    for message in translations.found():
        files = [name for name, _ in message.locations]
        ours = any(name.startswith(PATIENTS_PAGES) and name != INSTRUMENTS for name in files)
        texts = message.id if isinstance(message.id, tuple | list) else (message.id,)
        for text in map(str, texts):
            words = text.replace("%(", "").replace(")s", "").replace(")d", "")
            # Of a few words no formula says anything.
            if ours and len(words.split()) >= 6 and textstat.flesch_kincaid_grade(words) > GRADE:
                hard.append(text)
    assert hard == []


@pytest.mark.parametrize(
    ("week", "ended", "first"),
    [(None, False, "oil"), (1, False, "oil"), (3, False, "taking"), (None, True, "life-after")],
)
def test_cards_of_the_moment(week: int | None, ended: bool, first: str) -> None:
    cards = learn.library("en").cards
    assert learn.now_first(cards, week=week, ended=ended)[0].slug == first


@pytest.mark.django_db
def test_list_says_where_the_patient_is(signed_in: Client) -> None:
    page = signed_in.get("/learn/").content.decode()
    assert "You are here" in page
    assert "Do not get pregnant" in page


@pytest.mark.django_db
def test_pregnancy_is_not_told_to_who_cannot_become_pregnant(
    signed_in: Client, course: Course
) -> None:
    Enrolment.objects.filter(course=course).update(category="ncp")
    assert "Do not get pregnant" not in signed_in.get("/learn/").content.decode()
    assert signed_in.get("/learn/unborn/").status_code == 404


@pytest.mark.django_db
def test_patient_of_no_known_category_is_told_of_everything(client: Client) -> None:
    client.force_login(world.patient(world.clinic(), login=True).user)
    assert "Do not get pregnant" in client.get("/learn/").content.decode()


@pytest.mark.django_db
def test_cards_are_read_in_spanish(signed_in: Client, patient: Patient) -> None:
    Patient.objects.filter(pk=patient.pk).update(language="es")
    assert "Labios secos" in signed_in.get("/learn/lips/").content.decode()


@pytest.mark.django_db
def test_unknown_card_is_not_found(signed_in: Client) -> None:
    assert signed_in.get("/learn/nothing/").status_code == 404


@pytest.mark.django_db
def test_guesses_are_answered_and_not_kept(signed_in: Client) -> None:
    sent = {"worse-first": "false", "double-dose": "true"}
    page = signed_in.post("/learn/myths/", sent).content.decode()
    assert page.count("Right: it is not true.") == 1
    assert page.count("Many people think so, but it is not true.") == 1
    assert page.count("<b>It is not true.</b>") == 2
    assert "Right: it is not true." not in signed_in.get("/learn/myths/").content.decode()

"""Words for everything that can reach a patient's page, and words that a patient can read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext

from monitoring import check_in_mood, check_in_prevention, check_in_questions, check_in_symptoms
from monitoring.check_in_shapes import Question
from portal import wording
from portal.reason_table import REASONS
from portal.urls import urlpatterns
from protocol import symptoms
from protocol.crisis import crisis_lines
from protocol.findings import Finding
from protocol.vocabulary import Analyte, Check, Level, Method, Owner, Reason, Requirement
from tests.conftest import PROJECT

PROTOCOL = Path(symptoms.__file__).parent
QUESTIONS = (
    check_in_symptoms.DANGER,
    *check_in_symptoms.BODY,
    check_in_questions.MISSED,
    check_in_questions.MISSED_COUNT,
    check_in_prevention.SAME_OR_CHANGED,
    check_in_prevention.METHODS,
    check_in_prevention.EVENTS,
    *check_in_prevention.COMPREHENSION,
)


@pytest.mark.parametrize(
    ("table", "members"),
    [
        (REASONS, Reason),
        (wording.OWNERS, Owner),
        (wording.CHECKS, Check),
        (wording.REQUIREMENTS, Requirement),
        (wording.REQUIREMENT_NAMES, Requirement),
        (wording.ANALYTES, Analyte),
        (check_in_prevention.METHOD_WORDS, Method),
    ],
)
def test_every_member_has_words(table: dict[object, object], members: type) -> None:
    assert set(table) == set(members)
    assert all(str(words) for words in table.values())


@pytest.mark.parametrize("owner", list(Owner))
def test_every_reason_says_what_and_who(owner: Owner) -> None:
    for reason in Reason:
        words = wording.reason_words(reason, owner=owner)
        assert str(words.title), reason
        assert str(words.text).endswith("."), reason
        assert str(words.who).endswith("."), reason


def test_a_finding_says_from_when_it_counts() -> None:
    finding = Finding(
        reason=Reason.LOCKOUT_19,
        level=Level.BLOCK,
        owner=Owner.PATIENT,
        rule="US-11",
        check=Check.WINDOW,
        remedy_on=date(2026, 12, 5),
    )
    assert wording.finding_words(finding).from_on == date(2026, 12, 5)


def test_every_tip_has_words() -> None:
    table = tomllib.loads((PROTOCOL / "tables" / "symptoms.toml").read_text(encoding="utf-8"))
    keys = {row["tip"] for row in table["symptom"].values() if "tip" in row}
    assert keys == set(wording.TIPS)


@pytest.mark.parametrize("country", ["US", "GB", "CA", "AU", "IE", "FR", "ZZ", "unknown"])
def test_every_crisis_line_can_be_tapped(country: str) -> None:
    for line in wording.crisis_lines(crisis_lines(country)):
        assert re.fullmatch(r"(tel|sms):\d+|https://[a-z.]+", line.href)


def test_every_choice_reports_what_the_rule_book_knows() -> None:
    for question in QUESTIONS:
        for choice in question.choices:
            for report in choice.reports:
                assert report.code in symptoms.SYMPTOM_CODES
                assert set(report.features) <= symptoms.FEATURES


def test_every_symptom_of_the_rule_book_can_be_reported() -> None:
    reported = {
        report.code
        for question in QUESTIONS
        for choice in question.choices
        for report in choice.reports
    }
    assert reported == set(symptoms.SYMPTOM_CODES)


def test_page_numbers_and_answer_names_are_unique() -> None:
    questions = [
        *QUESTIONS,
        check_in_questions.missed_days((date(2026, 11, 1),)),
        check_in_mood.sexual_function(wanted=True),
        *(check_in_mood.item(index, age=30) for index in range(9)),
    ]
    assert len({question.number for question in questions}) == len(questions)
    assert len({question.name for question in questions}) == len(questions)


def test_every_question_can_be_answered_with_nothing_wrong() -> None:
    for question in QUESTIONS:
        harmless = [choice for choice in question.choices if not choice.reports]
        assert harmless, question.name


def test_teenagers_get_the_adolescent_items_and_the_promise_of_confidence() -> None:
    adult, young = check_in_mood.item(1, age=18), check_in_mood.item(1, age=17)
    assert "irritable" in str(young.title)
    assert "irritable" not in str(adult.title)
    assert "care team" in str(young.note)
    assert "Pfizer" in str(adult.credit)


def our_words() -> Iterator[str]:
    """Every sentence written here; the PHQ's and MH-9's own words are not ours to change."""
    for title, text in REASONS.values():
        yield from (str(title), str(text))
    yield from map(str, wording.TIPS.values())
    yield from map(str, wording.OWNERS.values())
    for question in QUESTIONS:
        yield from _of(question)


def _of(question: Question) -> Iterator[str]:
    yield from (str(question.title), str(question.note), str(question.teach))
    for choice in question.choices:
        yield from (str(choice.label), str(choice.hint))


def test_words_are_calm_and_plain() -> None:
    for sentence in our_words():
        assert "!" not in sentence
        assert not re.search(r"\b(fail|error|invalid|abnormal|noncompliant)", sentence, re.I)
        for part in re.split(r"[.?:]", sentence):
            assert len(part.split()) <= 22, sentence


def test_the_first_page_has_no_word_to_hide() -> None:
    private = re.compile(r"pregnan|isotretinoin|suicid|sexual|contracep", re.I)
    for title, text in REASONS.values():
        assert not private.search(f"{title} {text}")


def test_no_title_and_no_address_of_the_portal_says_what_it_is_about() -> None:
    """The tab and the history of a browser are read over a shoulder, in both languages (UX-13)."""
    private = re.compile(
        r"isotret|acne|acné|pregnan|embaraz|contracep|anticoncep|birth.?control|mood|ánimo|depress"
        r"|suicid|symptom|síntoma|capsule|cápsula|blood|sangre|\btests?\b|prueba",
        re.I,
    )
    titles = [
        text
        for page in (PROJECT / "templates/portal").glob("*.html")
        for block in re.findall(r"{% block title %}(.*?){% endblock %}", page.read_text())
        for text in re.findall(r'translate "([^"]+)"', block)
    ]
    assert len(titles) > 30
    with translation.override("es"):
        spoken = [gettext(title) for title in titles]
    assert [text for text in (*titles, *spoken) if private.search(text)] == []
    assert [route.pattern for route in urlpatterns if private.search(str(route.pattern))] == []

"""A scenario file is read strictly: what is not understood is refused, with its place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from monitoring.replay.reading import StoryError
from protocol.facts import PregnancyTest, Weight
from tests.monitoring.replay.stories import HEAD, read_text

ASK = "ask: [{on: 2026-02-03, query: edition, expect: {edition: us-2021}}]\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (HEAD + ASK + "colour: blue\n", "document 1 (a-story): colour: unknown key"),
        (HEAD + ASK + "events: [{on: 2026-02-03, party: {}}]\n", "events[1].party: unknown key"),
        (
            HEAD + ASK + "events: [{on: 2026-02-03, lab: {analyte: alb, value: 1}}]\n",
            "events[1].lab.analyte: unknown 'alb'",
        ),
        (
            HEAD + ASK + "events: [{on: 2026-02-03, symptom: {code: cough}}]\n",
            "events[1].symptom.code: unknown 'cough'",
        ),
        (
            HEAD + ASK + "events: [{on: 2026-02-30, hold: {}}]\n",
            "events[1].on: 2026-02-30 is not a date of the calendar",
        ),
        (
            HEAD + ASK + "events: [{on: 3 Feb 2026, hold: {}}]\n",
            "events[1].on: expected a date as YYYY-MM-DD",
        ),
        (
            HEAD + "ask: [{on: 2026-02-03, action: start, expect: {codes: [NO_SUCH_CODE]}}]\n",
            "ask[1].expect.codes[1]: unknown 'NO_SUCH_CODE'",
        ),
        (
            HEAD + "ask: [{on: 2026-02-03, query: lab, expect: {decision: allow}}]\n",
            "ask[1].expect.decision: unknown key",
        ),
        (
            HEAD + "ask: [{on: 2026-02-03, query: edition, with: {days: 3}, expect: {}}]\n",
            "ask[1].with: unknown key",
        ),
        (
            HEAD + "ask: [{at: 2026-02-03T25:00, action: start, expect: {}}]\n",
            "ask[1].at: expected an ISO 8601 instant",
        ),
        (
            (HEAD + ASK).replace("weight_kg: 60", "weight_kg: -60"),
            "patient.weight_kg: a weight is more than nothing",
        ),
        (
            HEAD + ASK + "events: [{on: 2026-02-03, dose: {daily_mg: 1e400}}]\n",
            "events[1].dose.daily_mg: expected a number of at most 20 digits",
        ),
        (HEAD + ASK + "absent: [weather]\n", "absent[1]: unknown 'weather'"),
        (
            HEAD + ASK + "settings: {uk_rx_last_day: 5}\n",
            "settings.uk_rx_last_day: expected 6 or 7",
        ),
        (HEAD + ASK + "given: yes\n", "given: unknown 'yes'"),
        (HEAD.replace("programme", "program") + ASK, "program: unknown key"),
        (HEAD + ASK + ASK, "ask: the key stands here twice"),
        (HEAD, "ask: is missing"),
        (
            HEAD + ASK + "events: [{on: 2026-02-03, comprehension: {passed: yes}}]\n",
            "events[1].comprehension.passed: expected true or false",
        ),
        (
            HEAD + ASK + "events: [{on: 2026-02-03, phq9: {answers: [0, 0]}}]\n",
            "events[1].phq9.answers: expected 9 answers, found 2",
        ),
        (
            HEAD + ASK + "events: [{on: 2026-02-03, weight: {kg: 60, lb: 132}}]\n",
            "events[1].weight: needs either kg or lb",
        ),
        (
            HEAD + ASK + "events: [{on: 2026-02-03, weight: {kg: 60}, hold: {}}]\n",
            "events[1]: an event holds exactly one thing that happened",
        ),
        (HEAD + ASK + "title: [unclosed\n", "document 1: line"),
        (HEAD + ASK + "---\n" + HEAD + ASK, "document 2 (a-story): scenario: 'a-story' stands"),
        (HEAD.replace("America/New_York", "America/Gotham") + ASK, "timezone: unknown time zone"),
    ],
)
def test_what_is_not_understood_is_refused_by_file_document_and_key(
    tmp_path: Path, text: str, place: str
) -> None:
    with pytest.raises(StoryError) as refused:
        read_text(tmp_path, text)

    assert str(refused.value).startswith("story.yaml: document ")
    assert place in str(refused.value)
    assert "\n" not in str(refused.value)


def test_bare_on_yes_and_no_are_words_in_yaml_1_2(tmp_path: Path) -> None:
    (story,) = read_text(
        tmp_path,
        HEAD.replace("country: US", "country: NO")
        + "events: [{on: 2026-02-03, hold: }]\n"
        + ASK.replace("edition: us-2021", "edition: us-2021"),
    )

    assert story.patient.country == "NO"
    assert story.events[0].on == date(2026, 2, 3)


def test_an_instant_without_an_offset_is_read_in_the_storys_zone(tmp_path: Path) -> None:
    (story,) = read_text(
        tmp_path,
        HEAD.replace("America/New_York", "Pacific/Honolulu")
        + 'events: [{at: "2026-02-03T23:30", pregnancy_test: {result: negative}}]\n'
        + ASK,
    )

    (test,) = story.events[0].facts
    assert isinstance(test, PregnancyTest)
    assert test.at == datetime(2026, 2, 4, 9, 30, tzinfo=UTC)
    assert test.on == date(2026, 2, 3)


def test_numbers_keep_the_digits_that_were_written(tmp_path: Path) -> None:
    (story,) = read_text(tmp_path, HEAD + "events: [{on: 2026-02-03, weight: {kg: 60.10}}]\n" + ASK)

    (weight,) = story.events[0].facts
    assert isinstance(weight, Weight)
    assert str(weight.kg) == "60.10"


def test_pounds_become_kilograms(tmp_path: Path) -> None:
    (story,) = read_text(tmp_path, HEAD + "events: [{on: 2026-02-03, weight: {lb: 100}}]\n" + ASK)

    (weight,) = story.events[0].facts
    assert isinstance(weight, Weight)
    assert weight.kg == Decimal("45.359237")

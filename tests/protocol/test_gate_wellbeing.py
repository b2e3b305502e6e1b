"""Mood, sexual function and symptoms at the gate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from protocol.facts import (
    Questionnaire,
    Reviewed,
    SexualFunctionAsked,
    Symptom,
)
from protocol.gate import mood, sexual_function, symptoms
from protocol.parameters import Wellbeing
from protocol.programmes import Edition, edition_for
from protocol.vocabulary import (
    Action,
    Instrument,
    Level,
    Reason,
    ReviewOf,
    SexualFunction,
)
from tests.protocol.clinical_facts import POLICY, course
from tests.protocol.gate_questions import (
    ALLOW,
    BLOCK,
    LATER,
    OVERRIDE,
    START,
    WARN,
    ask,
    levels,
    running,
)

# Mental health


def phq9(total: int, *, ninth: int | None = 0, on: date = LATER) -> Questionnaire:
    answers = [total // 8 + (item < total % 8) for item in range(8)]
    return Questionnaire(
        ref=f"q-{on}", on=on, instrument=Instrument.PHQ9, answers=(*answers, ninth)
    )


@pytest.mark.parametrize(
    ("questionnaire", "expected"),
    [
        (phq9(9), {}),
        (phq9(10), {Reason.MH_REVIEW: OVERRIDE}),
        (phq9(20), {Reason.MH_REVIEW: OVERRIDE}),
        (phq9(0, ninth=1), {Reason.MH_ITEM9: OVERRIDE}),
        (phq9(20, ninth=2), {Reason.MH_ITEM9: OVERRIDE}),
        (phq9(0, ninth=None), {Reason.MH_ITEM9_UNANSWERED: OVERRIDE}),
        (
            phq9(12, ninth=None),
            {Reason.MH_ITEM9_UNANSWERED: OVERRIDE, Reason.MH_REVIEW: OVERRIDE},
        ),
    ],
)
def test_questionnaire_stands_until_it_is_reviewed(
    questionnaire: Questionnaire, expected: dict[Reason, Level]
) -> None:
    facts = running(questionnaires=(questionnaire,))
    assert levels(ask(facts, mood.RULES)) == expected
    clean_later = replace(facts, questionnaires=(questionnaire, phq9(0, on=date(2025, 4, 5))))
    assert set(ask(clean_later, mood.RULES, on=date(2025, 4, 6))) == set(expected)
    review = Reviewed(ref="r", on=LATER, of=ReviewOf.MENTAL_HEALTH)
    assert levels(ask(replace(facts, reviewed=(review,)), mood.RULES)) == {}
    too_early = replace(review, on=LATER - timedelta(days=1))
    assert levels(ask(replace(facts, reviewed=(too_early,)), mood.RULES)) == expected


def test_rise_of_five_from_baseline_asks_for_a_review() -> None:
    facts = running(questionnaires=(phq9(1, on=START), phq9(6)))
    assert levels(ask(facts, mood.RULES)) == {Reason.MH_REVIEW: OVERRIDE}


@pytest.mark.parametrize(
    ("programme", "on", "level"),
    [
        ("us-ipledge", START, WARN),
        ("uk-mhra", START, OVERRIDE),
        ("uk-mhra", date(2023, 10, 30), WARN),
        ("au", START, OVERRIDE),
        ("eu-ppp", START, WARN),
    ],
)
def test_missing_questionnaire_has_the_level_of_the_edition(
    programme: str, on: date, level: Level
) -> None:
    found = ask(course(programme=programme), mood.RULES, on=on, action=Action.START)
    assert levels(found) == {Reason.PROM_MISSING: level}


@pytest.mark.parametrize(
    ("programme", "asked", "missing"),
    [
        ("uk-mhra", START, True),
        ("uk-mhra", START + timedelta(days=1), False),
        ("us-ipledge", START, False),
    ],
)
def test_united_kingdom_asks_again_for_every_prescription(
    programme: str, asked: date, missing: bool
) -> None:
    facts = running(programme=programme, questionnaires=(phq9(0, on=asked),))
    assert (Reason.PROM_MISSING in ask(facts, mood.RULES)) is missing


@pytest.mark.parametrize(
    ("answers", "followed", "missing"),
    [
        ((1, 1), False, False),
        ((2, 1), False, True),
        ((2, 1), True, False),
        ((None, 1), False, True),
    ],
)
def test_raised_phq2_is_not_enough_without_the_phq9(
    answers: tuple[int | None, ...], followed: bool, missing: bool
) -> None:
    short = Questionnaire(ref="q2", on=LATER, instrument=Instrument.PHQ2, answers=answers)
    asked = (phq9(0), short) if followed else (short,)
    found = ask(running(questionnaires=asked), mood.RULES)
    assert (Reason.PROM_MISSING in found) is missing


@pytest.mark.parametrize(
    ("programme", "level"), [("us-ipledge", WARN), ("uk-mhra", OVERRIDE), ("eu-ppp", WARN)]
)
def test_raised_phq2_alone_has_the_level_of_a_missing_questionnaire(
    programme: str, level: Level
) -> None:
    short = Questionnaire(ref="q2", on=LATER, instrument=Instrument.PHQ2, answers=(2, 1))
    found = ask(running(programme=programme, questionnaires=(short,)), mood.RULES)
    assert levels(found) == {Reason.PROM_MISSING: level}


def asking_nothing(on: date) -> Edition:
    """An edition that wants neither questionnaire nor question, as one to come might."""
    edition = edition_for("us-ipledge", on, policy=POLICY)
    wellbeing = Wellbeing(
        questionnaire_missing=ALLOW,
        sexual_function_missing_first=ALLOW,
        sexual_function_missing_later=ALLOW,
    )
    return replace(edition, params=replace(edition.params, wellbeing=wellbeing))


def test_raised_phq2_is_followed_up_even_where_no_questionnaire_is_asked_for() -> None:
    short = Questionnaire(ref="q2", on=LATER, instrument=Instrument.PHQ2, answers=(2, 1))
    facts = running(questionnaires=(short,))
    found = ask(facts, mood.RULES, edition=asking_nothing(LATER))
    assert levels(found) == {Reason.PROM_MISSING: WARN}


# Sexual function


def test_sexual_function_is_not_missing_where_the_edition_does_not_ask_for_it() -> None:
    for action, facts in ((Action.START, course()), (Action.PRESCRIBE, running())):
        rules = sexual_function.RULES
        assert ask(facts, rules, action=action, edition=asking_nothing(LATER)) == {}


def answered(answer: SexualFunction, on: date = LATER) -> SexualFunctionAsked:
    return SexualFunctionAsked(ref=f"sf-{on}", on=on, answer=answer)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (SexualFunction.NONE, {}),
        (SexualFunction.MILD, {}),
        (SexualFunction.DECLINED, {}),
        (SexualFunction.BOTHERSOME, {Reason.SEXUAL_FN_REVIEW: OVERRIDE}),
    ],
)
def test_bothersome_change_stands_until_reviewed(
    answer: SexualFunction, expected: dict[Reason, Level]
) -> None:
    facts = running(sexual_function=(answered(answer),))
    assert levels(ask(facts, sexual_function.RULES)) == expected
    review = Reviewed(ref="r", on=LATER, of=ReviewOf.SEXUAL_FUNCTION)
    assert levels(ask(replace(facts, reviewed=(review,)), sexual_function.RULES)) == {}
    other = replace(review, of=ReviewOf.SYMPTOM)
    assert levels(ask(replace(facts, reviewed=(other,)), sexual_function.RULES)) == expected


def test_sexual_function_is_asked_before_the_first_and_at_follow_ups() -> None:
    first = ask(course(programme="uk-mhra"), sexual_function.RULES, on=START, action=Action.START)
    assert levels(first) == {Reason.SEXUAL_FN_MISSING: OVERRIDE}
    once = (answered(SexualFunction.NONE, START),)
    later = ask(running(programme="uk-mhra", sexual_function=once), sexual_function.RULES)
    assert levels(later) == {Reason.SEXUAL_FN_MISSING: WARN}


@pytest.mark.parametrize(
    ("programme", "missing"), [("uk-mhra", True), ("us-ipledge", False), ("eu-ppp", False)]
)
def test_sexual_function_is_asked_again_where_the_programme_wants_it(
    programme: str, missing: bool
) -> None:
    once = (answered(SexualFunction.NONE, START),)
    found = ask(running(programme=programme, sexual_function=once), sexual_function.RULES)
    assert (Reason.SEXUAL_FN_MISSING in found) is missing


@pytest.mark.parametrize(
    ("programme", "questionnaire", "function"),
    [("uk-mhra", "UK-07", "UK-08"), ("us-ipledge", "MH-7", "MH-9")],
)
def test_what_was_not_asked_names_the_programmes_rule(
    programme: str, questionnaire: str, function: str
) -> None:
    facts = course(programme=programme)
    rules = (*mood.RULES, *sexual_function.RULES)
    found = ask(facts, rules, on=START, action=Action.START)
    assert found[Reason.PROM_MISSING].rule == questionnaire
    assert found[Reason.SEXUAL_FN_MISSING].rule == function


# Symptoms


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("dry-lips", {}),
        ("night-vision", {Reason.SYMPTOM_URGENT: OVERRIDE}),
        ("jaundice", {Reason.SYMPTOM_RED: BLOCK}),
    ],
)
def test_symptom_stands_until_reviewed(code: str, expected: dict[Reason, Level]) -> None:
    facts = running(symptoms=(Symptom(ref="s", on=START, code=code),))
    assert levels(ask(facts, symptoms.RULES)) == expected
    review = Reviewed(ref="r", on=START, of=ReviewOf.SYMPTOM)
    assert levels(ask(replace(facts, reviewed=(review,)), symptoms.RULES)) == {}

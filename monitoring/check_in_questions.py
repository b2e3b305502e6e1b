"""Which questions a check-in asks, in which order, for whom.

The questions depend only on the ``Background`` and on the answers given so far, so the same draft
always resumes at the same place. Words and meaning of a choice stand side by side in the tables of
``check_in_symptoms``, ``check_in_mood`` and ``check_in_prevention``; a clinician can read them
there. ``WORDING`` is kept with every answer: change it whenever a question's words change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from monitoring import check_in_mood, check_in_prevention, check_in_symptoms
from monitoring.check_in_shapes import Answers, Choice, Question, Shape
from protocol.vocabulary import Method

WORDING = "check-in-2026-11"

_NOTHING_MISSED = "none"
_DAYS_KNOWN = "days"
_DAYS_NOT_KNOWN = "some"


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What decides the questions of one check-in.

    ``dose_days`` are the days on which a dose was due since the last check-in, newest first.
    ``methods_on_file`` is what the clinic has recorded last, empty where nothing is.
    ``asks_sexual_function``: the programme wants it asked (UK-08) or the patient is an adult.
    """

    can_become_pregnant: bool
    comprehension_questions: bool
    asks_sexual_function: bool
    programme_wants_sexual_function: bool
    age: int | None
    country: str
    dose_days: tuple[date, ...]
    methods_on_file: tuple[Method, ...]


MISSED = Question(
    number=2,
    name="missed",
    title=_("Did you miss any doses?"),
    note=_("Missing a dose now and then is common. Do not take extra to catch up."),
    choices=(
        Choice(value=_NOTHING_MISSED, label=_("No, I took them all"), alone=True),
        Choice(value=_DAYS_KNOWN, label=_("Yes, and I know which days")),
        Choice(value=_DAYS_NOT_KNOWN, label=_("Yes, but I am not sure which days")),
    ),
)

MISSED_COUNT = Question(
    number=4,
    name="missed-count",
    title=_("About how many doses did you miss?"),
    choices=(
        Choice(value="1-2", label=_("1 or 2")),
        Choice(value="3-7", label=_("3 to 7")),
        Choice(value="8-or-more", label=_("8 or more")),
    ),
)


def missed_days(dose_days: tuple[date, ...]) -> Question:
    """The days to tick, newest first."""
    return Question(
        number=3,
        name="missed-days",
        shape=Shape.MANY,
        title=_("Which days did you miss?"),
        note=_("Tick each day on which you took no dose."),
        choices=tuple(Choice(value=day.isoformat(), label="", day=day) for day in dose_days),
    )


def questions_for(background: Background, answers: Answers) -> tuple[Question, ...]:
    """Every question of this check-in in order, as far as the answers so far decide it.

    1. danger signs, so that the answer that cannot wait comes first; 2. missed doses; 3. the body
    from top to toe; 4. mood (MH-1, MH-5); 5. sexual function (UK-08, MH-9); 6. for patients who
    can become pregnant: birth control and the programme's questions (US-14 to US-17, UK-10).
    """
    asked = [check_in_symptoms.DANGER, *_about_doses(background, answers)]
    asked += check_in_symptoms.BODY
    asked += check_in_mood.questions(answers, age=background.age)
    if background.asks_sexual_function:
        asked.append(
            check_in_mood.sexual_function(wanted=background.programme_wants_sexual_function)
        )
    if background.can_become_pregnant:
        asked += check_in_prevention.questions(answers, on_file=background.methods_on_file)
        if background.comprehension_questions:
            asked += check_in_prevention.COMPREHENSION
    return tuple(asked)


def _about_doses(background: Background, answers: Answers) -> list[Question]:
    if not background.dose_days:
        return []
    asked = [MISSED]
    if answers.get(MISSED.name) == _DAYS_KNOWN:
        asked.append(missed_days(background.dose_days))
    elif answers.get(MISSED.name) == _DAYS_NOT_KNOWN:
        asked.append(MISSED_COUNT)
    return asked


def first_unanswered(questions: tuple[Question, ...], answers: Answers) -> Question | None:
    """Where a draft is resumed; None when everything is answered."""
    return next((each for each in questions if not is_answered(each, answers)), None)


def is_answered(question: Question, answers: Answers) -> bool:
    """The draft holds an answer that this question still offers."""
    try:
        accepted(question, answers.get(question.name))
    except NotAnAnswer:
        return False
    return True


class NotAnAnswer(ValueError):
    """Nothing was chosen, or something the question does not offer, or a contradiction."""


class TryAgain(NotAnAnswer):
    """The answer of a teaching question was wrong: explain and ask again (US-14)."""


def accepted(question: Question, answer: Any) -> str | list[str]:
    """The answer as it is kept: one value, or for ``Shape.MANY`` the list in the table's order.

    Raises:
        TryAgain: a teaching question was answered wrongly.
        NotAnAnswer: nothing chosen, an unknown value, or "none of these" beside something else.
    """
    offered = {choice.value: choice for choice in question.choices}
    if question.shape is Shape.ONE:
        if not isinstance(answer, str) or answer not in offered:
            raise NotAnAnswer
        if question.right and answer != question.right:
            raise TryAgain
        return answer
    if not isinstance(answer, list | tuple) or not answer:
        raise NotAnAnswer
    if not set(answer) <= set(offered):
        raise NotAnAnswer
    chosen = [value for value in offered if value in answer]
    if len(chosen) > 1 and any(offered[value].alone for value in chosen):
        raise NotAnAnswer
    return chosen


def relevant(questions: tuple[Question, ...], answers: Answers) -> dict[str, str | list[str]]:
    """Only the answers that the present path asks for: what was answered and then became moot
    by a changed answer does not count."""
    return {
        each.name: accepted(each, answers[each.name])
        for each in questions
        if is_answered(each, answers)
    }


def missed(answers: Mapping[str, Any]) -> tuple[tuple[date, ...], bool]:
    """The days missed, and whether more were missed on days that are not known (DOSE-10)."""
    if answers.get(MISSED.name) == _DAYS_KNOWN:
        return tuple(date.fromisoformat(day) for day in answers.get("missed-days", ())), False
    return (), answers.get(MISSED.name) == _DAYS_NOT_KNOWN

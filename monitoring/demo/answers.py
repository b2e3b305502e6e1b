"""Filling in a check-in as a patient without complaints would, but for what a story says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime

from monitoring import check_in_questions
from monitoring.actions import check_ins
from monitoring.check_in_questions import Background
from monitoring.check_in_shapes import Question, Shape
from monitoring.models import CheckIn
from people.models import Patient

Answer = str | list[str]

# What is answered where a story says nothing and the question does not have a right answer.
_CALM: Mapping[str, Answer] = {
    "lips": "little",
    "skin": ["dry"],
    "method-change": "same",
    "sexual-function": "none",
}


def submit(
    patient: Patient,
    background: Background,
    *,
    answers: Mapping[str, Answer],
    today: date,
    now: datetime,
) -> CheckIn:
    """Answer and send the check-in that is open on the day.

    The draft is written whole and then sent by the real action, which judges every answer again
    and refuses one that is incomplete.

    Args:
        background: what decides the questions.
        answers: by question name; the rest is answered calmly.

    Raises:
        NothingOpen: no check-in is open.
    """
    check_in = check_ins.begin(patient, today=today, now=now)
    check_in.answers = json.dumps(_complete(background, answers))
    check_in.saved_at = now
    check_in.save(update_fields=["answers", "saved_at"])
    check_ins.submit(check_in, by=patient, today=today, now=now)
    return check_in


def _complete(background: Background, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    given: dict[str, Answer] = {}
    while True:
        asked = check_in_questions.questions_for(background, given)
        unanswered = [question for question in asked if question.name not in given]
        if not unanswered:
            return given
        for question in unanswered:
            given[question.name] = answers.get(question.name) or _calm(question)


def _calm(question: Question) -> Answer:
    if question.right:
        return question.right
    if question.name in _CALM:
        return _CALM[question.name]
    if question.name.startswith("phq"):
        return "0"
    nothing = next(choice.value for choice in question.choices if choice.alone)
    return [nothing] if question.shape is Shape.MANY else nothing

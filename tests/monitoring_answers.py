"""How somebody answers a check-in: quietly, but for what a test wants said."""

from __future__ import annotations

import json
from typing import Any

from monitoring import check_in_drafts, check_in_questions
from monitoring.actions import check_ins
from monitoring.check_in_shapes import Question, Shape
from monitoring.models import CheckIn
from people.models import Patient
from tests.world import NOW, TODAY


def quiet_answer(question: Question) -> str | list[str]:
    """The answer of somebody who is well; teaching questions are answered rightly."""
    if question.right:
        return question.right
    if question.name == "methods":
        return ["combined-pill", "male-condom"]
    if question.name == "missed-days":
        return [question.choices[0].value]
    if question.name.startswith("phq"):
        return "0"
    first = question.choices[0].value
    return [first] if question.shape is Shape.MANY else first


def answer_all(check_in: CheckIn, patient: Patient, **chosen: Any) -> None:
    """Answer every question; ``chosen`` by name with underscores, all others quietly.

    The quiet answers are written at once; the chosen ones are saved one by one, as a person does.
    """
    wanted = {name.replace("_", "-"): value for name, value in chosen.items()}
    background = check_in_drafts.read(check_in, today=TODAY, now=NOW).background
    answers: dict[str, Any] = {}
    while True:
        questions = check_in_questions.questions_for(background, answers)
        question = check_in_questions.first_unanswered(questions, answers)
        if question is None:
            break
        answers[question.name] = wanted.get(question.name, quiet_answer(question))
    check_in.answers = json.dumps(answers)
    check_in.save(update_fields=["answers"])
    for question in questions:
        if question.name in wanted:
            check_ins.save(
                check_in,
                number=question.number,
                answer=wanted[question.name],
                by=patient,
                today=TODAY,
                now=NOW,
            )
    check_in.refresh_from_db()

"""The answers of a check-in as the patient reads them back before sending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from monitoring import check_in_meaning, check_in_prevention
from monitoring.check_in_drafts import Draft
from monitoring.check_in_shapes import Choice, Question


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One question with its answer, in words or as days, and the page that changes it."""

    title: str
    answer: str
    days: tuple[date, ...]
    change_url: str


def rows(draft: Draft) -> list[AnswerRow]:
    """Every question of the draft in order; teaching questions are left out: they are all right."""
    return [
        AnswerRow(
            str(question.title),
            ", ".join(str(choice.label) for choice in _chosen(question, draft) if not choice.day),
            tuple(choice.day for choice in _chosen(question, draft) if choice.day),
            reverse("portal:check-in-question", args=[question.number]),
        )
        for question in draft.questions
        if not question.right
    ]


def on_file(draft: Draft, question: Question) -> tuple[str, ...]:
    """What the clinic has on file, where the question asks whether it still holds."""
    if question is not check_in_prevention.SAME_OR_CHANGED:
        return ()
    words = check_in_prevention.METHOD_WORDS
    return tuple(str(words[method]) for method in draft.background.methods_on_file)


def methods_differ(draft: Draft) -> bool:
    """The methods stated now are not the ones on file: the clinic has to agree first (US-15)."""
    stated = draft.meaning.methods
    filed = check_in_meaning.contraception_on_file(draft.facts)
    return stated is not None and filed is not None and set(stated) != set(filed.methods)


def _chosen(question: Question, draft: Draft) -> list[Choice]:
    answer = draft.answers.get(question.name) or ()
    values = {answer} if isinstance(answer, str) else set(answer)
    return [choice for choice in question.choices if choice.value in values]

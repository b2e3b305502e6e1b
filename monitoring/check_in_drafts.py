"""A check-in that is being filled in: its questions, its answers, and what they mean so far."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monitoring import check_in_meaning, check_in_questions, dossier, policies
from monitoring.check_in_meaning import Meaning
from monitoring.check_in_mood import ITEM_9
from monitoring.check_in_questions import Background
from monitoring.check_in_shapes import Question
from monitoring.models import CheckIn, DueItem
from people.models import Patient
from protocol import programmes
from protocol.calendar import date_in
from protocol.facts import CourseFacts
from protocol.vocabulary import Requirement


@dataclass(frozen=True, slots=True)
class Draft:
    """A check-in with everything that decides and explains it."""

    check_in: CheckIn
    facts: CourseFacts
    background: Background
    questions: tuple[Question, ...]
    answers: Mapping[str, Any]
    meaning: Meaning

    def question(self, number: int) -> Question | None:
        """The question with this number, if it is asked."""
        return next((each for each in self.questions if each.number == number), None)


def open_item(patient: Patient, *, today: date) -> DueItem | None:
    """The oldest check-in of the patient that is open today."""
    return (
        DueItem.objects.filter(
            course__patient=patient,
            requirement=Requirement.CHECK_IN.value,
            ended="",
            opens_on__lte=today,
        )
        .select_related("course__patient__clinic", "course__clinic")
        .order_by("due_on", "pk")
        .first()
    )


def read(check_in: CheckIn, *, today: date, now: datetime) -> Draft:
    """The draft with its questions and what it means so far."""
    course = check_in.course
    facts = dossier.load_one(course)
    policy = policies.policy_for(course, on=today)
    clock = programmes.clock_zone(facts.programme, facts.clinic_zone)
    edition = programmes.edition_for(facts.programme, date_in(now, clock), policy=policy)
    background = check_in_meaning.background_of(facts, params=edition.params, today=today)
    answers = json.loads(check_in.answers or "{}")
    questions = check_in_questions.questions_for(background, answers)
    meaning = check_in_meaning.read(
        facts, background, answers, ref=evidence_of(check_in), today=today
    )
    return Draft(check_in, facts, background, questions, answers, meaning)


def reread(check_in: CheckIn, before: Draft, answers: dict[str, Any], *, today: date) -> Draft:
    """The draft with other answers, without loading anything again."""
    questions = check_in_questions.questions_for(before.background, answers)
    meaning = check_in_meaning.read(
        before.facts, before.background, answers, ref=evidence_of(check_in), today=today
    )
    return Draft(check_in, before.facts, before.background, questions, answers, meaning)


def help_needed(
    draft: Draft, question: Question, answer: str | list[str], today: date
) -> Meaning | None:
    """What this one answer means, if it must be acted on at once; pure, so it works before saving.

    The questionnaire's items belong together, but only the last of them asks for help at once.
    """
    answers = check_in_meaning.only_of(question, {**draft.answers, question.name: answer})
    alone = check_in_meaning.read(
        draft.facts, draft.background, answers, ref=evidence_of(draft.check_in), today=today
    )
    thoughts = question.name == ITEM_9 and alone.self_harm
    return alone if alone.at_once or thoughts else None


def evidence_of(check_in: CheckIn) -> str:
    """How facts and statements name a check-in as their source."""
    return f"check-in:{check_in.public_id}"

"""The monthly check-in: a draft that saves as it goes, and one submission.

What cannot wait does not wait for the submission: a red symptom or thoughts of self-harm are
stated in the record, and the clinic is alerted, when the answer is saved (flow 14.3, UX-12).
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from django.db import transaction

from audit import trail
from audit.kinds import Kind
from courses.actions import dosing, statements
from courses.actions.subject import record
from courses.models import Course, Statement
from monitoring import check_in_drafts as drafts
from monitoring import check_in_questions
from monitoring.actions import alerting, planning
from monitoring.check_in_drafts import Draft
from monitoring.check_in_meaning import Meaning
from monitoring.check_in_questions import WORDING
from monitoring.check_in_shapes import Question
from monitoring.models import CheckIn, Escalation
from people.models import Patient

log = structlog.get_logger(__name__)


class NothingOpen(Exception):
    """The patient has no check-in to fill in today."""


class Closed(Exception):
    """The check-in is no longer wanted: its time has passed, or the course has ended."""


class AlreadySubmitted(Exception):
    """It was sent before and cannot be changed."""


class Incomplete(Exception):
    """Something is not answered yet; ``question`` is the first one."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.name)
        self.question = question


class UnknownQuestion(Exception):
    """This check-in does not ask that question."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The draft after an answer was saved; ``stop`` says that this answer needs help at once."""

    draft: Draft
    stop: bool


@trail.action
def begin(patient: Patient, *, today: date, now: datetime) -> CheckIn:
    """Get or create the draft of the check-in that is open; a draft is not yet a statement.

    Raises:
        NothingOpen: no check-in is open.
        AlreadySubmitted: the open one has been sent.
    """
    item = drafts.open_item(patient, today=today)
    if item is None:
        raise NothingOpen
    Course.objects.select_for_update().get(pk=item.course_id)
    check_in, _ = CheckIn.objects.select_related(
        "course__clinic", "course__patient__clinic", "due_item"
    ).get_or_create(
        due_item=item,
        defaults={
            "course": item.course,
            "wording": WORDING,
            "answers": "{}",
            "started_at": now,
            "saved_at": now,
        },
    )
    if check_in.submitted_at is not None:
        raise AlreadySubmitted
    trail.unchanged()
    return check_in


@trail.action
def save(
    check_in: CheckIn,
    *,
    number: int,
    answer: str | list[str],
    by: trail.Actor,
    today: date,
    now: datetime,
) -> Saved:
    """Keep one answer, and raise at once what it may not wait with.

    Raises:
        AlreadySubmitted, Closed: nothing can be changed any more.
        UnknownQuestion: the draft does not ask it.
        TryAgain, NotAnAnswer: see ``check_in_questions.accepted``; nothing was saved.
    """
    locked = _locked(check_in)
    if locked.submitted_at is not None:
        raise AlreadySubmitted
    if locked.due_item.ended:
        raise Closed
    before = drafts.read(locked, today=today, now=now)
    question = before.question(number)
    if question is None:
        raise UnknownQuestion
    answers = {**before.answers, question.name: check_in_questions.accepted(question, answer)}
    locked.answers = json.dumps(answers)
    locked.saved_at = now
    locked.save(update_fields=["answers", "saved_at"])
    draft = drafts.reread(locked, before, answers, today=today)
    if _state_what_cannot_wait(draft, by=by, today=today, now=now):
        _plan_again(locked.course, now=now)
    # A draft is no statement yet; what was stated from it has spoken for itself.
    trail.unchanged()
    return Saved(
        draft, stop=drafts.help_needed(before, question, answers[question.name], today) is not None
    )


@trail.action
def submit(check_in: CheckIn, *, by: trail.Actor, today: date, now: datetime) -> bool:
    """Send the check-in: state everything in the record, alert, and plan again.

    1. lock; 2. every question must be answered; 3. statements, with the wording that was seen;
    4. missed doses (DOSE-10); 5. alerts; 6. the check-in becomes immutable; 7. replan.

    Returns whether this call sent it: sending twice, or from two tabs, sends once.

    Raises:
        Closed: its time has passed or the course has ended.
        Incomplete: a question is not answered.
    """
    locked = _locked(check_in)
    if locked.submitted_at is not None:
        trail.unchanged()
        return False
    if locked.due_item.ended:
        raise Closed
    draft = drafts.read(locked, today=today, now=now)
    missing = check_in_questions.first_unanswered(draft.questions, draft.answers)
    if missing is not None:
        raise Incomplete(missing)
    course, meaning = locked.course, draft.meaning
    _state_what_cannot_wait(draft, by=by, today=today, now=now)
    for kind, content in _statements(meaning):
        _state(locked, kind, content, by=by, today=today, now=now)
    if meaning.missed_days:
        dosing.record_missed(
            course, days=list(meaning.missed_days), reported_on=today, by=by, now=now
        )
    locked.assessment = {"urgency": meaning.triage.level.value, "codes": list(meaning.codes)}
    locked.submitted_at, locked.submitted_on, locked.saved_at = now, today, now
    locked.save(update_fields=["assessment", "submitted_at", "submitted_on", "saved_at"])
    record(
        Kind.CHECK_IN_SUBMITTED,
        course,
        by=by,
        now=now,
        check_in=str(locked.public_id),
        codes=list(meaning.codes),
    )
    planning.replan(course, now=now)
    return True


def _plan_again(course: Course, *, now: datetime) -> None:
    """Replan; should that fail, the alert that was just raised stands all the same."""
    try:
        with transaction.atomic():
            planning.replan(course, now=now)
    except Exception:
        log.exception("replan_after_alert_failed", course=str(course.public_id))


def _locked(check_in: CheckIn) -> CheckIn:
    """The row under its course's lock: two tabs take turns."""
    Course.objects.select_for_update().get(pk=check_in.course_id)
    return (
        CheckIn.objects.select_for_update(of=("self",))
        .select_related("course__clinic", "course__patient__clinic", "due_item")
        .get(pk=check_in.pk)
    )


def _state_what_cannot_wait(
    draft: Draft, *, by: trail.Actor, today: date, now: datetime
) -> list[Statement]:
    """State red answers and holds in the record and alert the clinic; returns what is new."""
    check_in, meaning = draft.check_in, draft.meaning
    fresh: list[Statement] = []
    for symptom in meaning.at_once:
        content = {"code": symptom.code, "features": list(symptom.features)}
        row = _state(check_in, Statement.Kind.SYMPTOM, content, by=by, today=today, now=now)
        if row is None:
            continue
        fresh.append(row)
        if symptom in meaning.red:
            alerting.alert(check_in.course, symptom.features, row, by=by, now=now)
    if meaning.self_harm and meaning.questionnaire is not None:
        row = _state(
            check_in,
            Statement.Kind.QUESTIONNAIRE,
            _questionnaire(meaning),
            by=by,
            today=today,
            now=now,
        )
        if row is not None:
            fresh.append(row)
            alerting.raise_for(
                check_in.course, Escalation.Kind.MOOD, "MH_ITEM9", row, by=by, now=now
            )
    return fresh


def _statements(meaning: Meaning) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = [
        (
            Statement.Kind.SYMPTOM,
            {"code": symptom.code, "features": list(symptom.features)},
        )
        for symptom in meaning.symptoms
    ]
    if meaning.questionnaire is not None:
        found.append((Statement.Kind.QUESTIONNAIRE, _questionnaire(meaning)))
    if meaning.sexual_function is not None:
        answer = {"answer": meaning.sexual_function.value}
        found.append((Statement.Kind.SEXUAL_FUNCTION, answer))
    if meaning.methods is not None:
        since = meaning.methods_since
        methods = {
            "methods": [method.value for method in meaning.methods],
            "since": since.isoformat() if since else None,
        }
        found.append((Statement.Kind.CONTRACEPTION, methods))
    if meaning.comprehension_passed:
        found.append((Statement.Kind.COMPREHENSION, {"passed": True}))
    return found


def _questionnaire(meaning: Meaning) -> dict[str, Any]:
    asked = meaning.questionnaire
    if asked is None:
        raise ValueError("no questionnaire was answered")
    return {"instrument": asked.instrument.value, "answers": list(asked.answers)}


def _state(
    check_in: CheckIn,
    kind: str,
    content: dict[str, Any],
    *,
    by: trail.Actor,
    today: date,
    now: datetime,
) -> Statement | None:
    """Append the statement unless this check-in has said the very same before; None then."""
    said = Statement.objects.filter(
        course=check_in.course,
        kind=kind,
        speaker=Statement.Speaker.PATIENT,
        wording=check_in.wording,
        recorded_at__gte=check_in.started_at,
        content=content,
    )
    if said.exists():
        return None
    return statements.state(
        check_in.course,
        kind=kind,
        speaker=Statement.Speaker.PATIENT,
        content=content,
        stated_on=today,
        wording=check_in.wording,
        by=by,
        now=now,
    )

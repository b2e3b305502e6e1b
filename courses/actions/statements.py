"""Statements: who said what, when, in which wording. One writer, one shape a kind."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import author, record
from courses.models import Course, Statement
from protocol import outcomes
from protocol.vocabulary import Form, Instrument, Method, ReviewOf, SexualFunction

STAFF_WORDING = "staff-2026-11"


class Malformed(ValueError):
    """The content does not have the shape of its kind; the text says what is wrong."""


def _consent(content: Mapping[str, Any]) -> dict[str, Any]:
    return {"form": Form(content["form"]).value}


def _contraception(content: Mapping[str, Any]) -> dict[str, Any]:
    since = content.get("since")
    return {
        "methods": [Method(name).value for name in content["methods"]],
        "since": date.fromisoformat(since).isoformat() if since else None,
    }


def _questionnaire(content: Mapping[str, Any]) -> dict[str, Any]:
    instrument = Instrument(content["instrument"])
    answers = list(content["answers"])
    expected = 2 if instrument is Instrument.PHQ2 else 9
    if len(answers) != expected or any(a is not None and a not in range(4) for a in answers):
        raise Malformed(f"{instrument} needs {expected} answers of 0 to 3 or none.")
    return {"instrument": instrument.value, "answers": answers}


def _symptom(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": str(content["code"]),
        "features": [str(f) for f in content["features"]],
    }


def _review(content: Mapping[str, Any]) -> dict[str, Any]:
    plan = str(content.get("plan", "")).strip()
    if not plan:
        raise Malformed("A review says what happens next.")
    return {"of": ReviewOf(content["of"]).value, "plan": plan}


def _outcome(content: Mapping[str, Any]) -> dict[str, Any]:
    """IGA 0 to 4, and the total of a paper DLQI, whose questions are not ours to show."""
    iga, dlqi = int(content["iga"]), content.get("dlqi")
    return {
        "iga": outcomes.iga(iga),
        "dlqi": outcomes.dlqi(int(dlqi)).score if dlqi is not None else None,
    }


_SHAPES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    Statement.Kind.CONSENT: _consent,
    Statement.Kind.COUNSELLING: lambda content: {},
    Statement.Kind.CONTRACEPTION: _contraception,
    Statement.Kind.COMPREHENSION: lambda content: {"passed": bool(content["passed"])},
    Statement.Kind.SECOND_PRESCRIBER: lambda content: {},
    Statement.Kind.HOME_TESTING: lambda content: {"allowed": bool(content["allowed"])},
    Statement.Kind.SEXUAL_FUNCTION: lambda content: {
        "answer": SexualFunction(content["answer"]).value
    },
    Statement.Kind.QUESTIONNAIRE: _questionnaire,
    Statement.Kind.SYMPTOM: _symptom,
    Statement.Kind.REVIEW: _review,
    Statement.Kind.OUTCOME: _outcome,
}


@trail.action
def state(
    course: Course,
    *,
    kind: str,
    speaker: str,
    content: Mapping[str, Any],
    stated_on: date,
    wording: str = STAFF_WORDING,
    by: trail.Actor,
    now: datetime,
) -> Statement:
    """Append a statement.

    Args:
        kind: one of ``Statement.Kind``; ``content`` must have that kind's shape.
        speaker: whose statement it is: patient, prescriber or both.
        wording: version of the words the speaker saw.

    Raises:
        Malformed: the content does not fit the kind.
    """
    try:
        shaped = _SHAPES[kind](content)
    except (KeyError, ValueError, TypeError) as error:
        raise Malformed(str(error)) from error
    statement = Statement.objects.create(
        course=course,
        kind=kind,
        speaker=speaker,
        stated_on=stated_on,
        recorded_at=now,
        recorded_by=author(by),
        wording=wording,
        content=shaped,
    )
    record(Kind.STATEMENT_RECORDED, course, by=by, now=now, statement=kind, speaker=speaker)
    return statement

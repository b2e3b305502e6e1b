"""Statements to facts: one reader a kind, the mirror of ``courses.actions.statements``."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from courses.models import Statement
from protocol import facts as f
from protocol.vocabulary import Form, Instrument, Method, ReviewOf, SexualFunction

_PATIENT = {Statement.Speaker.PATIENT, Statement.Speaker.BOTH}
_PRESCRIBER = {Statement.Speaker.PRESCRIBER, Statement.Speaker.BOTH}


def add(statements: Iterable[Any], rows: Any, zones: dict[int, ZoneInfo]) -> None:
    """Append each statement's fact to ``rows[course id][facts field]``."""
    for row in statements:
        if row.kind == Statement.Kind.OUTCOME:
            continue  # a score decides nothing: see monitoring/queries/outcomes.py
        same_day = row.recorded_at.astimezone(zones[row.course_id]).date() == row.stated_on
        at = row.recorded_at if same_day else None
        field, fact = _fact(row, f"statement:{row.pk}", row.stated_on, at)
        rows[row.course_id][field].append(fact)


def _fact(row: Any, ref: str, on: date, at: datetime | None) -> tuple[str, f.Fact]:
    content = row.content
    match row.kind:
        case Statement.Kind.CONSENT:
            return "consents", f.Consent(ref=ref, on=on, at=at, form=Form(content["form"]))
        case Statement.Kind.COUNSELLING:
            return "counselling", f.Counselling(ref=ref, on=on, at=at)
        case Statement.Kind.CONTRACEPTION:
            since = content["since"]
            return "contraception", f.Contraception(
                ref=ref,
                on=on,
                at=at,
                by_patient=row.speaker in _PATIENT,
                by_prescriber=row.speaker in _PRESCRIBER,
                methods=tuple(Method(name) for name in content["methods"]),
                since=date.fromisoformat(since) if since else None,
            )
        case Statement.Kind.COMPREHENSION:
            return "comprehension", f.Comprehension(ref=ref, on=on, at=at, passed=content["passed"])
        case Statement.Kind.SECOND_PRESCRIBER:
            return "second_prescriber", f.SecondPrescriber(ref=ref, on=on, at=at)
        case Statement.Kind.HOME_TESTING:
            return "home_testing", f.HomeTesting(ref=ref, on=on, at=at, allowed=content["allowed"])
        case Statement.Kind.SEXUAL_FUNCTION:
            return "sexual_function", f.SexualFunctionAsked(
                ref=ref, on=on, at=at, answer=SexualFunction(content["answer"])
            )
        case Statement.Kind.QUESTIONNAIRE:
            return "questionnaires", f.Questionnaire(
                ref=ref,
                on=on,
                at=at,
                instrument=Instrument(content["instrument"]),
                answers=tuple(content["answers"]),
            )
        case Statement.Kind.SYMPTOM:
            return "symptoms", f.Symptom(
                ref=ref, on=on, at=at, code=content["code"], features=tuple(content["features"])
            )
        case Statement.Kind.REVIEW:
            return "reviewed", f.Reviewed(
                ref=ref, on=on, at=at, of=ReviewOf(content["of"]), plan=content["plan"]
            )
    raise ValueError(f"a statement of the unknown kind {row.kind!r}")

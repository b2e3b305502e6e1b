"""What a patient says that must not wait: which concern it raises, in the same transaction."""

from collections.abc import Collection
from datetime import datetime

from audit import trail
from courses.models import Course, Statement
from monitoring.actions import escalations, pathway
from monitoring.models import Escalation
from protocol.vocabulary import TestResult

_THOUGHTS = {"suicidal-thoughts", "psychosis"}


def alert(
    course: Course, features: Collection[str], row: Statement, *, by: trail.Actor, now: datetime
) -> None:
    """Raise the concern for a red symptom with these features; a positive test begins the
    pathway (US-23).
    """
    if "positive-test" in features:
        evidence, result = f"statement:{row.pk}", TestResult.POSITIVE
        pathway.begin_pathway(course, result=result, evidence=evidence, by=by, now=now)
    elif _THOUGHTS.intersection(features):
        raise_for(course, Escalation.Kind.MOOD, "SYMPTOM_RED", row, by=by, now=now)
    else:
        raise_for(course, Escalation.Kind.SYMPTOM, "SYMPTOM_RED", row, by=by, now=now)


def raise_for(
    course: Course, kind: str, reason: str, row: Statement, *, by: trail.Actor, now: datetime
) -> None:
    """One concern, with the statement as its evidence."""
    evidence = f"statement:{row.pk}"
    escalations.raise_for(course, kind=kind, reasons=[reason], evidence=evidence, by=by, now=now)

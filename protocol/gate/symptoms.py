"""Reported symptoms at the gate (rule book 10)."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.findings import Finding, Ref
from protocol.gate.question import Question, Rule, ref, rule
from protocol.symptoms import open_symptoms
from protocol.vocabulary import Check, Level, Owner, Reason, Urgency

_LEVELS = {
    Urgency.RED: (Reason.SYMPTOM_RED, Level.BLOCK),
    Urgency.URGENT: (Reason.SYMPTOM_URGENT, Level.OVERRIDE),
}


@rule("§10", check=Check.SYMPTOMS)
def symptoms_are_reviewed(q: Question) -> Iterator[Finding | Ref]:
    """§10: red and urgent symptoms stand until a clinician has reviewed them."""
    for symptom, urgency in open_symptoms(q.facts, as_of=q.day):
        if urgency not in _LEVELS:
            continue
        reason, level = _LEVELS[urgency]
        yield Finding(
            reason=reason,
            level=level,
            owner=Owner.PRESCRIBER,
            rule="§10",
            check=Check.SYMPTOMS,
            evidence=(ref(symptom, "symptom"),),
            detail=(("symptom", symptom.code),),
        )


RULES: tuple[Rule, ...] = (symptoms_are_reviewed,)

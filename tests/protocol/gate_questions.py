"""One question to some rules of the gate, for the tests of its clinical rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from protocol.facts import (
    CourseFacts,
    Dispensed,
    Supply,
)
from protocol.findings import Finding
from protocol.gate.decide import judge
from protocol.gate.question import Question, Rule
from protocol.policy import ClinicPolicy
from protocol.programmes import Edition, edition_for
from protocol.vocabulary import (
    Action,
    Level,
    Reason,
)
from tests.protocol.clinical_facts import POLICY, course, dose, weight

START = date(2025, 3, 3)
LATER = date(2025, 4, 2)
ALLOW, WARN, OVERRIDE, BLOCK = Level.ALLOW, Level.WARN, Level.OVERRIDE, Level.BLOCK


def ask(
    facts: CourseFacts,
    rules: tuple[Rule, ...],
    *,
    on: date = LATER,
    action: Action = Action.PRESCRIBE,
    policy: ClinicPolicy = POLICY,
    handed: Supply | None = None,
    edition: Edition | None = None,
) -> dict[Reason, Finding]:
    """Findings of some rules by reason, for one question at noon UTC of a day."""
    question = Question(
        facts=facts,
        action=action,
        at=datetime.combine(on, time(17), tzinfo=UTC),
        on=on,
        edition=edition or edition_for(facts.programme, on, policy=policy),
        policy=policy,
        supply=handed,
    )
    return {finding.reason: finding for finding in judge(question, rules).findings}


def levels(found: dict[Reason, Finding]) -> dict[Reason, Level]:
    return {reason: finding.level for reason, finding in found.items()}


def running(**facts: object) -> CourseFacts:
    """A course that was filled and dosed from the start on."""
    plain: dict[str, object] = {
        "weights": (weight(60, on=START),),
        "doses": (dose(40, on=START),),
        "dispensed": (Dispensed(ref="fill", on=START, rma="R1"),),
    }
    return course(**{**plain, **facts})

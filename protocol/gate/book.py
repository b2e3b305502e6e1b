"""The rules of the gate, in clinical reading order."""

from __future__ import annotations

from protocol.gate import contraception, enrolment, pregnancy, window
from protocol.gate.question import Rule

RULES: tuple[Rule, ...] = (
    *enrolment.RULES,
    *contraception.RULES,
    *pregnancy.RULES,
    *window.RULES,
    *window.FILL_RULES,
)

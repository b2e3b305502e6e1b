"""The rules of the gate, in clinical reading order."""

from __future__ import annotations

from protocol.gate import (
    contraception,
    contraindications,
    dose,
    enrolment,
    labs,
    mood,
    pregnancy,
    sexual_function,
    supply,
    symptoms,
    window,
)
from protocol.gate.question import Rule

RULES: tuple[Rule, ...] = (
    *enrolment.RULES,
    *contraception.RULES,
    *pregnancy.RULES,
    *window.RULES,
    *labs.RULES,
    *mood.RULES,
    *sexual_function.RULES,
    *symptoms.RULES,
    *contraindications.RULES,
    *dose.RULES,
    *supply.RULES,
    *window.FILL_RULES,
)

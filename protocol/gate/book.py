"""The rules of the gate, in clinical reading order."""

from __future__ import annotations

from protocol.gate import window
from protocol.gate.question import Rule

RULES: tuple[Rule, ...] = (
    window.specimen_opens_the_window,
    window.visit_opens_the_window,
    window.prescription_is_on_file,
    window.prescription_is_still_valid,
    window.pharmacy_has_the_authorisation,
)

"""The rig's people: numbered, each with a telephone of their own."""

from __future__ import annotations


def phone(number: int) -> str:
    """The telephone of the patient with this number."""
    return f"+1202{5550000 + number}"

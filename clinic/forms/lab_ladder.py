"""From which number on somebody must decide, as an administrator writes it."""

import re
from decimal import Decimal
from typing import Any

from django import forms

from clinic import wording
from clinic.forms.base import StaffForm
from protocol.ladders import LabLadder
from protocol.own_ladder import OWN_STEPS, NotALadder, OwnStep, numbers_of, with_steps
from protocol.steps import Multiple
from protocol.vocabulary import Tier

_TIERS = (Tier.T2, Tier.T3, Tier.T4)


class LabLadderForm(StaffForm):
    """One number for each step that a clinic may move; the rule book's stands beside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step in OWN_STEPS:
            self.fields[field_name(step.key)] = forms.DecimalField(
                label=f"{wording.ANALYTES[step.analyte.value]}, {unit_of(step)}: "
                f"{wording.TIERS[step.tier][0]} from",
                max_digits=7,
                decimal_places=3,
                widget=forms.TextInput(
                    attrs={"class": "form-control", "inputmode": "decimal", "autocomplete": "off"}
                ),
            )
        self.fields["reason"] = forms.CharField(
            max_length=300, min_length=10, label="Why", help_text="Who agreed, and on what source."
        )

    def clean(self) -> dict[str, Any]:
        """The ladder as a whole, or the step at which it fails."""
        values: dict[str, Any] = super().clean() or {}
        numbers = {
            step.key: number
            for step in OWN_STEPS
            if isinstance(number := values.get(field_name(step.key)), Decimal)
        }
        if len(numbers) == len(OWN_STEPS):
            try:
                values["ladder"] = with_steps(numbers)
            except NotALadder as error:
                self.add_error(field_name(error.key), _in_words(error.why))
        return values

    def rows(self) -> list[dict[str, Any]]:
        """A row for each test and unit, a cell for each tier; None where there is no such step."""
        found: dict[tuple[str, str], dict[Tier, dict[str, Any]]] = {}
        for step in OWN_STEPS:
            cells = found.setdefault((step.analyte.value, unit_of(step)), {})
            cells[step.tier] = {
                "field": self[field_name(step.key)],
                "sign": "\N{GREATER-THAN OR EQUAL TO}" if step.rule_book.inclusive else ">",
                "unit": unit_of(step),
                "rule_book": f"{step.rule_book.number:f}",
                "tier": wording.TIERS[step.tier][0],
            }
        return [
            {
                "name": wording.ANALYTES[analyte],
                "unit": unit,
                "cells": [cells.get(tier) or {"tier": wording.TIERS[tier][0]} for tier in _TIERS],
            }
            for (analyte, unit), cells in found.items()
        ]


def field_name(key: str) -> str:
    """A step's field: `triglycerides.mg/dL.t2` is `triglycerides-mg-dl-t2`."""
    return re.sub(r"[^a-z0-9]+", "-", key.lower())


def _in_words(why: str) -> str:
    """`t3 must lie above t2` as the page calls the tiers."""
    for tier, (word, _) in wording.TIERS.items():
        why = re.sub(rf"\b{tier.word}\b", word.lower(), why)
    return f"{why[:1].upper()}{why[1:]}."


def unit_of(step: OwnStep) -> str:
    """The unit of a step's number; multiples are of the laboratory's own upper limit."""
    return "× upper limit" if step.rule_book.of is Multiple.ULN else step.unit  # noqa: RUF001


def written(ladder: LabLadder) -> dict[str, str]:
    """A ladder as the form shows it."""
    return {field_name(key): f"{number:f}" for key, number in numbers_of(ladder).items()}

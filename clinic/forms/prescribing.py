"""The prescription as the dermatologist writes it."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms

from clinic.forms.base import StaffForm
from clinic.forms.treatment import FORMULATIONS, PatternField
from protocol.dosing import average_daily_mg, strengths
from protocol.facts import Supply
from protocol.vocabulary import Formulation

# What the product contains, as the rules read it; None is not known (CI-03).
_EXCIPIENTS: dict[str, tuple[str, ...] | None] = {
    "unknown": None,
    "yes": ("soybean-oil",),
    "no": (),
}


class PrescriptionForm(StaffForm):
    """What is prescribed. ``nonce`` makes a second press of the same button harmless (REM-21)."""

    capsules = forms.IntegerField(min_value=1, max_value=600)
    strength_mg = forms.TypedChoiceField(
        label="Strength",
        choices=[(str(mg), f"{mg} mg") for mg in (5, 8, 10, 16, 20, 24, 25, 30, 32, 35, 40)],
        coerce=Decimal,
    )
    pattern = PatternField(label="Dose in mg a day", help_text="40, or a repeating pattern 20, 40")
    formulation = forms.ChoiceField(choices=FORMULATIONS)
    soya = forms.ChoiceField(
        label="Soybean oil in the product",
        choices=[("unknown", "Not known"), ("yes", "Contains it"), ("no", "Free of it")],
        initial="unknown",
        help_text="Most products contain it; it matters with a soya or peanut allergy.",
    )
    override_reason = forms.CharField(
        label="Reason for going on",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed only where a check asks for your reason; at least 15 characters.",
    )
    nonce = forms.UUIDField(widget=forms.HiddenInput)

    def supply(self) -> Supply:
        """The supply as the rules read it; never refilled (US-19)."""
        data = self.cleaned_data
        return Supply(
            capsules=data["capsules"],
            strength_mg=data["strength_mg"],
            pattern=data["pattern"],
            refills=0,
            formulation=Formulation(data["formulation"]),
            excipients=_EXCIPIENTS[data["soya"]],
        )


def proposed_supply(pattern: tuple[Decimal, ...], *, programme: str) -> Supply | None:
    """The proposal as the rules read it; None where no single strength makes up the dose."""
    proposal = suggestion(pattern, programme=programme)
    if "strength_mg" not in proposal:
        return None
    return Supply(
        capsules=proposal["capsules"],
        strength_mg=Decimal(proposal["strength_mg"]),
        pattern=pattern,
        refills=0,
        excipients=None,
    )


def suggestion(pattern: tuple[Decimal, ...], *, programme: str) -> dict[str, Any]:
    """A first proposal: 30 days of the present dose in the fewest capsules of one strength.

    Only strengths that are sold under the programme are proposed (DOSE-6, UK-20).
    """
    proposal: dict[str, Any] = {"nonce": uuid.uuid4(), "formulation": "standard", "soya": "unknown"}
    if not pattern:
        return proposal
    average = average_daily_mg(pattern)
    for strength in sorted(strengths(Formulation.STANDARD, programme), reverse=True):
        if all(part % strength == 0 for part in pattern):
            capsules = int(average * 30 / strength)
            proposal |= {"strength_mg": str(strength), "capsules": capsules, "pattern": pattern}
            break
    else:
        proposal["pattern"] = pattern
    return proposal

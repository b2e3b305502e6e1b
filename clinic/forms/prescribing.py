"""The prescription as the dermatologist writes it."""

import uuid
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Layout
from django import forms

from clinic.forms.base import Beside, StaffForm, behind
from clinic.forms.treatment import FORMULATIONS, PatternField
from look.templatetags.clinical import lines_text, pattern_text
from protocol.dosing import days_supply
from protocol.packs import days_made_up, propose
from protocol.supplies import MOST_LINES, Supply, SupplyLine
from protocol.vocabulary import Formulation

SUPPLY_DAYS = 30  # US-18, UK-14: what one prescription is for.

# What the product contains, as the rules read it; None is not known (CI-03).
_EXCIPIENTS: dict[str, tuple[str, ...] | None] = {
    "unknown": None,
    "yes": ("soybean-oil",),
    "no": (),
}


_STRENGTHS = [(str(mg), f"{mg} mg") for mg in (5, 8, 10, 16, 20, 24, 25, 30, 32, 35, 40)]
_MOST_CAPSULES = 600
# The fields of each line: the first has no number, the others say which they are.
_LINES = tuple(
    (f"capsules{ending}", f"strength_mg{ending}")
    for ending in ("", *(f"_{number}" for number in range(2, MOST_LINES + 1)))
)


def _capsules(**kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(min_value=1, max_value=_MOST_CAPSULES, **kwargs)


def _strength(**kwargs: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(coerce=Decimal, empty_value=None, **kwargs)


class PrescriptionForm(StaffForm):
    """What is prescribed: up to three strengths, one dose, one signature.

    ``nonce`` makes a second press of the same button harmless (REM-21).
    """

    capsules = _capsules()
    strength_mg = _strength(label="Strength", choices=_STRENGTHS)
    capsules_2 = _capsules(label="Capsules of a second strength", required=False)
    strength_mg_2 = _strength(
        label="Second strength", required=False, choices=[("", "None"), *_STRENGTHS]
    )
    capsules_3 = _capsules(label="Capsules of a third strength", required=False)
    strength_mg_3 = _strength(
        label="Third strength", required=False, choices=[("", "None"), *_STRENGTHS]
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
        help_text="A check asks for it; at least 15 characters. It is kept with the prescription.",
    )
    nonce = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        more = [name for pair in _LINES[1:] for name in pair]
        shown = any(self[name].value() not in (None, "") for name in more)
        self.helper.layout = Layout(
            Beside(*_LINES[0]),
            *behind(
                "More strengths in this prescription",
                *(Beside(*pair) for pair in _LINES[1:]),
                shown=shown,
            ),
            Beside("pattern", "formulation"),
            "soya",
            "override_reason",
            "nonce",
        )

    def without_reason(self) -> None:
        """No check asks for a reason: no place for one is shown."""
        fields = self.helper.layout.fields
        if not self["override_reason"].value() and "override_reason" in fields:
            fields.remove("override_reason")

    def clean(self) -> dict[str, Any]:
        """Each strength once, with its number; and together they make up each day's dose."""
        data = self.cleaned_data
        for capsules, strength in _LINES[1:]:
            if data.get(capsules) and not data.get(strength) and strength not in self.errors:
                self.add_error(strength, "Choose the strength of these capsules.")
            if data.get(strength) and not data.get(capsules) and capsules not in self.errors:
                self.add_error(capsules, "Write how many capsules of this strength.")
        named = [data[strength] for _, strength in _LINES if data.get(strength)]
        for _, strength in _LINES[1:]:
            if data.get(strength) and named.count(data[strength]) > 1:
                self.add_error(strength, "This strength is named already. Add the capsules there.")
                break
        if not self.errors and (words := _falls_short(self.lines(), data["pattern"])):
            self.add_error("pattern", words)
        return data

    def lines(self) -> tuple[SupplyLine, ...]:
        """What is filled in, strength by strength, the largest first."""
        data = self.cleaned_data
        found = [
            SupplyLine(data[capsules], data[strength])
            for capsules, strength in _LINES
            if data.get(capsules) and data.get(strength)
        ]
        return tuple(sorted(found, key=lambda line: line.strength_mg or 0, reverse=True))

    def supply(self) -> Supply:
        """The supply as the rules read it; never refilled (US-19)."""
        data = self.cleaned_data
        return Supply(
            lines=self.lines(),
            pattern=data["pattern"],
            refills=0,
            formulation=Formulation(data["formulation"]),
            excipients=_EXCIPIENTS[data["soya"]],
        )


def _falls_short(lines: tuple[SupplyLine, ...], pattern: tuple[Decimal, ...]) -> str:
    """Why the capsules do not make up the dose for as long as their mg count; empty: they do."""
    lasting = days_supply(Supply(lines=lines, pattern=pattern))
    made = days_made_up(lines, pattern)
    if lasting is None or made >= int(lasting):
        return ""
    dose, named = pattern_text(pattern), lines_text(lines)
    if made == 0:
        return f"{named} cannot make up {dose} a day. Choose strengths that add up to the dose."
    days = f"{made} day{'' if made == 1 else 's'}"
    return f"{named} make up {dose} a day for {days} only; then one strength has run out."


def proposed_supply(pattern: tuple[Decimal, ...], *, programme: str) -> Supply | None:
    """The proposal as the rules read it; None where no capsules that are sold make up the dose."""
    lines = _proposed(pattern, programme)
    if not lines:
        return None
    return Supply(lines=lines, pattern=pattern, refills=0, excipients=None)


def suggestion(pattern: tuple[Decimal, ...], *, programme: str) -> dict[str, Any]:
    """A first proposal: 30 days of the present dose in few capsules, of few strengths.

    Only strengths that are sold under the programme are proposed (DOSE-6, UK-20).
    """
    proposal: dict[str, Any] = {"nonce": uuid.uuid4(), "formulation": "standard", "soya": "unknown"}
    if not pattern:
        return proposal
    proposal["pattern"] = pattern
    lines = _proposed(pattern, programme)
    for (capsules, strength), line in zip(_LINES, lines, strict=False):
        proposal |= {capsules: line.capsules, strength: str(line.strength_mg)}
    return proposal


def _proposed(pattern: tuple[Decimal, ...], programme: str) -> tuple[SupplyLine, ...]:
    if not pattern:
        return ()
    return propose(pattern, days=SUPPLY_DAYS, formulation=Formulation.STANDARD, programme=programme)

"""Deciding about a specimen's results: one form, with only the fields that the action needs."""

from typing import Any

from django import forms

from clinic.forms.base import DayField, StaffForm
from clinic.forms.treatment import PatternField, StopForm
from clinic.wording import DECISIONS

# Which fields belong to which action; static/css/clinic.css shows no others. Needed ones first.
NEEDED: dict[str, tuple[str, ...]] = {
    "repeat": ("repeat_on",),
    "reduce": ("pattern", "starts_on"),
    "hold": ("held_on",),
    "stop": ("last_dose_on", "stop_reason"),
    "contact": (),
    "no-action": (),
}
OFFERED = frozenset({"repeat_on"})
_FROM = {"reduce": "starts_on", "hold": "held_on", "stop": "last_dose_on"}
# Days that have not come yet, or that must have come.
_COMING = ("repeat_on", "starts_on")
_PAST = ("held_on", "last_dose_on")


class DecisionForm(StaffForm):
    """I have seen this result, and this happens next (UX-06)."""

    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    action = forms.ChoiceField(
        label="What happens next", choices=list(DECISIONS.items()), widget=forms.RadioSelect
    )
    pattern = PatternField(
        label="New dose in mg a day",
        help_text="20, or a repeating pattern 20, 40. Half the present dose is proposed.",
        required=False,
    )
    starts_on = DayField(label="New dose from", initial="today", required=False)
    held_on = DayField(label="First day without a dose", initial="today", required=False)
    last_dose_on = DayField(label="Last dose on", initial="today", required=False)
    stop_reason = forms.ChoiceField(
        label="Why it ends",
        choices=StopForm.base_fields["reason"].choices,  # type: ignore[attr-defined]
        initial="adverse-effect",
        required=False,
    )
    repeat_on = DayField(label="Next blood test on", required=False)
    plan = forms.CharField(
        label="Why, and what else",
        max_length=500,
        help_text="For the record; the patient does not read it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    tell = forms.BooleanField(label="Write to the patient", required=False, initial=True)
    words = forms.CharField(
        label="In your own words",
        required=False,
        max_length=600,
        help_text="Read after signing in. Leave it empty for the ready-made text shown below.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Only the chosen action's fields are looked at; what it needs must be there."""
        values = self.cleaned_data
        action = values.get("action", "")
        used = {*NEEDED.get(action, ()), *(OFFERED if action != "no-action" else ())}
        for name in {name for names in NEEDED.values() for name in names} - used:
            self.errors.pop(name, None)
            values.pop(name, None)
        for name in NEEDED.get(action, ()):
            if name not in self.errors and not values.get(name):
                self.add_error(name, "This is needed for what you chose.")
        for name in _COMING:
            day = values.get(name)
            if day is not None and day < self.today:
                self.add_error(name, "This day is past.")
        for name in _PAST:
            self.not_in_future(name)
        return values

    def step(self) -> dict[str, Any]:
        """What the decision sets in motion, as ``NextStep`` takes it."""
        values = self.cleaned_data
        action = values["action"]
        found: dict[str, Any] = {
            "repeat_on": values.get("repeat_on"),
            "pattern": values.get("pattern") or (),
            "tell": values["tell"],
            "words": values["words"],
        }
        if action in _FROM:
            found["from_on"] = values[_FROM[action]]
        if action == "stop":
            found["stop_reason"] = values["stop_reason"]
        return found

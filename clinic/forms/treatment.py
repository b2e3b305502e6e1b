"""Forms about the treatment itself: dose, holds, the end, history, a supply handed out."""

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from clinic.forms.base import DayField, StaffForm
from clinic.work_words import CONTACTS

FORMULATIONS = [
    ("standard", "Standard"),
    ("absorica", "Absorica"),
    ("absorica-ld", "Absorica LD"),
]


# More than this is a pause, not forgetfulness.
_MOST_MISSED = 60


class PatternField(forms.Field):
    """Milligrams a day: ``40``, or a pattern repeated day by day: ``20, 40``."""

    def to_python(self, value: Any) -> tuple[Decimal, ...]:
        """The pattern as numbers."""
        text = str(value or "").strip()
        if not text:
            return ()
        try:
            pattern = tuple(Decimal(part.strip()) for part in text.split(","))
        except InvalidOperation:
            raise forms.ValidationError("Write mg as 40, or as a pattern 20, 40.") from None
        if not all(part.is_finite() and 0 <= part <= 400 for part in pattern) or not any(pattern):
            raise forms.ValidationError("Each day is 0 to 400 mg, and not all of them 0.")
        if len(pattern) > 14:
            raise forms.ValidationError("A pattern has at most 14 days.")
        return pattern

    def prepare_value(self, value: Any) -> Any:
        """A stored pattern as it is typed."""
        if isinstance(value, tuple | list):
            return ", ".join(f"{part.normalize():f}" for part in value)
        return value


class DoseForm(StaffForm):
    """A new dose from a day on."""

    pattern = PatternField(label="Dose in mg a day", help_text="40, or a repeating pattern 20, 40")
    starts_on = DayField(label="From", initial="today")
    formulation = forms.ChoiceField(choices=FORMULATIONS)
    reason = forms.CharField(max_length=300, required=False)


class MissedForm(StaffForm):
    """Days on which no dose was taken; missed is skipped, never doubled (DOSE-14)."""

    first = DayField(label="First day missed")
    last = DayField(
        label="Last day missed", required=False, help_text="Leave empty for one day alone."
    )

    def clean(self) -> dict[str, Any]:
        """Days that are past, in order, and not half a year by mistake."""
        first, last = self.not_in_future("first"), self.not_in_future("last")
        if first is not None and last is not None:
            if last < first:
                self.add_error("last", "This day is before the first one.")
            elif (last - first).days >= _MOST_MISSED:
                self.add_error("last", "That is more than 60 days. Record a hold instead.")
        return self.cleaned_data

    def days(self) -> list[date]:
        """Every day from the first to the last."""
        first = self.cleaned_data["first"]
        last = self.cleaned_data["last"] or first
        return [first + timedelta(days=each) for each in range((last - first).days + 1)]


def _reason(label: str, help_text: str) -> forms.CharField:
    """One reason in a sentence or two."""
    return forms.CharField(
        label=label,
        max_length=300,
        min_length=5,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
    )


class WaiveForm(StaffForm):
    """Why a due item is not needed this time."""

    reason = _reason(
        "Why it is not needed",
        "Kept in the record with your name, and shown on the course page.",
    )


class WithdrawForm(StaffForm):
    """Why something that was entered is not so."""

    reason = _reason(
        "What was wrong",
        "Such as: another patient's test, wrong day. Kept in the record with your name.",
    )


class WhatIfForm(StaffForm):
    """Another dose from a day on, to look at and not to save."""

    pattern = PatternField(label="Dose in mg a day", help_text="60, or a repeating pattern 40, 60")
    starts_on = DayField(label="From", initial="today")

    def clean_starts_on(self) -> date:
        """What has been taken cannot be simulated."""
        starts: date = self.cleaned_data["starts_on"]
        if starts < self.today:
            raise forms.ValidationError("This day is past. Choose today or a later day.")
        return starts


class HoldForm(StaffForm):
    """Pause treatment."""

    held_on = DayField(label="First day without a dose", initial="today")
    reason = forms.CharField(max_length=300)

    def clean(self) -> dict[str, Any]:
        """A hold is recorded when it has begun."""
        self.not_in_future("held_on")
        return self.cleaned_data


class ResumeForm(StaffForm):
    """Resume treatment."""

    resumed_on = DayField(label="First day with a dose again", initial="today")


class StopForm(StaffForm):
    """End the course. Post-course tests and dates follow from the last dose."""

    last_dose_on = DayField(label="Last dose on", initial="today")
    reason = forms.ChoiceField(
        choices=[
            ("completed", "Course completed"),
            ("adverse-effect", "Side effect"),
            ("pregnancy", "Pregnancy or positive test"),
            ("patient-choice", "Patient's wish"),
            ("lost", "Lost to follow-up"),
            ("other", "Other"),
        ]
    )

    def clean(self) -> dict[str, Any]:
        """A course has ended when its last dose is past."""
        self.not_in_future("last_dose_on")
        return self.cleaned_data


class HistoryForm(StaffForm):
    """A medicine, condition or allergy."""

    kind = forms.ChoiceField(
        choices=[
            ("medication", "Medicine"),
            ("condition", "Condition"),
            ("allergy", "Allergy"),
        ]
    )
    name = forms.CharField(
        max_length=80, help_text="Generic name, as doxycycline; condition as diabetes."
    )
    noted_on = DayField(label="Since or noted on", initial="today")
    stopped_on = DayField(label="Ended on", required=False)


class DispenseForm(StaffForm):
    """A supply was handed out."""

    dispensed_on = DayField(label="Handed out on", initial="today")
    rma = forms.CharField(label="Authorisation number (RMA)", max_length=40, required=False)
    pharmacy = forms.CharField(max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        """It is recorded when it has happened, and not weeks later by mistake."""
        day = self.not_in_future("dispensed_on")
        if day is not None and day < self.today - timedelta(days=60):
            self.add_error("dispensed_on", "More than 60 days ago. Check the day.")
        return self.cleaned_data


class ConcernForm(StaffForm):
    """A concern is settled."""

    outcome = forms.CharField(
        label="What was done", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class StepForm(StaffForm):
    """One step after a positive or unclear test is done, or is left out for a reason."""

    step = forms.CharField(max_length=24)
    outcome = forms.ChoiceField(choices=[("done", "Done"), ("not-needed", "Not needed")])
    note = forms.CharField(max_length=300, required=False)


class ContactForm(StaffForm):
    """The outcome of an attempt to reach the patient."""

    outcome = forms.ChoiceField(
        choices=[(value, label) for value, (label, _) in CONTACTS.items()],
        error_messages={"required": "Choose what came of it."},
    )
    next_on = DayField(
        label="Next step on",
        required=False,
        help_text="Leave it empty to take the day that stands on the button.",
    )
    note = forms.CharField(max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        """The next step lies ahead."""
        day = self.cleaned_data.get("next_on")
        if day is not None and day < self.today:
            self.add_error("next_on", "This day is over.")
        return self.cleaned_data

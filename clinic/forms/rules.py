"""What a clinic's administrator may choose, each with the source that leaves it open."""

from typing import Any

from django import forms

from clinic.forms.base import DayField, StaffForm
from clinic.forms.starting import SCHEDULES
from clinic.reasons import REASONS
from protocol.policy import ClinicPolicy
from protocol.review_levels import OWN_LEVELS, stricter
from protocol.vocabulary import Level

_LEVELS: dict[Level, str] = {
    Level.WARN: "Shown as a note",
    Level.OVERRIDE: "Needs a prescriber's reason",
    Level.BLOCK: "Cannot go on",
}

# Whose waiting time a clinic chooses; t4 is told at once whatever it chooses.
_HOURS = ("t2", "t3", "doubtful")


class MoveForm(StaffForm):
    """Another first day for an edition."""

    effective_from = DayField(label="In force from")
    reason = forms.CharField(
        max_length=300, min_length=10, help_text="What you read, and where: it is kept."
    )


class PolicyForm(StaffForm):
    """The contested settings of rule book 13."""

    lab_schedule = forms.ChoiceField(
        label="Blood tests, unless a course says otherwise",
        choices=SCHEDULES,
        help_text="DELPHI 2022 and AAD 2024 advise against monthly tests (LAB-2, section 13.9).",
    )
    ctcae_version = forms.TypedChoiceField(
        label="CTCAE version",
        choices=[(5, "5.0"), (6, "6.0")],
        coerce=int,
        help_text="They differ where the baseline was raised already (section 5.3).",
    )
    us_ncp_window_last_day = forms.TypedChoiceField(
        label="US-2021, cannot become pregnant: last day of the window",
        choices=[(29, "29 days after the visit"), (30, "30 days after the visit")],
        coerce=int,
        help_text="The sources count differently (US-10, section 13.2).",
    )
    uk_rx_last_day = forms.TypedChoiceField(
        label="UK: last day of a prescription",
        choices=[(6, "6 days after issue"), (7, "7 days after issue")],
        coerce=int,
        help_text="“Within a maximum of 7 days” is read both ways (UK-15, section 13.6).",
    )
    uk_supply_days = forms.TypedChoiceField(
        label="UK: longest supply",
        choices=[(28, "28 days"), (30, "30 days")],
        coerce=int,
        help_text="National limit 30, some areas 28 (UK-14, section 13.7).",
    )
    close_normal_results = forms.BooleanField(
        label="Close plainly normal results by themselves",
        required=False,
        help_text="With a log. Never pregnancy tests, corrected, held or ungraded values, default "
        "ranges, or while a concern is open (UX-06, evidence D).",
    )
    hours_t2 = forms.IntegerField(
        label="Hours until an unread raised result (T2) is passed on",
        min_value=1,
        max_value=48,
        help_text="At most two days (UX-06).",
    )
    hours_t3 = forms.IntegerField(
        label="Hours until an unread high result (T3) is passed on",
        min_value=1,
        max_value=24,
        help_text="At most a day (evidence D). A critical result is told at once (5.2).",
    )
    hours_doubtful = forms.IntegerField(
        label="Hours until an unsettled doubtful value is passed on",
        min_value=1,
        max_value=48,
        help_text="It shuts the gate meanwhile (LAB-6).",
    )
    home_test_second_reader = forms.BooleanField(
        label="Two people read each photographed home test",
        required=False,
        help_text="A negative one counts when both say so; a positive or unclear one at once "
        "(US-13 leaves the safeguards to the prescriber, evidence D).",
    )
    reason = forms.CharField(max_length=300, min_length=10, label="Why")

    def settings(self) -> dict[str, Any]:
        """The settings by their contract names."""
        values = dict(self.cleaned_data)
        del values["reason"]
        values["result_hours"] = {name: values.pop(f"hours_{name}") for name in _HOURS}
        return values


class LevelsForm(StaffForm):
    """How hard each review code stops; never milder than the rule book (its section 12)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, own in OWN_LEVELS.items():
            if not stricter(code):
                continue
            label, what = REASONS[code]
            choices = [("", f"{_LEVELS[own]}, as the rule book says")]
            choices += [(level.word, _LEVELS[level]) for level in stricter(code)]
            self.fields[code.value] = forms.ChoiceField(
                label=label, choices=choices, required=False, help_text=f"{what} ({code.value})"
            )
        self.fields["reason"] = forms.CharField(max_length=300, min_length=10, label="Why")

    def settings(self) -> dict[str, Any]:
        """The raised codes alone, by the setting's contract name."""
        stated = {code: level for code, level in self.cleaned_data.items() if level}
        del stated["reason"]
        return {"review_levels": stated}


def raised_now(policy: ClinicPolicy) -> dict[str, str]:
    """What the clinic has raised, as the form shows it."""
    return {code.value: level.word for code, level in policy.review_levels.items()}


def raised_words(policy: ClinicPolicy) -> list[tuple[str, str]]:
    """What the clinic has raised, in words: the code's and the level's."""
    return [(REASONS[code][0], _LEVELS[level]) for code, level in policy.review_levels.items()]


def chosen(policy: ClinicPolicy) -> dict[str, Any]:
    """The present settings, as the form shows them."""
    return {
        "lab_schedule": policy.lab_schedule.value,
        "ctcae_version": policy.ctcae_version,
        "us_ncp_window_last_day": policy.us_ncp_window_last_day,
        "uk_rx_last_day": policy.uk_rx_last_day,
        "uk_supply_days": policy.uk_supply_days,
        "close_normal_results": policy.close_normal_results,
        "home_test_second_reader": policy.home_test_second_reader,
        **{f"hours_{name}": policy.result_hours[name] for name in _HOURS},
    }

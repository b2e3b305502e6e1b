"""A ladder of reminders, as an administrator writes it, and the clinic's limits."""

import re
from datetime import time
from typing import Any

from django import forms

from clinic.forms.base import StaffForm
from messaging.queries import Limits
from protocol.reminders import FIRST_DAY, LAST_DAY, BadLadder, ReminderLadder


class DaysField(forms.CharField):
    """Whole days from the due date, as ``-7, 0, 3``; a true minus sign is taken as well."""

    def clean(self, value: Any) -> tuple[int, ...]:
        """The numbers, in order and each once."""
        text = super().clean(value).replace("−", "-").replace("–", "-")  # noqa: RUF001
        words = [word for word in re.split(r"[,;\s]+", text) if word]
        try:
            return tuple(sorted({int(word) for word in words}))
        except ValueError:
            raise forms.ValidationError("Write whole days, for example -7, 0, 3.") from None


class LadderForm(StaffForm):
    """The steps of one ladder; days before the due date have a minus sign."""

    remind = DaysField(
        label="Remind on days", help_text="From the due date: -7 is a week before, 0 the day."
    )
    first_month = DaysField(
        label="In the first month on days", required=False, help_text="Empty: the same days."
    )
    other_way = forms.IntegerField(
        label="By another channel from day",
        required=False,
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
        help_text="A reminder on this day or later goes by a channel not used so far. "
        "Empty: never.",
    )
    nurse = forms.IntegerField(
        label="On the nurse's list from day",
        required=False,
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
    )
    prescriber = forms.IntegerField(
        label="On the prescriber's list from day",
        required=False,
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
    )
    reason = forms.CharField(max_length=300, min_length=10, label="Why")

    def clean(self) -> dict[str, Any]:
        """The ladder as a whole, or what is wrong with which step of it."""
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        try:
            values["ladder"] = ReminderLadder(
                remind=values["remind"],
                first_month=values["first_month"] or None,
                other_way=values["other_way"],
                nurse=values["nurse"],
                prescriber=values["prescriber"],
            )
        except BadLadder as error:
            step, _, words = str(error).partition(": ")
            self.add_error(step if step in self.fields else None, words.capitalize() + ".")
        return values


def written(ladder: ReminderLadder) -> dict[str, Any]:
    """A ladder as the form shows it."""
    return {
        "remind": _days(ladder.remind),
        "first_month": _days(ladder.first_month or ()),
        "other_way": ladder.other_way,
        "nurse": ladder.nurse,
        "prescriber": ladder.prescriber,
    }


def _days(days: tuple[int, ...]) -> str:
    return ", ".join(str(day) for day in days)


class LimitsForm(StaffForm):
    """At which hours, and how often in 30 days, a patient is written to."""

    day_begins = forms.TimeField(
        label="Not before", help_text="By the patient's own clock. Health texts: 08:00 to 20:00."
    )
    day_ends = forms.TimeField(label="Not from")
    most_a_month = forms.IntegerField(
        label="Most messages to one patient in 30 days",
        min_value=4,
        max_value=60,
        help_text="When it is reached, early reminders are left out; those of the day are not.",
    )

    def clean(self) -> dict[str, Any]:
        """The day must have an hour in which messages can leave."""
        values: dict[str, Any] = super().clean() or {}
        begins, ends = values.get("day_begins"), values.get("day_ends")
        if begins and ends and not _long_enough(begins, ends):
            self.add_error("day_ends", "At least an hour must lie between the two.")
        return values


def _long_enough(begins: time, ends: time) -> bool:
    return (ends.hour * 60 + ends.minute) - (begins.hour * 60 + begins.minute) >= 60


def limits_written(limits: Limits) -> dict[str, Any]:
    """The clinic's limits as the form shows them."""
    return {
        "day_begins": limits.day_begins.strftime("%H:%M"),
        "day_ends": limits.day_ends.strftime("%H:%M"),
        "most_a_month": limits.most_a_month,
    }

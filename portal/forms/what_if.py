"""Another dose from a day on: what a patient may look at, and nobody saves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from look.templatetags.clinical import patient_day_text

_MOST_MG = 200


class WhatIfForm(forms.Form):
    """Milligrams a day and one of a few days to begin with."""

    mg = forms.IntegerField(
        label=_("Dose in mg a day"),
        min_value=1,
        max_value=_MOST_MG,
        error_messages={
            "required": _("Write a number of milligrams, such as 40."),
            "invalid": _("Write a number of milligrams, such as 40."),
            "min_value": _("Write a number of milligrams, such as 40."),
            "max_value": _("Write a number of milligrams up to 200."),
        },
    )
    starts_on = forms.TypedChoiceField(
        label=_("From"),
        coerce=date.fromisoformat,
        error_messages={
            "required": _("Choose a day."),
            "invalid_choice": _("Choose a day."),
        },
    )

    def __init__(self, *args: Any, days: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(day.isoformat(), patient_day_text(day)) for day in days]
        self.fields["starts_on"].choices = choices  # type: ignore[attr-defined]

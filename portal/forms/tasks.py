"""What a patient may answer to a reminder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.fields import DayField

_ANYWHERE = [("unsure", _("I am not sure what to do")), ("other", _("Something else"))]
_ELSEWHERE = [
    ("appointment", _("I cannot get an appointment")),
    ("order", _("I have no order or form")),
    ("cost", _("The cost, or my insurance")),
    ("travel", _("I am away, or cannot get there")),
]


class LaterForm(forms.Form):
    """One of the days that are offered."""

    until = forms.TypedChoiceField(
        coerce=date.fromisoformat, error_messages={"required": _("Choose a day.")}
    )

    def __init__(self, *args: object, days: Iterable[date], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["until"].choices = [(day.isoformat(), "") for day in days]  # type: ignore[attr-defined]


class DoneForm(forms.Form):
    """The day on which it was done."""

    on = DayField(
        label=_("When did you do it?"),
        error_messages={"required": _("Enter the date: day, month and year.")},
    )


class HelpForm(forms.Form):
    """What is in the way; ``here``: of something that is done on the patient's own pages."""

    trouble = forms.ChoiceField(
        error_messages={"required": _("Choose what is in the way.")},
    )

    def __init__(self, *args: object, here: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["trouble"].choices = _ANYWHERE if here else _ELSEWHERE + _ANYWHERE  # type: ignore[attr-defined]

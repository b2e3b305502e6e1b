"""Forms of the trail: which stretch of it to show, and whose record."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from clinic import wording
from clinic.forms.base import DayField, StaffForm

# A first look goes back this far.
WEEK = timedelta(days=6)
OTHERS = (
    ("patient", "Patients"),
    ("guardian", "Guardians"),
    ("pharmacy", "Pharmacies"),
    ("system", "IsoTrack by itself"),
)
_KINDS = sorted(((kind, words) for kind, words in wording.EVENTS.items()), key=lambda row: row[1])


class TrailForm(StaffForm):
    """What to show; it stands in the address, so a list can be kept. It names no patient."""

    show = forms.ChoiceField(choices=[("done", "Done"), ("seen", "Seen")], required=False)
    since = DayField(label="From", required=False, help_text="")
    until = DayField(label="To", required=False, help_text="")
    who = forms.ChoiceField(label="By", required=False)
    kind = forms.ChoiceField(label="What", required=False, choices=[("", "Everything"), *_KINDS])
    patient = forms.UUIDField(required=False)
    before = forms.IntegerField(required=False, min_value=1)

    def __init__(
        self, *args: Any, staff: Sequence[tuple[str, str]], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, today=today, **kwargs)
        who: Any = self.fields["who"]
        who.choices = [("", "Everybody"), *OTHERS, ("Staff", staff)]
        for name in ("who", "kind"):
            self.fields[name].widget.attrs["class"] = "form-select"

    def clean(self) -> dict[str, Any]:
        """Days that are not said are the last seven; the last one is not before the first."""
        values = self.cleaned_data
        if self.errors:
            return values
        values["until"] = values["until"] or self.today
        values["since"] = values["since"] or values["until"] - WEEK
        if values["since"] > values["until"]:
            self.add_error("until", "This day is before the first one.")
        return values

    def shown(self, name: str) -> str:
        """A day as the page shows it in its field: what was typed, or what is looked at."""
        value = self.cleaned_data.get(name)
        return f"{value:%d-%b-%Y}" if isinstance(value, date) else str(self[name].value() or "")

    @property
    def record(self) -> uuid.UUID | None:
        """Whose record alone is looked at."""
        return self.cleaned_data.get("patient")


class RecordForm(forms.Form):
    """Whose record: the clinic's own number, sent in the body and never in an address."""

    number = forms.CharField(max_length=40)

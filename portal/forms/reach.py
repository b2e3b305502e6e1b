"""How a patient wants to be reached: hours, kinds of message, and what a browser says of itself."""

from __future__ import annotations

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_HOURS = [(str(hour), f"{hour:02d}:00") for hour in range(6, 23)]


class HoursForm(forms.Form):
    """From when to when; both empty: whenever the clinic may."""

    begins = forms.TypedChoiceField(coerce=int, empty_value=None, required=False, choices=_HOURS)
    ends = forms.TypedChoiceField(coerce=int, empty_value=None, required=False, choices=_HOURS)


class KindsForm(forms.Form):
    """The kinds of message that are wanted."""

    wanted = forms.MultipleChoiceField(required=False)

    def __init__(
        self, *args: object, kinds: list[tuple[str, str | Promise]], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["wanted"].choices = kinds  # type: ignore[attr-defined]


class DeviceForm(forms.Form):
    """A subscription, as the browser's own interface hands it out."""

    endpoint = forms.CharField(max_length=1_000, widget=forms.HiddenInput)
    p256dh = forms.CharField(max_length=200, widget=forms.HiddenInput)
    auth = forms.CharField(max_length=100, widget=forms.HiddenInput)

    sorry = _("This browser could not be added. Try again, or use another browser.")

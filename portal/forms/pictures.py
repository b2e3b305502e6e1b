"""Pictures that a patient sends, and a day of the diary."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring import diary_choices
from monitoring.actions.home_tests import SAID
from monitoring.pictures import MOST_BYTES
from monitoring.queries.pictures import VIEWS

ACCEPTED = "image/jpeg,image/png,image/webp"
_NO_PICTURE = _("Choose a photo first.")
TOO_LARGE = _("This photo is too large. Take it with your phone’s own camera.")
NOT_A_PICTURE = _("We cannot open this photo. Use a photo from your camera.")


class PictureField(forms.FileField):
    """A file of at most ``MOST_BYTES``; what it is, is decided from its content."""

    def __init__(self, **kwargs: Any) -> None:
        missing = {"required": _NO_PICTURE, "empty": NOT_A_PICTURE, "missing": _NO_PICTURE}
        super().__init__(error_messages={**missing, "invalid": _NO_PICTURE}, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Refuse what is larger than any camera's picture."""
        file = super().clean(data, initial)
        if file.size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        return file


class PhotoForm(forms.Form):
    """One photo of one view."""

    view = forms.ChoiceField(choices=[(view.value, view.label) for view in VIEWS])
    photo = PictureField(label=_("Photo"))


class HomeTestForm(forms.Form):
    """The photo of a test, and what the patient sees on it."""

    photo = PictureField(label=_("Photo of your test"))
    said = forms.ChoiceField(
        label=_("What do you see?"),
        choices=[(value, value) for value in SAID],
        error_messages={"required": _("Choose what you see.")},
    )


class DiaryForm(forms.Form):
    """A day: the capsules, and what was felt. Nothing is chosen beforehand."""

    taken = forms.TypedChoiceField(
        label=_("Did you take your capsules?"),
        choices=[("yes", _("Yes")), ("no", _("No, I missed them"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )
    felt = forms.MultipleChoiceField(
        choices=[(key, choice.label) for key, choice in diary_choices.ALL.items()],
        required=False,
    )

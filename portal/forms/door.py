"""The birth date behind a task link."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.fields import DayField


class BirthDateForm(forms.Form):
    """What a mail scanner does not have (L2)."""

    born = DayField(
        label=_("Your date of birth"),
        error_messages={"required": _("Enter your date of birth: day, month and year.")},
    )

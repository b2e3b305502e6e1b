"""How the skin is after the course."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.queries.after_course import GLAD, SKIN

_CHOOSE = {"required": _("Choose one answer."), "invalid_choice": _("Choose one answer.")}


class SkinForm(forms.Form):
    """Three questions on one page; nothing is chosen beforehand."""

    skin = forms.TypedChoiceField(
        label=_("How is your skin now?"),
        choices=[(step, step) for step in SKIN],
        coerce=int,
        error_messages=_CHOOSE,
    )
    glad = forms.ChoiceField(
        label=_("Would you do the course again?"),
        choices=[(value, value) for value in GLAD],
        error_messages=_CHOOSE,
    )
    call = forms.TypedChoiceField(
        label=_("Do you want to talk with your clinic about your skin?"),
        choices=[("yes", "yes"), ("no", "no")],
        coerce=lambda value: value == "yes",
        error_messages=_CHOOSE,
    )

"""Getting in anew: what is asked of somebody who cannot sign in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from monitoring.actions.locking import Lost
from portal.forms.fields import DayField, FirstChoiceRadios


class RecoverForm(forms.Form):
    """One way of reaching them, and the birth date."""

    named = forms.CharField(
        label=_("Your e-mail or your phone number"),
        max_length=254,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "email"}),
        error_messages={"required": _("Write your e-mail or your phone number.")},
    )
    born = DayField(
        label=_("Your date of birth"),
        error_messages={"required": _("Enter your date of birth: day, month and year.")},
    )


class PasswordForm(forms.Form):
    """A new password, once: it can be shown, and is checked for its strength."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password.")},
    )
    again = forms.CharField(
        label=_("The same again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "new-password"}),
        error_messages={"required": _("Write the password again.")},
    )

    def clean_password(self) -> str:
        """Long, and not one that everybody uses."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password)
        return password

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("password") and said.get("again") and said["password"] != said["again"]:
            self.add_error("again", _("The two are not the same."))
        return said


class LockForm(forms.Form):
    """What is lost decides where messages no longer go."""

    lost = forms.ChoiceField(
        label=_("What happened?"),
        choices=[
            (Lost.PHONE.value, _("My phone is lost, or not mine any more")),
            (Lost.EMAIL.value, _("Somebody else can read my e-mail")),
            (Lost.NOTHING.value, _("I think somebody looks at my pages")),
        ],
        widget=FirstChoiceRadios,
        error_messages={"required": _("Choose what happened.")},
    )

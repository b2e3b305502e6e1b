"""What a patient writes to the clinic."""

from __future__ import annotations

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.actions.letters import LONGEST


class LetterForm(forms.Form):
    """Plain text, nothing attached. ``nonce`` makes a second press of the button harmless."""

    nonce = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    text = forms.CharField(
        label=_("Your message"),
        max_length=LONGEST,
        widget=forms.Textarea(
            attrs={
                "rows": 7,
                "class": "form-control",
                "autocomplete": "off",
                "aria-describedby": "text-hint",
            }
        ),
        error_messages={
            "required": _("Write your message first."),
            "max_length": _("Your message is too long. Use fewer words, or call your clinic."),
        },
    )

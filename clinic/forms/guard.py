"""What every form about a course carries unseen: whose it is, its own number, what it was shown."""

import uuid
from typing import Any

from django import forms

from monitoring.actions.shown import Shown

# The words of a refusal, each with the way out.
UNMARKED = "This page does not say whose it is. Open the course again and repeat the entry."
CHANGED = (
    "Something about this course has changed since the page was shown. Nothing was saved. "
    "Look at the banner and the figures as they stand now, then press again."
)


class GuardForm(forms.Form):
    """Three hidden fields beside a form; with names of their own."""

    prefix = "guard"

    patient = forms.UUIDField(widget=forms.HiddenInput)
    nonce = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def shown(self) -> Shown | None:
        """What the page said; None where the form does not say whose it is."""
        return Shown(**self.cleaned_data) if self.is_valid() else None


def marked(patient: uuid.UUID, version: str) -> GuardForm:
    """The fields of a form that is shown now; without ids, as a page may hold several forms."""
    said: dict[str, Any] = {"patient": patient, "nonce": uuid.uuid4(), "version": version}
    return GuardForm(initial=said, auto_id=False)

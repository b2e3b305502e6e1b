"""What the clinic answers to a patient's message."""

from django import forms

from clinic.forms.base import StaffForm
from monitoring.actions.letters import LONGEST


class AnswerForm(StaffForm):
    """Plain text, read by the patient behind the sign-in."""

    answer = forms.CharField(
        label="Your answer",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=f"Plain words, up to {LONGEST} characters. The notice that goes out says nothing "
        "of it: the patient reads it after signing in.",
    )

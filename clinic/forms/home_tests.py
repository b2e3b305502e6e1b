"""What a reader sees in the picture of a home test."""

from django import forms

from clinic.forms.base import StaffForm
from monitoring.actions.home_tests import READ


class ReadingForm(StaffForm):
    """The code first, then the test; both are asked before anything else is told."""

    code_matches = forms.ChoiceField(
        label="Does this code stand beside the test?",
        choices=[("yes", "Yes, this code"), ("no", "No, another code, or none")],
        widget=forms.RadioSelect,
    )
    read = forms.ChoiceField(
        label="What does the test show?",
        choices=READ,
        widget=forms.RadioSelect,
        help_text="Unclear: a test that ran and says neither. It stops the capsules until it is "
        "settled. A picture in which no test can be read is repeated.",
    )

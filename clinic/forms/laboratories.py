"""A laboratory's token: made, replaced, revoked."""

from datetime import datetime, timedelta

from django import forms

from clinic.forms.base import StaffForm

LIFETIMES = [("0", "until it is revoked"), ("365", "one year"), ("730", "two years")]
OVERLAPS = [("7", "in 7 days"), ("30", "in 30 days"), ("0", "at once")]


class IssueForm(StaffForm):
    """A laboratory that will hand in results over HTTP."""

    label = forms.CharField(
        max_length=80,
        label="Laboratory or system",
        help_text="As you will recognise it in the audit trail.",
    )
    lifetime = forms.ChoiceField(
        choices=LIFETIMES,
        label="Valid",
        help_text="After its end the laboratory's results are refused until it has a new one.",
    )

    def expires_at(self, now: datetime) -> datetime | None:
        """When the token ends; None for no end."""
        days = int(self.cleaned_data["lifetime"])
        return now + timedelta(days=days) if days else None


class RotateForm(StaffForm):
    """How long the laboratory has to put the new token in place."""

    overlap = forms.ChoiceField(
        choices=OVERLAPS,
        label="The present token ends",
        help_text="Until then both are taken. At once, if it may have become known to others.",
    )

    def span(self) -> timedelta:
        """How long both are valid."""
        return timedelta(days=int(self.cleaned_data["overlap"]))

"""Why a message is taken back or sent again."""

from django import forms

from clinic.forms.base import StaffForm


class ReasonForm(StaffForm):
    """A few words that stay in the ledger."""

    reason = forms.CharField(
        label="Why",
        max_length=200,
        min_length=3,
        help_text="It stays in the ledger; write nothing about the patient's health.",
    )


class AddressForm(StaffForm):
    """The right number or mailbox in the place of one that does not work."""

    pk = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31)
    address = forms.CharField(max_length=254)


class RemoveAddressForm(StaffForm):
    """A number or mailbox that is not the patient's any more."""

    pk = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31)


class NewAddressForm(StaffForm):
    """One more number or mailbox, with the patient's agreement."""

    address = forms.CharField(
        label="Mobile number or e-mail address",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    agreed = forms.BooleanField(
        label="The patient has agreed to messages there",
        error_messages={"required": "Ask the patient first; the agreement goes on record."},
    )

"""Locking a patient's page, opening it again, and sending a link to choose a password."""

from django import forms

from clinic.forms.base import StaffForm
from monitoring.actions.locking import Lost


class LockForm(StaffForm):
    """What is in other hands decides where messages no longer go."""

    lost = forms.ChoiceField(
        label="What happened",
        choices=[
            (Lost.PHONE.value, "The phone is lost, or not theirs any more"),
            (Lost.EMAIL.value, "Somebody else can read the e-mail"),
            (Lost.NOTHING.value, "Somebody else may look at the page"),
        ],
    )


class UnlockForm(StaffForm):
    """How it was made sure who they are."""

    checked = forms.ChoiceField(
        label="How you know that it is the patient",
        choices=[
            ("", "Choose"),
            ("in person, with a photo document", "In person, with a photo document"),
            ("known to staff, in person", "Known to me, in person"),
            ("called back on the number on file", "Called back on the number on file"),
        ],
    )


class InviteForm(StaffForm):
    """By which way the link goes."""

    way = forms.ChoiceField(
        label="Send it by", choices=[("sms", "Text message"), ("email", "E-mail")]
    )

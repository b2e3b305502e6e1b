"""What a pharmacist fills in: who they are, and what they did."""

from typing import Any

from django import forms

from portal.forms.fields import DayField

DISPENSED, OUT_OF_STOCK, RETURNED, PROBLEM = "dispensed", "out-of-stock", "returned", "problem"


class DoorForm(forms.Form):
    """The pharmacy's name, and the birth date of the person in front of them."""

    pharmacy = forms.CharField(
        label="Name and town of your pharmacy",
        max_length=120,
        min_length=3,
        error_messages={"required": "Write the name of your pharmacy."},
    )
    born = DayField(label="Patient's date of birth")


class DidForm(forms.Form):
    """One press: what was done. ``rma`` is asked for where the programme authorises each fill."""

    did = forms.ChoiceField(
        choices=[(each, each) for each in (DISPENSED, OUT_OF_STOCK, RETURNED, PROBLEM)]
    )
    rma = forms.CharField(max_length=40, required=False)
    brand = forms.CharField(max_length=60, required=False)
    note = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, asks_rma: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks_rma = asks_rma

    def clean(self) -> dict[str, Any]:
        """A number to dispense, words about a problem."""
        did = self.cleaned_data.get("did")
        rma = (self.cleaned_data.get("rma") or "").strip()
        if did == DISPENSED and self.asks_rma and len(rma) < 4:
            self.add_error("rma", "Get the authorisation number (RMA) first, then write it here.")
        if did == PROBLEM and not (self.cleaned_data.get("note") or "").strip():
            self.add_error("note", "Write in a few words what is in the way.")
        return self.cleaned_data

"""Who may see some of a patient's record, and what the clinic lets guardians see at all."""

from typing import Any

from django import forms
from django.conf import settings

from clinic.forms.base import DayField, StaffForm
from people.guardianship import ADULT, YOUNGEST_ALONE, Area, Relation, Rule


class GuardianForm(StaffForm):
    """A guardian with an address of their own. ``rule`` says what the clinic opens at all."""

    name = forms.CharField(label="Name", max_length=120)
    email = forms.EmailField(
        label="Their own e-mail address",
        help_text="They sign in with it. It must not be the patient's.",
    )
    relation = forms.ChoiceField(label="They are the patient's", choices=Relation.choices)
    language = forms.ChoiceField(label="They read", choices=settings.LANGUAGES)
    from_on = DayField(label="From", initial="today")
    until_on = DayField(
        label="Last day",
        required=False,
        help_text="Leave it empty if none is known. It ends by itself when the patient is 18.",
    )
    areas = forms.MultipleChoiceField(
        label="They may see", choices=Area.choices, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = self.fields["areas"]
        if isinstance(areas, forms.MultipleChoiceField):
            areas.choices = [(area.value, area.label) for area in Area if area in rule.areas]


class GuardianRuleForm(StaffForm):
    """The clinic's rule, and why it is so."""

    allowed = forms.BooleanField(
        label="Guardians may see something of a patient under 18",
        required=False,
        help_text="Off: nobody but the patient has a page here, whatever is on record below.",
    )
    alone_from = forms.IntegerField(
        label="From this age the patient decides alone",
        min_value=YOUNGEST_ALONE,
        max_value=ADULT,
        help_text="The law of your place. With 18 the clinic decides until then.",
    )
    areas = forms.MultipleChoiceField(
        label="Guardians may see",
        choices=Area.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Pregnancy, birth control, mood and messages can never be chosen.",
    )
    reason = forms.CharField(
        label="Why", min_length=3, max_length=200, help_text="For example the law it follows."
    )

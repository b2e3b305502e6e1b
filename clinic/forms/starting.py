"""Starting a course on one page: who, why, which programme, how much, how watched."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Layout
from django import forms

from clinic.forms.base import Beside, DayField, StaffForm
from clinic.forms.treatment import FORMULATIONS, PatternField
from courses.actions.starting import CoursePlan
from people.actions.patients import Identity, Unusable, readable_phone

PROGRAMMES = [
    ("us-ipledge", "United States, iPLEDGE"),
    ("uk-mhra", "United Kingdom, MHRA"),
    ("eu-ppp", "European Union, PPP"),
    ("ca", "Canada"),
    ("au", "Australia"),
]
SCHEDULES = [
    ("monthly", "Monthly"),
    ("us-label", "US label"),
    ("eu-smpc", "EU product information"),
    ("delphi-2022", "DELPHI 2022: baseline and peak dose"),
    ("aad-2024", "AAD 2024"),
]
_CONDITIONS = [
    ("breastfeeding", "Breastfeeding"),
    ("hepatic-insufficiency", "Hepatic insufficiency"),
    ("hypervitaminosis-a", "Hypervitaminosis A"),
    ("lipid-disorder", "Lipid disorder"),
    ("depression", "Depression or suicidality"),
    ("ibd", "Inflammatory bowel disease"),
    ("diabetes", "Diabetes"),
    ("obesity", "Obesity"),
    ("alcohol", "High alcohol intake"),
    ("osteoporosis", "Osteoporosis"),
    ("renal-impairment", "Severe renal impairment"),
]
_MEDICINES = [
    ("doxycycline", "Doxycycline"),
    ("minocycline", "Minocycline"),
    ("lymecycline", "Lymecycline"),
    ("vitamin-a", "Vitamin A"),
    ("methotrexate", "Methotrexate"),
    ("phenytoin", "Phenytoin"),
    ("prednisolone", "Systemic corticosteroid"),
    ("carbamazepine", "Carbamazepine"),
    ("st-johns-wort", "St John's wort"),
    ("warfarin", "Warfarin"),
]
_ALLERGIES = [
    ("isotretinoin", "Isotretinoin"),
    ("soya", "Soya"),
    ("peanut", "Peanut"),
    ("other-excipient", "Another excipient"),
]


def _row(*names: str) -> Beside:
    return Beside(*names, column="col-md")


class IdentityForm(StaffForm):
    """A new patient. Left out when the course is for a patient who is known."""

    given_name = forms.CharField(max_length=120, required=False)
    family_name = forms.CharField(max_length=120, required=False)
    mrn = forms.CharField(label="Clinic number", max_length=40)
    born = DayField(label="Born")
    sex = forms.ChoiceField(
        # Nothing is chosen beforehand: a wrong answer would look like one that was given.
        choices=[
            ("", "Choose"),
            ("female", "Female"),
            ("male", "Male"),
            ("other", "Other"),
            ("unknown", "Not known"),
        ]
    )
    email = forms.EmailField(label="E-mail", required=False)
    phone = forms.CharField(label="Mobile phone", max_length=40, required=False)

    def __init__(self, *args: Any, country: str = "", **kwargs: Any) -> None:
        self.country = country
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            _row("given_name", "family_name"),
            _row("mrn", "born", "sex"),
            _row("phone", "email"),
        )

    def clean_phone(self) -> str:
        """Any way of writing it is fine, as long as it is a number (UX-16)."""
        text: str = self.cleaned_data["phone"]
        try:
            return readable_phone(text, country=self.country) if text else ""
        except Unusable as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        """A name and a plausible birth date."""
        if not self.cleaned_data.get("given_name") and not self.cleaned_data.get("family_name"):
            self.add_error("family_name", "Give a given name or a family name.")
        born = self.not_in_future("born")
        if born is not None and born < self.today - timedelta(days=366 * 120):
            self.add_error("born", "More than 120 years ago. Check the day.")
        return self.cleaned_data

    def identity(self) -> Identity:
        """The patient to be added."""
        data = self.cleaned_data
        return Identity(
            mrn=data["mrn"].strip(),
            given_name=data["given_name"].strip(),
            family_name=data["family_name"].strip(),
            born=data["born"],
            sex=data["sex"],
            email=data["email"],
            phone=data["phone"],
        )


class CourseForm(StaffForm):
    """Eligibility, category, weight, dose plan, programme, schedule."""

    indication = forms.CharField(
        max_length=200,
        initial="Severe recalcitrant nodular acne",
        help_text="What is treated, and what has been tried before.",
    )
    category = forms.ChoiceField(
        label="Can the patient become pregnant?",
        choices=[("fcp", "Yes"), ("ncp", "No")],
        widget=forms.RadioSelect,
        help_text="Reproductive potential, not gender.",
    )
    programme = forms.ChoiceField(choices=PROGRAMMES)
    registry_id = forms.CharField(
        label="Registry number",
        max_length=40,
        required=False,
        help_text="iPLEDGE number. Asked for before the first prescription.",
    )
    enrolled = forms.BooleanField(
        label="The patient is enrolled with the programme", required=False, initial=True
    )
    weight_kg = forms.DecimalField(
        label="Weight in kg", min_value=Decimal(20), max_value=Decimal(350)
    )
    pattern = PatternField(
        label="Planned dose in mg a day", help_text="20, or a repeating pattern 20, 40"
    )
    formulation = forms.ChoiceField(choices=FORMULATIONS)
    starts_on = DayField(label="Planned first dose", initial="today")
    lab_schedule = forms.ChoiceField(
        label="Blood tests",
        choices=SCHEDULES,
        initial="monthly",
        help_text="Monthly is the usual choice here; DELPHI and AAD advise fewer tests.",
    )
    conditions = forms.MultipleChoiceField(
        choices=_CONDITIONS, required=False, widget=forms.CheckboxSelectMultiple
    )
    medicines = forms.MultipleChoiceField(
        choices=_MEDICINES, required=False, widget=forms.CheckboxSelectMultiple
    )
    allergies = forms.MultipleChoiceField(
        choices=_ALLERGIES, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            _row("indication", "category"),
            _row("programme", "registry_id"),
            "enrolled",
            _row("weight_kg", "pattern", "formulation"),
            _row("starts_on", "lab_schedule"),
            _row("conditions", "medicines", "allergies"),
        )

    def clean_starts_on(self) -> date:
        """A plan looks forward."""
        starts: date = self.cleaned_data["starts_on"]
        if starts < self.today:
            raise forms.ValidationError(
                "This day is past. A course that runs already is brought in by import."
            )
        return starts

    def plan(self) -> CoursePlan:
        """What the action needs."""
        data = self.cleaned_data
        history = [
            *(("condition", name) for name in data["conditions"]),
            *(("medication", name) for name in data["medicines"]),
            *(("allergy", name) for name in data["allergies"]),
        ]
        return CoursePlan(
            programme=data["programme"],
            category=data["category"],
            weight_kg=data["weight_kg"],
            daily_mg=data["pattern"],
            starts_on=data["starts_on"],
            lab_schedule=data["lab_schedule"],
            indication=data["indication"],
            registry_id=data["registry_id"],
            enrolled=data["enrolled"],
            formulation=data["formulation"],
            history=tuple(history),
        )

"""Results typed by staff: one row a test, the unit beside every value."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from clinic.forms.base import DayField, StaffForm
from clinic.wording import ANALYTES
from monitoring.actions.typing_in import Drawn, TypedValue
from protocol.units import units_of
from protocol.vocabulary import Analyte

# The order of a usual panel; what a clinic monitors most comes first.
ROWS = (
    *(Analyte.ALT, Analyte.AST, Analyte.TRIGLYCERIDES, Analyte.CHOLESTEROL, Analyte.HDL),
    *(Analyte.LDL, Analyte.BILIRUBIN, Analyte.ALP, Analyte.GGT, Analyte.CK, Analyte.GLUCOSE),
)
SIGNS = [("", "="), ("<", "<"), (">", ">"), ("<=", "≤"), (">=", "≥")]
FASTING = [("", "Not known"), ("yes", "Yes"), ("no", "No")]
PARTS = {"sign": "Sign", "value": "Value", "unit": "Unit", "low": "Range from", "high": "Range to"}
_SI = {"bilirubin": "umol/L"}


@dataclass(frozen=True, slots=True)
class TypedField:
    """One field of a row, with the short word that stands beside it on a phone."""

    short: str
    bound: BoundField


@dataclass(frozen=True, slots=True)
class TypedRow:
    """The fields of one test, as the table shows them."""

    name: str
    fields: tuple[TypedField, ...]


class _Number(forms.DecimalField):
    """A number with a point or a decimal comma; a comma that may part thousands is refused."""

    def __init__(self, label: str) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "num", "size": "7"}
        super().__init__(
            required=False,
            max_digits=12,
            decimal_places=6,
            label=label,
            widget=forms.TextInput(attrs=attrs),
        )

    def to_python(self, value: Any) -> Any:
        """The number; ``1,400`` may be two numbers and is refused."""
        text = str(value or "").strip()
        whole, comma, fraction = text.partition(",")
        if comma and len(fraction) == 3 and whole.lstrip("-") not in ("", "0"):
            raise forms.ValidationError("Write it with a point, without thousands: 1400 or 1.4.")
        return super().to_python(text.replace(",", "."))


class TypeResultsForm(StaffForm):
    """One sample: when it was drawn, where, and a row for each test."""

    collected_on = DayField(label="Drawn on", initial="today")
    collected_at = forms.TimeField(
        label="At",
        required=False,
        help_text="If known, for example 08:15",
        widget=forms.TimeInput(format="%H:%M", attrs={"autocomplete": "off", "size": "6"}),
    )
    fasting = forms.ChoiceField(choices=FASTING, required=False)
    laboratory = forms.CharField(max_length=80, help_text="As printed on the report")

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for analyte in ROWS:
            name, words = analyte.value, ANALYTES[analyte.value]
            units = [(unit, unit) for unit in sorted(units_of(analyte))]
            usual = _usual_unit(analyte, country)
            self.fields[f"{name}_sign"] = forms.ChoiceField(
                choices=SIGNS, required=False, label=f"{words}: exact, below or above"
            )
            self.fields[f"{name}_value"] = _Number(f"{words}: value")
            self.fields[f"{name}_unit"] = forms.ChoiceField(
                choices=units, initial=usual, label=f"{words}: unit", required=False
            )
            self.fields[f"{name}_low"] = _Number(f"{words}: laboratory's range from")
            self.fields[f"{name}_high"] = _Number(f"{words}: laboratory's range to")
            for part in ("sign", "unit"):
                self.fields[f"{name}_{part}"].widget.attrs["class"] = "form-select"
            for part in ("value", "low", "high"):
                self.fields[f"{name}_{part}"].widget.attrs["class"] = "form-control num"
        for name in ("collected_on", "collected_at", "laboratory"):
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["fasting"].widget.attrs["class"] = "form-select"

    def clean(self) -> dict[str, Any]:
        """A day that has come, at least one value, and ranges the right way round."""
        self.not_in_future("collected_on")
        values = [name for name in ROWS if self.cleaned_data.get(f"{name.value}_value") is not None]
        wrong = any(f"{analyte.value}_value" in self.errors for analyte in ROWS)
        if not values and not wrong:
            self.add_error(f"{ROWS[0].value}_value", "Type at least one value.")
        for analyte in ROWS:
            low, high = (self.cleaned_data.get(f"{analyte.value}_{end}") for end in ("low", "high"))
            if low is not None and high is not None and low > high:
                self.add_error(f"{analyte.value}_low", "The range begins above its end.")
        return self.cleaned_data

    def rows(self) -> list[TypedRow]:
        """The table's rows."""
        return [
            TypedRow(
                ANALYTES[analyte.value],
                tuple(
                    TypedField(words, self[f"{analyte.value}_{part}"])
                    for part, words in PARTS.items()
                ),
            )
            for analyte in ROWS
        ]

    def values(self) -> list[TypedValue]:
        """What was typed, once the form is valid."""
        data = self.cleaned_data
        return [
            TypedValue(
                analyte=analyte,
                value=data[f"{analyte.value}_value"],
                comparator=data[f"{analyte.value}_sign"],
                unit=data[f"{analyte.value}_unit"],
                low=data[f"{analyte.value}_low"],
                high=data[f"{analyte.value}_high"],
            )
            for analyte in ROWS
            if data[f"{analyte.value}_value"] is not None
        ]

    def drawn(self) -> Drawn:
        """When and where, once the form is valid."""
        data = self.cleaned_data
        fasting = {"yes": True, "no": False}.get(data["fasting"])
        return Drawn(data["collected_on"], data["collected_at"], fasting, data["laboratory"])


def _usual_unit(analyte: Analyte, country: str) -> str:
    """The unit that laboratories of the clinic's country print most."""
    units = units_of(analyte)
    if "U/L" in units:
        return "U/L"
    if country == "US":
        return "mg/dL"
    return _SI.get(analyte.value, "mmol/L")

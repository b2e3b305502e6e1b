"""Forms that record one thing about a course. Each knows how to say what the action needs."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from clinic.forms.base import METHOD_LABELS, DayField, StaffForm
from protocol.outcomes import DLQI_COPYRIGHT
from protocol.vocabulary import Form, ReviewOf, SexualFunction, TestResult, TestSetting

_FORM_LABELS = {
    Form.PATIENT_INFORMATION: "Patient information and consent (US)",
    Form.BIRTH_DEFECTS: "Birth defects consent (US)",
    Form.GUARDIAN: "Parent or guardian",
    Form.ARF_2023: "Acknowledgement of risk form 2023 (UK)",
    Form.ARF_2026: "Acknowledgement of risk form 2026 (UK)",
}
IGA = {0: "clear", 1: "almost clear", 2: "mild", 3: "moderate", 4: "severe"}
_FREQUENCY = [("", "Left blank"), ("0", "0"), ("1", "1"), ("2", "2"), ("3", "3")]
_PHQ9 = (
    "Little interest or pleasure in doing things",
    "Feeling down, depressed, or hopeless",
    "Trouble falling or staying asleep, or sleeping too much",
    "Feeling tired or having little energy",
    "Poor appetite or overeating",
    "Feeling bad about yourself, or that you are a failure or have let people down",
    "Trouble concentrating on things",
    "Moving or speaking slowly, or being fidgety or restless",
    "Thoughts that you would be better off dead, or of hurting yourself",
)


class WeightForm(StaffForm):
    """A measured weight."""

    kg = forms.DecimalField(label="Weight in kg", min_value=Decimal(20), max_value=Decimal(350))
    measured_on = DayField(label="Measured on", initial="today")

    def clean(self) -> dict[str, Any]:
        """Nothing is measured in the future."""
        self.not_in_future("measured_on")
        return self.cleaned_data


class TestForm(StaffForm):
    """A pregnancy test done in the clinic, at home or under remote supervision."""

    __test__ = False

    result = forms.ChoiceField(
        choices=[(r.value, r.value.capitalize()) for r in TestResult], widget=forms.RadioSelect
    )
    collected_on = DayField(label="Sample taken on", initial="today")
    setting = forms.ChoiceField(
        label="Where",
        choices=[
            (TestSetting.CLINIC.value, "Clinic or laboratory"),
            (TestSetting.REMOTE_SUPERVISED.value, "At home, supervised remotely"),
            (TestSetting.HOME.value, "At home"),
        ],
    )
    specimen = forms.ChoiceField(choices=[("urine", "Urine"), ("serum", "Serum")])
    reader = forms.ChoiceField(
        label="Read by",
        choices=[
            ("staff", "A member of staff"),
            ("device", "A device, or the laboratory"),
            ("patient", "The patient"),
        ],
    )
    verified = forms.BooleanField(
        label="I have checked the result myself (home test: photo or device seen)", required=False
    )
    cycle_day = forms.IntegerField(
        label="Day of the cycle", required=False, min_value=1, max_value=60,
        help_text="Regular cycles only; leave empty otherwise.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Nothing is collected in the future; in a clinic the patient does not read the result."""
        self.not_in_future("collected_on")
        values = self.cleaned_data
        if values.get("setting") == TestSetting.CLINIC and values.get("reader") == "patient":
            self.add_error("reader", "In the clinic a member of staff or a device reads the test.")
        return values


class VisitForm(StaffForm):
    """An appointment."""

    visited_on = DayField(label="Visit on", initial="today")
    remote = forms.TypedChoiceField(
        label="How",
        choices=[("no", "In person"), ("yes", "By video")],
        coerce=lambda value: value == "yes",
    )
    lead_prescriber = forms.BooleanField(
        label="With a lead prescriber", required=False, initial=True
    )
    counselled = forms.BooleanField(
        label="Counselling given in this visit", required=False, initial=True
    )

    def clean(self) -> dict[str, Any]:
        """A visit that has not happened is an appointment, not a record."""
        self.not_in_future("visited_on")
        return self.cleaned_data


class EnrolmentForm(StaffForm):
    """Programme, registry number and category."""

    category = forms.ChoiceField(
        label="Can the patient become pregnant?",
        choices=[("fcp", "Yes, can become pregnant"), ("ncp", "No, cannot become pregnant")],
        widget=forms.RadioSelect,
    )
    registry_id = forms.CharField(
        label="Registry number", required=False, max_length=40,
        help_text="The iPLEDGE number, where the programme has a registry.",
    )  # fmt: skip
    prescriber_certified = forms.BooleanField(
        label="The prescriber is certified with the programme", required=False, initial=True
    )
    enrolled_on = DayField(label="From", initial="today")

    def clean(self) -> dict[str, Any]:
        """Enrolment is recorded when it has happened."""
        self.not_in_future("enrolled_on")
        return self.cleaned_data


class StatementForm(StaffForm):
    """A dated statement; subclasses add what is stated."""

    stated_on = DayField(label="On", initial="today")

    def clean(self) -> dict[str, Any]:
        """Statements are recorded when they were made."""
        self.not_in_future("stated_on")
        return self.cleaned_data

    def content(self) -> dict[str, Any]:
        """What ``statements.state`` expects for this kind."""
        return {}

    def speaker(self) -> str:
        """Whose statement it is."""
        return "prescriber"


class ConsentForm(StatementForm):
    """A signed form."""

    form = forms.ChoiceField(
        label="Form", choices=[(form.value, label) for form, label in _FORM_LABELS.items()]
    )

    def content(self) -> dict[str, Any]:
        """The form signed."""
        return {"form": self.cleaned_data["form"]}

    def speaker(self) -> str:
        """Both sign."""
        return "both"


class CounsellingForm(StatementForm):
    """Counselling was given."""


class SecondPrescriberForm(StatementForm):
    """A second prescriber agrees (UK-01)."""


class ComprehensionForm(StatementForm):
    """The programme's questions, where the patient answered them on paper or in the registry."""

    passed = forms.BooleanField(label="All questions answered correctly", required=False)

    def content(self) -> dict[str, Any]:
        """Whether they were answered."""
        return {"passed": self.cleaned_data["passed"]}

    def speaker(self) -> str:
        """The patient answers."""
        return "patient"


class ContraceptionForm(StatementForm):
    """Methods as stated by the prescriber, the patient or both."""

    stated_by = forms.ChoiceField(
        label="Stated by",
        choices=[("prescriber", "Prescriber"), ("patient", "Patient"), ("both", "Both, the same")],
    )
    methods = forms.MultipleChoiceField(
        choices=[(method.value, label) for method, label in METHOD_LABELS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    since = DayField(label="Used since", required=False)

    def content(self) -> dict[str, Any]:
        """Methods and since when."""
        since: date | None = self.cleaned_data["since"]
        return {
            "methods": self.cleaned_data["methods"],
            "since": since.isoformat() if since else None,
        }

    def speaker(self) -> str:
        """As chosen."""
        return str(self.cleaned_data["stated_by"])


class HomeTestingForm(StatementForm):
    """The prescriber allows or withdraws home tests (US-13)."""

    allowed = forms.TypedChoiceField(
        choices=[("yes", "Home tests are allowed"), ("no", "Home tests are not allowed")],
        coerce=lambda value: value == "yes",
    )

    def content(self) -> dict[str, Any]:
        """Allowed or not."""
        return {"allowed": self.cleaned_data["allowed"]}


class SexualFunctionForm(StatementForm):
    """The prompt and its answer (MH-9)."""

    answer = forms.ChoiceField(
        label="Any change in sexual interest, arousal, erections or dryness, orgasm or sensation?",
        choices=[
            (SexualFunction.NONE.value, "None"),
            (SexualFunction.MILD.value, "Mild"),
            (SexualFunction.BOTHERSOME.value, "Bothersome"),
            (SexualFunction.DECLINED.value, "Prefers not to say"),
        ],
    )

    def content(self) -> dict[str, Any]:
        """The answer."""
        return {"answer": self.cleaned_data["answer"]}

    def speaker(self) -> str:
        """The patient answers."""
        return "patient"


class OutcomeForm(StatementForm):
    """How bad the acne is: IGA by the clinician, and a DLQI's total from paper (rule book 11)."""

    iga = forms.TypedChoiceField(
        label="IGA",
        choices=[(grade, f"{grade}, {words}") for grade, words in IGA.items()],
        coerce=int,
    )
    dlqi = forms.IntegerField(
        label="DLQI, total of the paper form",
        required=False,
        min_value=0,
        max_value=30,
        help_text=f"From 16 years on. {DLQI_COPYRIGHT}",
    )

    def content(self) -> dict[str, Any]:
        """Both scores."""
        return {"iga": self.cleaned_data["iga"], "dlqi": self.cleaned_data["dlqi"]}


class QuestionnaireForm(StatementForm):
    """PHQ-9 filled in on paper or by word of mouth (MH-1); free of licence (Pfizer)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, words in enumerate(_PHQ9, start=1):
            self.fields[f"item{number}"] = forms.ChoiceField(
                label=f"{number}. {words}", choices=_FREQUENCY, required=False
            )

    def content(self) -> dict[str, Any]:
        """Nine answers of 0 to 3, None for those left blank."""
        answers = [self.cleaned_data[f"item{number}"] for number in range(1, 10)]
        return {
            "instrument": "phq9",
            "answers": [int(answer) if answer else None for answer in answers],
        }

    def speaker(self) -> str:
        """The patient answers."""
        return "patient"


class ReviewForm(StatementForm):
    """A clinician has looked at it, and says what happens next."""

    of = forms.ChoiceField(
        label="What was reviewed",
        choices=[
            (ReviewOf.MENTAL_HEALTH.value, "Mood"),
            (ReviewOf.SYMPTOM.value, "Symptom"),
            (ReviewOf.SEXUAL_FUNCTION.value, "Sexual function"),
        ],
    )
    plan = forms.CharField(label="What happens next", max_length=300, widget=forms.Textarea)

    def content(self) -> dict[str, Any]:
        """What and the plan."""
        return {"of": self.cleaned_data["of"], "plan": self.cleaned_data["plan"]}

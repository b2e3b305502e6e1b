"""Every component in every state, at ``/clinic/components/``: development only, an axe target.

The rows are made up here, with names that try to break out of the page (UX-23).
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View

from look.trends import DoseSpan, Point

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
ZONE = "America/New_York"
STATUSES = ("neutral", "ok", "due", "warning", "critical", "info")
HOSTILE = "Ann <script>alert(1)</script>"


@dataclass(frozen=True, slots=True)
class Row:
    """One made-up line of a worklist."""

    family_name: str
    given_name: str
    status: str
    reason: str
    detail: str
    due_words: str
    due_on: date | None
    action_label: str
    primary: bool = False
    dose_so_far: int | None = 62
    dose_target: int = 120
    lab: Any = None
    url: str = "#main"
    action_url: str = "#main"
    identity: str = "27y · 482 193 0075"
    course: str = "Month 3"
    course_detail: str = ""
    dose: str = "60 mg/day"

    @property
    def person(self) -> "Row":
        """The row names its own patient."""
        return self


def _lab(name: str, value: object, unit: str, flag: object) -> SimpleNamespace:
    return SimpleNamespace(name=name, value=value, unit=unit, flag=flag, on=date(2026, 11, 23))


WORK = (
    Row("Nairwell", "Priya", "critical", "Test unclear", "Home photo 23-Nov-2026, 21:40", "Today",
        TODAY, "Read test", True, 71, lab=_lab("ALT", 19, "U/L", 0)),
    Row("Brandell", "Tom", "critical", "Critical result", "Triglycerides grade 3, not fasting",
        "Today", TODAY, "Review result", True, 48, lab=_lab("TG", 760, "mg/dL", 4)),
    Row("Whitlocke", HOSTILE, "warning", "Mood alert", "PHQ-9 score 14 of 27, item 9 = 0",
        "Today by 17:00", TODAY, "Record call", True, 92, lab=_lab("ALT", 33, "U/L", "N")),
    Row("Wolfeschlegelsteinhausenbergerdorff-Oyelaran", "Maximiliana Theodora", "due",
        "Window ends today", "Drawn 22-Nov-2026, not back", "Today 23:59 EST", TODAY, "Chase lab",
        False, 130, lab=_lab("TG", "118", "", None)),
    Row("", "Sukarno", "neutral", "Awaiting lab", "Sample taken 23-Nov-2026", "In 3 days",
        date(2026, 11, 27), "Open", False, None, course_detail="2nd course"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GateRow:
    """One made-up check of the gate."""

    title: str
    met: bool
    why: str
    status: str = "ok"
    owner_words: str = ""
    rule: str = ""
    fix_url: str = ""
    fix_label: str = ""
    fix_primary: bool = False


CHECKS = (
    GateRow("Pregnancy test in window", False, "Test by 30-Nov-2026 23:59 EST; kit sent"
            " 20-Nov-2026", "due", "Waiting on patient", "US-09", "#main", "Record a test"),
    GateRow("Abnormal result read", False, "ALT 52 U/L ▲ High, 1.3 × upper limit, unread 17 h",  # noqa: RUF001
            "warning", "Waiting on you", "LAB-4", "#main", "Read and choose", True),
    GateRow("Consent signed", True, "28-Aug-2026, form US-2026"),
    GateRow("Contraception confirmed", True, "By patient, 22-Nov-2026"),
    GateRow("Monthly check-in", True, "22-Nov-2026 · worst symptom 2 of 4"),
    GateRow("Weight and dose", True, "61 kg, 03-Nov-2026 · 60 mg/day"),
    GateRow("Supply", True, "Next pick-up allowed from 24-Nov-2026"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Who:
    """A made-up patient for the banner."""

    family_name: str = "Rivera"
    given_name: str = "Ana"
    title: str = "Ms"
    born: date | None = date(1999, 3, 12)
    sex: str = "Female"
    mrn: str = "482 193 0075"
    phone: str = "555-0142"
    allergies: str = "None known"
    course: str = "week 11 of about 20"
    dose: str = "60 mg/day (0.98 mg/kg/day)"
    weight: str = "61 kg"
    pregnancy_potential: str = "Yes"
    edition: str = "US-2026"
    url: str = ""


UNKNOWN = replace(Who(), given_name=HOSTILE, title="", born=None, sex="", phone="", allergies="",
                  dose="", weight="", pregnancy_potential="", edition="")  # fmt: skip


def _points(*values: tuple[date, float, object]) -> list[Point]:
    return [Point(on, value, flag) for on, value, flag in values]


ALT = _points(
    (date(2026, 8, 28), 24, 0), (date(2026, 10, 6), 31, 0), (date(2026, 11, 3), 38, 0),
    (date(2026, 11, 23), 52, 1),
)  # fmt: skip
FATS = _points(
    (date(2026, 8, 28), 84, 0), (date(2026, 10, 20), 128, 0), (date(2026, 11, 23), 142, 0)
)
DOSES = [
    DoseSpan(date(2026, 9, 8), date(2026, 10, 6), 30),
    DoseSpan(date(2026, 10, 6), None, 60),
]


class Sample(forms.Form):
    """A form with one fault of each kind."""

    name = forms.CharField(label="Reason for the change", help_text="At least 15 characters")
    day = forms.DateField(label="Day of the visit", help_text="For example 27 3 2026")
    kind = forms.ChoiceField(
        label="Programme",
        choices=[("us", "US iPLEDGE"), ("uk", "UK PPP")],
        widget=forms.RadioSelect,
    )
    agreed = forms.BooleanField(label="The patient was told about the change")


@dataclass(frozen=True, slots=True)
class Happening:
    """One made-up line of a timeline."""

    text: str
    on: date | None = None
    at: datetime | None = None
    zone: str = ZONE
    status: str = ""
    now: bool = False
    detail: str = ""
    url: str = field(default="")


TIMELINE = (
    Happening("Pick-up window ends", on=date(2026, 11, 30)),
    Happening("Today, week 11", on=TODAY, now=True),
    Happening("ALT 52 U/L ▲ High", at=datetime(2026, 11, 23, 20, 10, tzinfo=UTC), status="warning",
              url="#main"),
    Happening("Check-in done", on=date(2026, 11, 22), status="ok", detail=HOSTILE),
    Happening("Course started, 30 mg/day", on=date(2026, 9, 8), status="info"),
)  # fmt: skip


@method_decorator(login_not_required, name="dispatch")
class Gallery(View):
    """The page of all components; 404 outside a development place."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """``?theme=dark`` and ``?theme=light`` show either theme."""
        if not settings.DEBUG:
            raise Http404
        asked = request.GET.get("theme")
        context = {
            "statuses": STATUSES, "work": WORK, "checks": CHECKS, "met": CHECKS[2:], "who": Who(),
            "unknown": UNKNOWN, "alt": ALT, "fats": FATS, "doses": DOSES, "timeline": TIMELINE,
            "form": Sample({"day": "tomorrow"}), "today": TODAY, "now": NOW, "zone": ZONE,
            "as_of": NOW, "tiers": range(5), "flags": ("N", "H", "HH", "L", "LL", "A", "?"),
            "in_six_days": date(2026, 11, 30), "late": date(2026, 11, 22), "hostile": HOSTILE,
            "nav": [
                {"label": label, "url": "#main", "icon": symbol, "current": label == "Today"}
                for label, symbol in (("Today", "home"), ("Worklist", "list"),
                                      ("Patients", "people"), ("Results", "flask"),
                                      ("Messages", "message"))
            ],
            "me": {"initials": "EM", "name": "Dr Marsh"}, "search_url": "#main", "title_count": 4,
        }  # fmt: skip
        if asked in ("light", "dark"):
            context["theme"] = asked
        return render(request, "clinic/components.html", context)

"""What a course that is being planned would look like, while its page is filled in."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from clinic import wording
from clinic.previews import outlook_row, pack_rows
from clinic.reasons import REASONS
from look.templatetags.clinical import number_text
from monitoring.policies import policies_for
from people.queries import Place
from protocol import dosing, schedule
from protocol.facts import CourseFacts, Person, PlannedDose, Weight
from protocol.vocabulary import Category, Formulation, LabSchedule
from protocol.what_if import Step, look_ahead

_SHOWN_ITEMS = 6


def start_preview(
    form: Any, *, born: date | None, sex: str, place: Place, today: date
) -> dict[str, Any]:
    """Dose per kilogram, the end, capsules and the first dates; what is missing is asked for.

    ``form`` has been validated; a field with a fault counts as not filled in.
    """
    values = form.cleaned_data
    weight, pattern = values.get("weight_kg"), values.get("pattern")
    starts, programme = values.get("starts_on"), values.get("programme")
    if not weight or not pattern or starts is None or not programme:
        return {"kind": "start", "ready": False}
    formulation = Formulation(values.get("formulation") or "standard")
    category = Category(values["category"]) if values.get("category") else None
    facts = CourseFacts(
        course="preview",
        programme=programme,
        person=Person(born=born, sex=sex or "unknown", category=category, country=place.country),
        clinic_zone=place.timezone,
        patient_zone=place.timezone,
        indication=values.get("indication") or None,
        weights=(Weight(ref="preview", on=today, kg=weight),),
        planned_doses=(PlannedDose(ref="preview", on=today, starts=starts, pattern=pattern),),
    )
    policy = policies_for([place.clinic_id], on=today)[place.clinic_id]
    if values.get("lab_schedule"):
        policy = replace(policy, lab_schedule=LabSchedule(values["lab_schedule"]))
    judged = dosing.judge_dose(facts, pattern=pattern, formulation=formulation, on=today)
    step = Step(starts=starts, pattern=pattern)
    outlook = look_ahead(first_day=starts, weight_kg=weight, taken=Decimal(0), steps=[step])
    return {
        "kind": "start",
        "ready": True,
        "dose": f"{number_text(judged.daily_mg)} mg/day",
        "mg_per_kg": round(judged.daily_mg / weight, 2),
        "findings": [REASONS[finding.reason][1] for finding in judged.findings],
        "then": outlook_row(outlook),
        "weeks": _weeks(starts, outlook.low_on, outlook.high_on),
        "packs": pack_rows(pattern, formulation, programme),
        "items": [
            {"title": wording.REQUIREMENTS[item.requirement.value], "due_on": item.due_on}
            for item in schedule.plan(facts, as_of=today, policy=policy).open_items[:_SHOWN_ITEMS]
        ],
        "category_known": category is not None,
    }


def _weeks(starts: date, low: date | None, high: date | None) -> str:
    """``17 to 22 weeks``; empty where the end is too far away to tell."""
    if low is None or high is None:
        return ""
    first, last = ((each - starts).days // 7 + 1 for each in (low, high))
    return f"{first} to {last} weeks" if first != last else f"{first} weeks"

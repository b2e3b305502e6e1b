"""Rows of Today and of the worklist: where words are put to codes, and nothing is looked up."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.urls import reverse

from clinic import wording, work_words
from clinic.result_rows import series
from look.templatetags.clinical import day_text, local, number_text, relative_words, years_between
from look.templatetags.components import deadline_words
from look.templatetags.structure import ROWS_KEPT
from monitoring.attention import BAD_ADDRESS, Attention
from monitoring.queries.worklist import WorklistRow
from people.permissions import Permission
from people.queries import PatientRow, Place
from protocol.vocabulary import Tier

_RESULT_CONCERNS = ("concern:result", "concern:corrected-result", "concern:unread-result")
_TO_CALL = ("due:", "overdue:", "unanswered:", "help:", "said-done:", "lost:", "pharmacy:")
_GAPS = ("runs-out", "gap-ahead")
_TO_QUALIFY = (*_GAPS, "WINDOW_EXPIRED", "LOCKOUT_19")
TARGET_MG_PER_KG = 120  # DOSE-11: the lower end of the band is what lists measure against.


@dataclass(frozen=True, slots=True)
class LabCell:
    """The newest result in a list."""

    name: str
    value: str
    unit: str
    flag: object
    on: date
    series: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkRow:
    """What ``worklist_row`` and ``worklist_line`` read."""

    course_id: uuid.UUID
    key: str
    url: str
    person: PatientRow
    identity: str
    status: str
    reason: str
    detail: str
    course: str
    course_detail: str
    dose: str
    dose_so_far: Decimal | None
    dose_target: int
    lab: LabCell | None
    contact: str
    contact_on: date | None
    next_call: str
    assignee: str
    due_words: str
    due_on: date | None
    action_url: str
    action_label: str
    call_url: str
    primary: bool


@lru_cache(maxsize=3 * ROWS_KEPT)
def _address(page: str, course: uuid.UUID) -> str:
    """Of a page about a course. It never changes, and lists show the same courses to everybody."""
    return reverse(f"clinic:{page}", args=[course])


def work_row(
    row: WorklistRow, *, place: Place, today: date, now: datetime, reminding: str
) -> WorkRow:
    """One row of a list; its action is one that this member of staff may take.

    ``reminding``: what becomes of reminders now (``work_words.reminded``).
    """
    tag, sentence, status = work_words.reason_of(row.reason, reminding=reminding)
    url = _address("course", row.course)
    action_url, action_label = _action(row, url, place)
    call_url = _address("call", row.course)
    contact = work_words.CONTACTS[row.contact_outcome][1] if row.contact_outcome else ""
    return WorkRow(
        course_id=row.course,
        key=f"{row.course}-{row.reason.replace(':', '-')}",
        url=url,
        person=row.patient,
        identity=f"{years_between(row.patient.born, today)} y · {row.patient.mrn}",
        status=status,
        reason=tag,
        detail=_supply(row, today) or sentence,
        course=f"Week {row.week}" if row.week else "",
        course_detail=f"Course {row.number}" if row.number > 1 else "",
        dose=f"{number_text(row.daily_mg)} mg/day" if row.daily_mg is not None else "None",
        dose_so_far=row.mg_per_kg_so_far,
        dose_target=TARGET_MG_PER_KG,
        lab=_lab_cell(row.latest_lab),
        contact=contact,
        contact_on=local(row.contacted_at, row.zone).date() if row.contacted_at else None,
        next_call=day_text(row.waits_until)
        if row.waits_until is not None and row.waits_until > today
        else "",
        assignee=row.assignee,
        due_words=_due_words(row, now),
        due_on=_due_on(row),
        action_url=action_url,
        action_label=action_label,
        call_url=call_url if place.may(Permission.RECORD_CARE) and call_url != action_url else "",
        primary=row.attention is Attention.ACT or row.reason == "ready-to-sign",
    )


def _action(row: WorklistRow, url: str, place: Place) -> tuple[str, str]:
    if row.reason == "ready-to-sign" and place.may(Permission.SIGN_PRESCRIPTION):
        return _address("sign", row.course), "Sign"
    if row.reason.startswith(("LAB_", *_RESULT_CONCERNS)):
        if place.may(Permission.ACKNOWLEDGE_RESULT):
            url = _address("next-result", row.course)
        return url, "Review result"
    if row.reason == "home-test" and place.may(Permission.RECORD_CARE):
        return reverse("clinic:home-test-next"), "Read it"
    if row.reason == "letter":
        return reverse("clinic:letters"), "Read it"
    if row.reason == BAD_ADDRESS and place.may(Permission.ADD_PATIENT):
        return reverse("clinic:ways", args=[row.patient.public_id]), "Correct it"
    if row.reason in _TO_QUALIFY:
        return _address("supply", row.course), "What to do"
    if row.reason.startswith(_TO_CALL) and place.may(Permission.RECORD_CARE):
        return _address("call", row.course), "Call"
    return url, "Open"


def _supply(row: WorklistRow, today: date) -> str:
    """Capsules left against the next pick-up, in one line."""
    if row.reason not in _GAPS or row.runs_out_on is None:
        return ""
    left = (row.runs_out_on - today).days
    words = f"{left} day{'' if left == 1 else 's'} of capsules left"
    if left <= 0:
        words = "No capsules left"
    if row.earliest_pickup_on is None:
        return f"{words}; no pick-up possible yet"
    return f"{words}; next pick-up {relative_words((row.earliest_pickup_on - today).days)}"


def _due_on(row: WorklistRow) -> date | None:
    if row.closes_at is not None:
        return local(row.closes_at, row.zone).date()
    if row.attention is Attention.ACT and row.reason not in _GAPS:
        return None
    return row.due_on


def _due_words(row: WorklistRow, now: datetime) -> str:
    """A deadline in words; what must be acted on is due today, whatever falls due later."""
    when: date | datetime | None = row.closes_at or row.due_on
    if row.attention is Attention.ACT and row.closes_at is None and row.reason not in _GAPS:
        return "Today"
    return deadline_words(when, now, row.zone) if when is not None else ""


def _lab_cell(latest: dict[str, Any]) -> LabCell | None:
    if not latest:
        return None
    return LabCell(
        name=wording.ANALYTES[latest["analyte"]],
        value=f"{latest['comparator']}{latest['value']}",
        unit=latest["unit"],
        flag=Tier(latest["tier"]) if latest["tier"] is not None else None,
        on=date.fromisoformat(latest["on"]),
        series=series(latest.get("earlier", []), latest),
    )

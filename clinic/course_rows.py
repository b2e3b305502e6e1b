"""Rows of the course page: results, doses, dates and what happened, in words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clinic import wording
from clinic.forms.recording import IGA
from clinic.result_rows import result_row
from look.templatetags.clinical import day_text, lines_text, number_text, relative_words
from monitoring.queries.course_page import CoursePage, SpecimenRow
from monitoring.queries.outcomes import Scored
from protocol.outcomes import DlqiBand
from protocol.vocabulary import Tier
from protocol.what_if import course_outlook

_SHOWN_RESULTS = 6
# By programme, the rule of each date after the course; see protocol/after_course.py.
AFTER_RULES = {
    "us-ipledge": {"test": "US-24", "contraception": "US-25", "blood": "US-26"},
    "uk-mhra": {"test": "UK-16", "contraception": "UK-16", "blood": "UK-17"},
    "eu-ppp": {"test": "EU-03", "contraception": "EU-03", "blood": "EU-03"},
    "ca": {"test": "CA-03", "contraception": "CA-04"},
    "au": {"test": "AU-02", "contraception": "AU-02"},
}
_EFFECT = {
    DlqiBand.NONE: "no effect",
    DlqiBand.SMALL: "small effect",
    DlqiBand.MODERATE: "moderate effect",
    DlqiBand.VERY_LARGE: "very large effect",
    DlqiBand.EXTREMELY_LARGE: "extremely large effect",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One row of the timeline."""

    on: date
    text: str
    detail: str = ""
    status: str = ""
    now: bool = False
    at: None = None
    url: str = ""


def specimen_rows(found: CoursePage) -> list[dict[str, Any]]:
    """The newest draws, each with its results and whether somebody must read it."""
    return [_specimen(row) for row in found.specimens[:_SHOWN_RESULTS]]


def _specimen(row: SpecimenRow) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "collected_on": row.collected_on,
        "label": f"Results drawn {day_text(row.collected_on)}",
        "results": [result_row(graded) for graded in row.results],
        "to_acknowledge": row.to_acknowledge,
        "to_confirm": row.to_confirm,
    }


def dose_facts(found: CoursePage) -> dict[str, Any]:
    """The ring of the cumulative dose and the figures under it (DOSE-9 to DOSE-11)."""
    taken = found.taken
    if taken is None:
        return {"known": False}
    outlook = course_outlook(found.facts, as_of=found.today)
    return {
        "known": True,
        "mg": taken.mg,
        "mg_per_kg": _tenths(taken.mg_per_kg),
        "time_weighted": _tenths(taken.time_weighted),
        "target_mg": taken.target_mg,
        "outlook": outlook,
        "target_words": "120–150 mg/kg",
        "missed": taken.missed_days,
    }


def _tenths(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 1)


def item_rows(found: CoursePage) -> list[dict[str, Any]]:
    """What is due next, soonest first."""
    rows = []
    for item in found.items:
        word, status = wording.ITEM_STATUS[item.status]
        rows.append(
            {
                "id": item.public_id,
                "title": wording.REQUIREMENTS[item.requirement],
                "due_on": item.due_on,
                "opens_on": item.opens_on,
                "when": relative_words((item.due_on - found.today).days),
                "word": word,
                "status": status,
            }
        )
    return rows


def prescription_rows(found: CoursePage) -> list[dict[str, Any]]:
    """Signed prescriptions, newest first, with the last moment of the window."""
    return [
        {
            "id": row.public_id,
            "signed_at": row.signed_at,
            "signed_by": row.signed_by,
            "words": f"{lines_text(row.lines)}, "
            f"{number_text(row.daily_mg)} mg/day, {number_text(round(row.days, 1))} days",
            "closes_at": row.window_closes_at,
            "open": row.window_closes_at is None
            or row.window_closes_at >= found.decision.judged_at,
            "dispensed_on": row.dispensed_on,
            "override_reason": row.override_reason,
        }
        for row in found.prescriptions
    ]


def drawn_words(row: SpecimenRow) -> str:
    """What a draw has shown, by the worst of it."""
    raised = [graded for graded in row.results if graded.tier is not None and graded.tier > 0]
    if not raised:
        return "Blood test, nothing raised"
    worst = max(raised, key=lambda graded: graded.tier or Tier.T0)
    line = result_row(worst)
    return f"{line.name} {line.value} {line.unit}, {line.tier_words.lower()}"


def score_rows(found: tuple[Scored, ...]) -> list[dict[str, object]]:
    """The acne's scores, newest first, in words."""
    return [
        {
            "on": row.on,
            "iga": f"{row.iga}, {IGA[row.iga]}",
            "success": row.success,
            "dlqi": f"DLQI {row.dlqi.score}, {_EFFECT[row.dlqi.band]}" if row.dlqi else "",
            "copyright": row.dlqi.copyright if row.dlqi else "",
        }
        for row in reversed(found)
    ]


def after_rows(found: CoursePage, programme: str) -> list[tuple[str, date, str]]:
    """What still counts after the last dose, until when, and by which rule."""
    after, rules = found.after, AFTER_RULES.get(programme, {})
    if after is None:
        return []
    rows = (
        ("Final test", after.final_test_due, "test"),
        ("Contraception until", after.contraception_until, "contraception"),
        ("Blood donation from", after.blood_donation_from, "blood"),
        ("No waxing, peel or laser until", after.procedures_until, "procedures"),
    )
    return [
        (title, on, "CI-15" if what == "procedures" else rules.get(what, ""))
        for title, on, what in rows
        if on is not None
    ]

"""Rows of the list that is signed together: what would be signed, and what speaks for it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from clinic import wording
from clinic.forms.prescribing import proposed_supply
from clinic.previews import pattern_words
from clinic.reasons import REASONS
from clinic.result_rows import flag_of
from clinic.work_rows import TARGET_MG_PER_KG
from clinic.work_words import reason_of
from look.templatetags.clinical import lines_text, number_text, years_between
from monitoring.queries.course_page import next_pattern
from monitoring.queries.signing import Candidate, Nearly
from protocol import cumulative, mood
from protocol.facts import Supply
from protocol.grading import Graded
from protocol.symptoms import standing_triage
from protocol.vocabulary import Analyte, Category, Instrument, Level

_MOST = {Instrument.PHQ2: 6, Instrument.PHQ9: 27}
_SHOWN_VALUES = 3
_POTENTIAL: dict[Category | None, str] = {Category.FCP: "Yes", Category.NCP: "No"}
URGENCIES = {"routine": "Routine", "urgent": "Urgent", "red": "Red"}


@dataclass(frozen=True, slots=True)
class SignRow:
    """One prescription that waits for its signature; ``pick`` is empty where it must be opened.

    ``tick`` names the row in the version that is shown, whenever it is shown.
    """

    course: object
    patient: Any
    identity: str
    pick: str
    tick: str
    why_not: str
    can_become_pregnant: str
    month: int | None
    dose: str
    dose_change: str
    supply: str
    so_far: int | None
    target: int
    alt: dict[str, Any] | None
    triglycerides: dict[str, Any] | None
    symptom: str
    mood: str
    window_ends: datetime | None
    warnings: list[str]


def sign_row(row: Candidate, *, nonce: object, now: datetime) -> SignRow:
    """Ready means: the gate allows this very supply, asked now, without any reason to give."""
    facts, today = row.facts, row.today
    pattern = next_pattern(facts, today)
    present = cumulative.present_dose(facts, today)
    supply = proposed_supply(pattern, programme=row.programme)
    decision = row.judged(supply, now=now)
    taken = cumulative.cumulative(facts, as_of=today) if row.standing.month else None
    window = decision.window
    why_not = _why_not(supply, decision.level)
    return SignRow(
        course=row.course,
        patient=row.patient,
        identity=f"{years_between(row.patient.born, today)} y · {row.patient.mrn}",
        pick="" if why_not else f"{row.course}:{row.version}:{nonce}",
        tick=f"{row.course}:{row.version}",
        why_not=why_not,
        can_become_pregnant=_POTENTIAL.get(facts.person.category, "Not known"),
        month=row.standing.month,
        dose=pattern_words(pattern) if pattern else "None planned",
        dose_change=_change(present.pattern if present else None, pattern),
        supply=lines_text(supply.lines) if supply else "",
        so_far=round(taken.mg_per_kg) if taken and taken.mg_per_kg is not None else None,
        target=TARGET_MG_PER_KG,
        alt=_trend(row.graded, Analyte.ALT),
        triglycerides=_trend(row.graded, Analyte.TRIGLYCERIDES),
        symptom=_symptom(row),
        mood=_mood(row),
        window_ends=window.closes_at if window else None,
        warnings=[
            REASONS[finding.reason][1]
            for finding in decision.findings
            if finding.level is Level.WARN
        ],
    )


def _change(present: tuple[Decimal, ...] | None, wanted: tuple[Decimal, ...]) -> str:
    if present is None:
        return "first supply"
    return "no change" if present == wanted else f"now {pattern_words(present)}"


def _why_not(supply: Supply | None, level: Level) -> str:
    if supply is None:
        return "Choose the capsules first"
    if level is Level.OVERRIDE:
        return "Asks for your reason"
    return "Not ready any more" if level is Level.BLOCK else ""


def _trend(graded: tuple[Graded, ...], analyte: Analyte) -> dict[str, Any] | None:
    """The newest value with its flag, and the small line of the last ones in its unit."""
    known = [
        each
        for each in graded
        if each.analyte is analyte and each.value is not None and not each.held
    ]
    if not known:
        return None
    known.sort(key=lambda each: each.result.on)
    newest = known[-1]
    alike = [each for each in known if each.unit == newest.unit][-_SHOWN_VALUES:]
    return {
        "name": wording.ANALYTES[analyte.value],
        "value": f"{newest.result.comparator}{number_text(newest.number or Decimal(0))}",
        "unit": newest.unit,
        "flag": flag_of(newest),
        "on": newest.result.on,
        "series": tuple(each.value for each in alike if each.value is not None),
    }


def _symptom(row: Candidate) -> str:
    found = standing_triage(row.facts, as_of=row.today)
    return URGENCIES[found.level.value] if found.symptoms else "None open"


def _mood(row: Candidate) -> str:
    answered = [each for each in row.facts.questionnaires if each.on <= row.today]
    if not answered:
        return "Not done"
    score, _ = mood.score_of(answered[-1])
    most = _MOST.get(answered[-1].instrument)
    return "Not scored" if score is None or most is None else f"{score} of {most}"


def nearly_row(row: Nearly, *, reminding: str) -> dict[str, Any]:
    """Who lacks one or two checks, and whom it waits on."""
    tag, sentence, status = reason_of(row.reason, reminding=reminding)
    return {
        "course": row.course,
        "patient": row.patient,
        "status": status,
        "why": f"{tag}. {sentence}" if sentence else tag,
    }

"""Rows about deciding: what waits and since when, what was decided, what was replaced."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from clinic import wording
from clinic.result_rows import difference, sender_words, series
from monitoring.queries.concerns import StepRow
from monitoring.queries.reading import DecisionRow, ReplacedRow, ReviewRow
from monitoring.result_notes import NOTES
from protocol.grading import Flag, Graded
from protocol.lab_actions import SEVERITY, LabAction, LabNote, action_for, notes_for
from protocol.vocabulary import Tier

_SHOWN_LINES = 4


def waited_words(row: ReviewRow, *, now: datetime) -> str:
    """``26 h``, held together; less than an hour in words, days from two days on."""
    hours = max(0, (now - row.since) // timedelta(hours=1))
    if not hours:
        return "under 1\N{NO-BREAK SPACE}h"
    return f"{hours}\N{NO-BREAK SPACE}h" if hours < 48 else f"{hours // 24}\N{NO-BREAK SPACE}days"


def waiting_words(row: ReviewRow, *, now: datetime) -> str:
    """``Waiting 26 h, passed on to Dr Osei``."""
    said = f"Waiting {waited_words(row, now=now)}"
    return f"{said}, passed on to {', '.join(row.told)}" if row.told else said


def review_row(row: ReviewRow, *, now: datetime, whole: bool = False) -> dict[str, Any]:
    """One line of the list to read; ``whole``: with every value, however many there are."""
    shown = row.lines if whole else row.lines[:_SHOWN_LINES]
    word, status = ("Not graded", "neutral") if row.tier is None else wording.TIERS[Tier(row.tier)]
    if row.corrected:
        word, status = "Corrected", "warning"
    elif row.doubtful:
        word, status = "To confirm", "warning"
    return {
        "id": str(row.public_id),
        "pick": f"{row.public_id}:{row.version}",
        "patient": row.patient,
        "collected_on": row.collected_on,
        "word": word,
        "status": status,
        "lines": [_line(line) for line in shown],
        "more": len(row.lines) - len(shown),
        "others": max(0, len(row.lines) - 1),
        "needs_decision": row.needs_decision,
        "waiting": waited_words(row, now=now),
        "told": ", ".join(row.told),
        # From the list on to the next one, see ``views/acknowledging.py``.
        "url": f"{reverse('clinic:acknowledge', args=[row.course, row.specimen])}?list",
    }


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": wording.ANALYTES[line["analyte"]],
        "value": f"{line['comparator']}{line['value']}",
        "unit": line["unit"],
        "high": line["high"],
        "flag": Tier(line["tier"]) if line["tier"] else None,
        "low": line["flag"] == "low",
        "held": bool(line["held"]),
        "waits_as": _waits_as(line),
        # Rows that were written before carry neither until the next plan.
        "sender": sender_words(sent := line.get("sender", "")),
        "differs": difference(
            sent, tier=line["tier"], low=line["flag"] == Flag.LOW, flag=line["flag"]
        ),
        "series": series(line.get("earlier", []), line),
        "limit": Decimal(line["high"]) if line["high"] else None,
    }


def _waits_as(line: dict[str, Any]) -> str:
    """The tier in which a result came onto the list, where it is read as milder now."""
    asks = line.get("asks") or 0
    return wording.TIERS[Tier(asks)][0].lower() if asks > (line["tier"] or 0) else ""


def advice_rows(results: Iterable[Graded]) -> list[str]:
    """``ALT: hold, and repeat within a week …``: what each result of a draw asks for, worst first.

    Other draws of the course are not read here: advice stands beside the result it is about (5.2).
    """
    asked = [(action_for(graded), graded) for graded in results]
    asked = [each for each in asked if each[0] is not LabAction.CONTINUE]
    asked.sort(key=lambda each: -SEVERITY[each[0]])
    return list(
        dict.fromkeys(
            f"{wording.ANALYTES[graded.analyte.value]}: {_proposal(action, graded)}"
            for action, graded in asked
        )
    )


def _proposal(action: LabAction, graded: Graded) -> str:
    fasting = action is LabAction.REPEAT and LabNote.FASTING_REPEAT in notes_for(graded)
    return wording.LAB_ACTIONS["repeat-fasting" if fasting else action.value]


def milder_words(row: ReviewRow) -> list[str]:
    """``Triglycerides: raised when it came, mildly raised as it is read now``."""
    return [
        f"{wording.ANALYTES[line['analyte']]}: {was} when it came, "
        f"{wording.TIERS[Tier(line['tier'] or 0)][0].lower()} as it is read now"
        for line in row.lines
        if (was := _waits_as(line)) and not line["held"]
    ]


def decision_row(row: DecisionRow) -> dict[str, Any]:
    """Who decided what, and when."""
    return {
        "action": wording.DECISIONS.get(row.action, row.action),
        "plan": row.plan,
        "repeat_on": row.repeat_on,
        "told": row.told,
        "at": row.at,
        "by": row.by or wording.RULES_BY_THEMSELVES[row.rule],
        "collected_on": row.collected_on,
    }


def replaced_row(row: ReplacedRow) -> dict[str, Any]:
    """An old value beside the one that replaced it."""
    return {
        "name": wording.ANALYTES.get(row.analyte, row.code_text),
        "old": row.old,
        "old_at": row.old_at,
        "new": row.new,
        "new_at": row.new_at,
        "cancelled": row.status == "cancelled",
    }


def note_rows() -> list[dict[str, str]]:
    """The ready-made texts to the patient, one an action."""
    return [{"action": wording.DECISIONS[action], "text": text} for action, text in NOTES.items()]


def step_row(row: StepRow, *, programme: str) -> dict[str, Any]:
    """One step of the pathway in the programme's words."""
    title, how = wording.PATHWAY[row.step]
    own = wording.PATHWAY_OF.get((programme, row.step))
    return {
        "step": row.step.value,
        "title": title,
        "how": own or how,
        "owner": wording.OWNERS[row.owner],
        "open": not row.outcome,
        "done": row.outcome == "done",
        "note": row.note,
        "settled_at": row.settled_at,
        "settled_by": row.settled_by,
    }

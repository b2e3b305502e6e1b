"""Panels of the course page: check-ins and mood, pregnancy prevention, the whole story."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from clinic import wording
from clinic.course_rows import Happening, drawn_words
from clinic.forms.base import METHOD_LABELS
from clinic.previews import pattern_words
from look.templatetags.clinical import day_text, lines_text, moment_text, number_text
from monitoring.queries.course_page import CoursePage
from protocol import mood
from protocol.facts import Symptom
from protocol.symptoms import urgency_of
from protocol.vocabulary import Category, Instrument, Urgency

_GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Lips", frozenset({"dry-lips"})),
    ("Skin", frozenset({"dry-skin", "rash", "sunburn", "acne-flare", "hair-thinning"})),
    ("Eyes", frozenset({"dry-eyes", "night-vision"})),
    ("Nose", frozenset({"nosebleed"})),
    ("Muscles", frozenset({"muscle-joint-pain", "back-pain"})),
    ("Headache", frozenset({"headache"})),
    ("Belly", frozenset({"abdominal-pain", "diarrhoea", "rectal-bleeding", "jaundice"})),
    ("Mood", frozenset({"low-mood"})),
)
_OTHER = "Other"
_NAMED = frozenset().union(*(codes for _, codes in _GROUPS))
COLUMNS = (*(name for name, _ in _GROUPS), _OTHER)
# Urgency of the rule book (10): word and status of its cell.
_CELLS: dict[Urgency, tuple[str, str]] = {
    Urgency.ROUTINE: ("Mild", "info"),
    Urgency.URGENT: ("Urgent", "warning"),
    Urgency.RED: ("Red", "critical"),
}
_NONE = ("None", "neutral")
_MOST = {Instrument.PHQ2: ("PHQ-2", 6), Instrument.PHQ9: ("PHQ-9", 27)}
_SHOWN = 8


def check_in_rows(found: CoursePage) -> list[dict[str, Any]]:
    """A line for each day on which something was reported or a check-in came, newest first."""
    facts = found.facts
    days = {each.on for each in (*facts.check_ins, *facts.symptoms, *facts.questionnaires)}
    rows = []
    for day in sorted(days, reverse=True)[:_SHOWN]:
        reported = [each for each in facts.symptoms if each.on == day]
        complete = any(each.on == day for each in facts.check_ins)
        cells = [_cell(name, codes, reported, found, complete) for name, codes in _GROUPS]
        rest = frozenset(each.code for each in reported) - _NAMED
        cells.append(_cell(_OTHER, rest, reported, found, complete))
        rows.append({"on": day, "cells": cells, "score": _score(found, day)})
    return rows


def _cell(
    name: str,
    codes: frozenset[str],
    reported: list[Symptom],
    found: CoursePage,
    complete: bool,
) -> dict[str, str]:
    urgencies = [
        urgency_of(each, others=found.facts.symptoms, medications=found.facts.medications)
        for each in reported
        if each.code in codes
    ]
    if not urgencies:
        # Without a check-in nobody asked: unknown is not "none".
        word, status = _NONE if complete else ("Not asked", "neutral")
    else:
        word, status = _CELLS[max(urgencies, key=list(Urgency).index)]
    return {"name": name, "word": word, "status": status}


def _score(found: CoursePage, day: date) -> str:
    answered = [each for each in found.facts.questionnaires if each.on == day]
    if not answered:
        return "Not asked"
    name, most = _MOST[answered[-1].instrument]
    score, _ = mood.score_of(answered[-1])
    return f"{name}: not scored" if score is None else f"{name}: {score} of {most}"


def prevention(found: CoursePage) -> dict[str, Any] | None:
    """What is known about pregnancy prevention; None for who cannot become pregnant."""
    facts = found.facts
    if facts.person.category is Category.NCP:
        return None
    stated = [each for each in facts.contraception if each.methods]
    newest = stated[-1] if stated else None
    test = facts.pregnancy_tests[-1] if facts.pregnancy_tests else None
    home = facts.home_testing[-1] if facts.home_testing else None
    by = []
    if newest is not None:
        by = ["the patient"] * newest.by_patient + ["the prescriber"] * newest.by_prescriber
    return {
        "methods": [METHOD_LABELS[method] for method in newest.methods] if newest else [],
        "stated_on": newest.on if newest else None,
        "by": " and ".join(by),
        "since": newest.since if newest else None,
        "test": "Left out"
        if test is not None and test.result is None
        else test.result.value.capitalize()
        if test is not None and test.result is not None
        else "",
        "test_on": test.on if test else None,
        "home": "Not decided" if home is None else "Allowed" if home.allowed else "Not allowed",
    }


def story(found: CoursePage) -> list[Happening]:
    """Everything that happened and what is to come, newest first; nothing is left out."""
    rows = sorted(_happenings(found), key=lambda row: (row.on, row.now), reverse=True)
    return list(dict.fromkeys(rows))


def _happenings(found: CoursePage) -> Iterator[Happening]:
    facts = found.facts
    for item in found.items:
        if item.due_on > found.today:
            what = wording.REQUIREMENTS[item.requirement]
            yield Happening(item.due_on, f"{what} due", status="due")
    window = found.decision.window
    if window is not None and window.last_day >= found.today:
        yield Happening(window.last_day, f"Window ends {moment_text(window.closes_at, found.zone)}")
    week = found.standing.week
    yield Happening(found.today, f"Today, week {week}" if week else "Today", now=True)
    for test in facts.pregnancy_tests:
        result = test.result.value if test.result else ""
        yield Happening(
            test.on,
            f"Pregnancy test {result.capitalize()}" if result else "Pregnancy test left out",
            detail=test.omitted_reason,
            status="ok" if result == "negative" else "critical",
        )
    for drawn in found.specimens:
        yield Happening(drawn.collected_on, drawn_words(drawn), status="info")
    for read in facts.lab_acknowledged:
        yield Happening(read.on, "Results read", detail=read.plan)
    for dose in facts.doses:
        yield Happening(dose.on, f"Dose {pattern_words(dose.pattern)}", status="info")
    for plan in facts.planned_doses:
        words = f"Dose planned from {day_text(plan.starts)}"
        yield Happening(plan.on, words, detail=pattern_words(plan.pattern))
    for weight in facts.weights:
        yield Happening(weight.on, f"Weight {number_text(weight.kg)} kg")
    for missed in facts.missed:
        count = len(missed.dates)
        first, last = min(missed.dates), max(missed.dates)
        days = day_text(first) if count == 1 else f"{day_text(first)} to {day_text(last)}"
        words = f"{count} missed dose{'s' if count > 1 else ''} reported"
        yield Happening(missed.on, words, detail=days, status="warning")
    for rx in facts.prescribed:
        yield Happening(
            rx.on, "Prescription signed", detail=lines_text(rx.supply.lines), status="ok"
        )
    for fill in facts.dispensed:
        yield Happening(
            fill.on, "Picked up", detail=f"RMA {fill.rma}" if fill.rma else "", status="ok"
        )
    for symptom in facts.symptoms:
        urgency = urgency_of(symptom, others=facts.symptoms, medications=facts.medications)
        word = symptom.code.replace("-", " ").capitalize()
        yield Happening(symptom.on, f"{word} reported", status=_CELLS[urgency][1])
    for asked in facts.questionnaires:
        yield Happening(asked.on, f"Mood, {_score(found, asked.on)}")
    for review in facts.reviewed:
        yield Happening(review.on, "Review by the clinic", detail=review.plan)
    for waiver in facts.waivers:
        what = wording.REQUIREMENTS[waiver.requirement]
        yield Happening(waiver.on, f"{what} not needed", detail=waiver.reason)
    for rows, words, status in (
        (facts.check_ins, "Check-in done", "ok"),
        (facts.visits, "Visit", ""),
        (facts.counselling, "Counselling given", ""),
        (facts.consents, "Form signed", ""),
        (facts.contraception, "Contraception stated", ""),
        (facts.comprehension, "Programme's questions answered", ""),
        (facts.second_prescriber, "Second prescriber agreed", ""),
        (facts.home_testing, "Home testing decided", ""),
        (facts.sexual_function, "Sexual function asked", ""),
        (facts.enrolled, "Enrolled", ""),
        (facts.holds, "Treatment on hold", "warning"),
        (facts.resumes, "Treatment resumed", "ok"),
        (facts.stopped, "Course stopped", ""),
    ):
        for row in rows:
            yield Happening(row.on, words, status=status)

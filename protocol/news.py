"""What the patient is told rather than asked: a word about results, and the time after the course.

Planned like everything else, so that a clinic's ladder, another channel and the nurse's list work
for it in the same way. None of it opens or shuts the gate.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from protocol.after_course import AfterCourse
from protocol.calendar import add_months
from protocol.findings import Ref
from protocol.plan import PlannedItem, planned_item
from protocol.question import Question
from protocol.reminders import TOLD_ONCE
from protocol.vocabulary import Requirement

# A word about results that nobody has read for a month is the clinic's to say, not a message's.
NOTE_WAITS_DAYS = 30
# When acne that comes back shows: half of the relapses within eight months (evidence D).
LOOK_BACK_MONTHS = (3, 6, 9, 12)
LOOK_BACK_OPENS_DAYS, LOOK_BACK_LASTS_DAYS = 7, 28
# The item of which patients are only told: from its day on blood may be given again.
BLOOD_AGAIN = "look-back/blood"
# How long the day from which blood may be given again is spoken of.
_TOLD_DAYS = 14


def note_items(q: Question) -> Iterator[PlannedItem]:
    """Each word of the clinic about results: met when the patient has read it on their page."""
    for number, note in enumerate(q.facts.result_notes, start=1):
        closes_on = note.on + timedelta(days=NOTE_WAITS_DAYS)
        early = q.facts.due_from is not None and note.on < q.facts.due_from
        if closes_on < q.on or early:
            continue
        read = note.read_on if note.read_on is not None and note.read_on <= q.on else None
        yield planned_item(
            Requirement.NOTE,
            f"{number:03}",
            cycle=number,
            opens_on=note.on,
            due_on=note.on,
            closes_on=closes_on,
            met_by=None if read is None else Ref("result-note", note.ref, read),
            as_of=q.on,
            policy=q.policy,
        )


def look_back_items(q: Question, after: AfterCourse) -> Iterator[PlannedItem]:
    """The day from which blood may be given again, then a look back; up to the next one to come.

    A look back is met when the patient has said how their skin is. The day of the blood is only
    told, and nobody waits for an answer.
    """
    if after.last_dose is None:
        return
    answered = {
        f"month-{each.month:02}": Ref("skin-report", each.ref, each.on)
        for each in q.facts.skin_reports
        if after.last_dose < each.on <= q.on
    }
    days = [("blood", after.blood_donation_from)]
    days += [(f"month-{m:02}", add_months(after.last_dose, m)) for m in LOOK_BACK_MONTHS]
    for name, due_on in sorted(days, key=lambda each: each[1] or date.max):
        if due_on is None or (q.facts.due_from is not None and due_on < q.facts.due_from):
            continue
        asks = name != "blood"
        closes_on = due_on + timedelta(days=LOOK_BACK_LASTS_DAYS if asks else _TOLD_DAYS)
        if closes_on < q.on:
            continue
        yield planned_item(
            Requirement.LOOK_BACK,
            name,
            cycle=1,
            opens_on=due_on - timedelta(days=LOOK_BACK_OPENS_DAYS) if asks else due_on,
            due_on=due_on,
            closes_on=closes_on,
            met_by=answered.get(name),
            as_of=q.on,
            policy=q.policy,
            ladder=None if asks else TOLD_ONCE,
        )
        if due_on > q.on:
            return

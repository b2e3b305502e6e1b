"""Tests that a prescriber asked to have repeated by a day, when deciding about a result (LAB-8).

They stand beside the clinic's schedule: a draw may count for both. They fall due in a pause as
well, because a pause is often the reason for them (5.2, t3), and after a stop if they were asked
for with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from protocol.facts import CourseFacts, LabAcknowledged
from protocol.findings import Ref
from protocol.lab_schedule import READABLE
from protocol.plan import PlannedItem, planned_item, status_by_day
from protocol.policy import ClinicPolicy
from protocol.timeline import course_boundary
from protocol.vocabulary import ItemStatus, Requirement


@dataclass(frozen=True, slots=True)
class Repeat:
    """One day on which something is drawn again; ``met_by`` is the draw that has done it."""

    name: str
    due_on: date
    met_by: Ref | None


def repeats(facts: CourseFacts, *, under_way: bool = True) -> tuple[Repeat, ...]:
    """Every repeat asked for in the present course, oldest day first.

    The newest decision about a specimen counts. A repeat is met when each analyte it names has a
    final, readable result of another specimen collected on the day of the decision or later.
    """
    if all(word.repeat_on is None for word in facts.lab_acknowledged):
        return ()
    boundary = course_boundary(facts)
    newest: dict[tuple[str, ...], LabAcknowledged] = {}
    for word in facts.lab_acknowledged:
        newest.pop(word.specimens, None)
        newest[word.specimens] = word
    wanted = [
        (word.repeat_on, word)
        for word in newest.values()
        if word.repeat_on is not None
        and (boundary is None or word.on > boundary or (not under_way and word.on == boundary))
    ]
    wanted.sort(key=lambda pair: pair[0])
    found = []
    for due_on, alike in groupby(wanted, key=lambda pair: pair[0]):
        words = [word for _, word in alike]
        met = [_met_by(facts, word) for word in words]
        done = [ref for ref in met if ref is not None]
        found.append(
            Repeat(
                name=f"repeat-{words[0].ref.rpartition(':')[2]}",
                due_on=due_on,
                met_by=max(done, key=lambda ref: ref.on or due_on)
                if len(done) == len(met)
                else None,
            )
        )
    return tuple(found)


def _met_by(facts: CourseFacts, word: LabAcknowledged) -> Ref | None:
    drawn: dict[str, Ref] = {}
    for result in facts.labs:
        if result.on < word.on or result.specimen in word.specimens:
            continue
        if result.status not in READABLE or result.value is None or not result.unit:
            continue
        if not word.repeat or result.analyte in word.repeat:
            drawn.setdefault(result.analyte.value, Ref("lab", result.ref, result.on))
    if not drawn or len(drawn) < len(set(word.repeat)):
        return None
    return max(drawn.values(), key=lambda ref: ref.on or word.on)


def repeat_items(
    facts: CourseFacts, *, as_of: date, policy: ClinicPolicy, under_way: bool = True
) -> Iterator[PlannedItem]:
    """``repeats`` as items of a plan; they have no last day: an old request is still a request."""
    for repeat in repeats(facts, under_way=under_way):
        yield planned_item(
            Requirement.LABS,
            repeat.name,
            cycle=0,
            due_on=repeat.due_on,
            met_by=repeat.met_by,
            as_of=as_of,
            policy=policy,
        )


def overdue_repeat(facts: CourseFacts, *, as_of: date) -> Repeat | None:
    """The oldest repeat not yet drawn nor waived, when it is overdue on ``as_of`` (LAB-3)."""
    waived = {waiver.due_on for waiver in facts.waivers if waiver.requirement is Requirement.LABS}
    for repeat in repeats(facts):
        if repeat.met_by is None and repeat.due_on not in waived:
            late = status_by_day(Requirement.LABS, repeat.due_on, as_of=as_of)
            return repeat if late is ItemStatus.OVERDUE else None
    return None

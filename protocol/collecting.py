"""Collecting the supply before its window closes, as a thing that falls due (US-09, US-10, UK-15).

A window that passes costs the patient a month, so it is counted down like everything else.
"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.findings import Ref
from protocol.holds import is_held, pauses
from protocol.plan import PlannedItem, planned_item
from protocol.question import Question
from protocol.vocabulary import Requirement
from protocol.windows import window_days


def collect_items(q: Question) -> Iterator[PlannedItem]:
    """The fill of the window that is open, and the newest fill there was.

    ``q`` asks about a prescription. Nothing is due during a pause, before a window has opened, or
    once it has closed: what is due then is the test or the visit that opens another.
    """
    if q.last_fill is not None:
        yield planned_item(
            Requirement.COLLECT,
            _name(len(q.fills)),
            cycle=len(q.fills),
            opens_on=q.last_fill.on,
            due_on=q.last_fill.on,
            met_by=Ref("dispense", q.last_fill.ref, q.last_fill.on),
            as_of=q.on,
            policy=q.policy,
        )
    written = q.of_cycle(q.facts.prescribed)
    days = window_days(q, written[-1] if written else None)
    if days is None or not days[0] <= q.on <= days[1]:
        return
    if is_held(pauses(q.facts, after=q.boundary), q.on):
        return
    first, last = days
    if q.facts.due_from is not None and last < q.facts.due_from:
        return
    yield planned_item(
        Requirement.COLLECT,
        _name(len(q.fills) + 1),
        cycle=len(q.fills) + 1,
        opens_on=first,
        due_on=last,
        closes_on=last,
        as_of=q.on,
        policy=q.policy,
    )


def _name(cycle: int) -> str:
    return f"cycle-{cycle:02}"

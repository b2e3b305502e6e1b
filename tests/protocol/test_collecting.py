"""The supply of an open window falls due on its last day (US-09, UK-15)."""

from __future__ import annotations

from datetime import date

import pytest

from protocol.facts import CourseFacts, Hold
from protocol.schedule import plan
from protocol.vocabulary import Requirement
from tests.protocol.world import POLICY, days, drawn, in_order, sampled

START = date(2027, 1, 31)


def running(**own: object) -> CourseFacts:
    """A course begun on a day, with nothing done since."""
    bare = {"labs": drawn(START - days(10)), "pregnancy_tests": (sampled(START),)}
    return in_order(START + days(1), fills=(START,), **{**bare, **own})


def test_open_window_is_a_supply_to_collect_by_its_last_day() -> None:
    """US-09: reminded of on days 1, 4, 6 and 7 of the window."""
    tested = START + days(28)
    facts = running(pregnancy_tests=(sampled(START), sampled(tested)))
    found = {
        item.key: item
        for item in plan(facts, as_of=tested, policy=POLICY).items
        if item.requirement is Requirement.COLLECT
    }
    filled, waiting = found["collect/cycle-01"], found["collect/cycle-02"]
    assert filled.met_by is not None
    assert filled.met_by.on == START
    assert (waiting.opens_on, waiting.due_on) == (tested, tested + days(6))
    assert waiting.closes_on == waiting.due_on
    assert [(nudge.on - tested).days + 1 for nudge in waiting.nudges] == [1, 4, 6, 7]


@pytest.mark.parametrize(("day", "waits"), [(27, False), (28, True), (34, True), (35, False)])
def test_there_is_something_to_collect_only_while_the_window_is_open(day: int, waits: bool) -> None:
    facts = running(pregnancy_tests=(sampled(START), sampled(START + days(28))))
    items = plan(facts, as_of=START + days(day), policy=POLICY).open_items
    assert any(item.requirement is Requirement.COLLECT for item in items) is waits


def test_nothing_is_to_be_collected_during_a_hold() -> None:
    tested = START + days(28)
    facts = running(
        pregnancy_tests=(sampled(START), sampled(tested)),
        holds=(Hold(ref="hold", on=tested),),
    )
    items = plan(facts, as_of=tested, policy=POLICY).open_items
    assert not any(item.requirement is Requirement.COLLECT for item in items)


@pytest.mark.parametrize(("day", "waits"), [(0, True), (7, True), (8, False)])
def test_prescription_with_a_last_day_is_collected_by_it(day: int, waits: bool) -> None:
    """UK-15: seven days after issue where the clinic counts so."""
    issued = date(2027, 3, 1)
    facts = in_order(issued, "uk-mhra")
    items = plan(facts, as_of=issued + days(day), policy=POLICY).open_items
    waiting = [item for item in items if item.requirement is Requirement.COLLECT]
    assert [item.due_on for item in waiting] == ([issued + days(7)] if waits else [])

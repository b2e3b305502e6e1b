"""A clinic's ladder: who is told on which day about what is due (REM-11, REM-13, REM-17)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.reminders import (
    DEFAULT_LADDERS,
    BadLadder,
    ReminderLadder,
    as_settings,
    ladder_from,
    nudges,
    taken_over_on,
)

DUE = date(2027, 3, 31)
LADDER = ReminderLadder(
    remind=(-7, 0, 3), first_month=(-7, -1, 0), other_way=5, nurse=8, prescriber=14
)


def days(number: int) -> timedelta:
    return timedelta(days=number)


def told(ladder: ReminderLadder | None, **changes: object) -> list[tuple[int, int, bool]]:
    """Days from the due date, steps and ways."""
    facts = {"cycle": 3, "opens_on": DUE - days(7), "due_on": DUE, "closes_on": None} | changes
    return [
        ((each.on - DUE).days, each.step, each.other_way)
        for each in nudges(ladder, **facts)  # type: ignore[arg-type]
    ]


def test_reminds_on_its_days_and_then_once_by_another_way() -> None:
    assert told(LADDER) == [(-7, -7, False), (0, 0, False), (3, 3, False), (5, 5, True)]


@pytest.mark.parametrize("cycle", [0, 1])
def test_the_first_month_has_days_of_its_own(cycle: int) -> None:
    assert [day for day, _, _ in told(LADDER, cycle=cycle)] == [-7, -1, 0, 5]


def test_a_reminder_on_or_after_the_other_way_is_the_other_way() -> None:
    ladder = ReminderLadder(remind=(-2, 0, 4, 6), other_way=4)
    assert told(ladder) == [(-2, -2, False), (0, 0, False), (4, 4, True), (6, 6, True)]


def test_nobody_is_reminded_before_it_opens_and_steps_of_one_day_are_one_reminder() -> None:
    opened_late = told(LADDER, opens_on=DUE - days(1), cycle=1)
    assert opened_late == [(-1, -1, False), (0, 0, False), (5, 5, True)]


def test_nobody_is_reminded_after_it_has_closed() -> None:
    assert [day for day, _, _ in told(LADDER, closes_on=DUE + days(2))] == [-7, 0]


def test_without_a_ladder_nobody_is_told() -> None:
    assert told(None) == []
    assert taken_over_on(None, DUE) == (None, None)


def test_the_nurse_takes_over_and_then_the_prescriber() -> None:
    assert taken_over_on(LADDER, DUE) == (DUE + days(8), DUE + days(14))
    assert taken_over_on(ReminderLadder(remind=(0,)), DUE) == (None, None)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "remind: is missing"),
        ({"remind": [0], "doctor": 3}, "doctor: there is no such step"),
        ({"remind": [0, -7]}, "remind: days must rise"),
        ({"remind": [0, 0]}, "remind: days must rise"),
        ({"remind": [-61]}, "remind: -61 does not lie between -60 and 60"),
        ({"remind": [61]}, "remind: 61 does not lie between"),
        ({"remind": list(range(9))}, "remind: at most 8"),
        ({"remind": ["0"]}, "remind: '0' is not a number of days"),
        ({"remind": [True]}, "remind: True is not a number of days"),
        ({"remind": [0], "first_month": [3, 1]}, "first_month: days must rise"),
        ({"remind": [0], "other_way": 61}, "other_way: 61 does not lie"),
        ({"remind": [0], "prescriber": 7}, "prescriber: the nurse is told first; give"),
        ({"remind": [0], "nurse": 7, "prescriber": 6}, "prescriber: the nurse is told first; this"),
    ],
)
def test_a_ladder_that_cannot_be_used_says_which_step_is_wrong(
    settings: dict[str, object], words: str
) -> None:
    with pytest.raises(BadLadder, match="^" + words):
        ladder_from(settings)


@pytest.mark.parametrize("edge", [-60, 60])
def test_the_outermost_days_may_be_used(edge: int) -> None:
    assert ladder_from({"remind": [edge]}).remind == (edge,)


@pytest.mark.parametrize("name", sorted(DEFAULT_LADDERS))
def test_the_shipped_ladders_survive_being_stored(name: str) -> None:
    ladder = DEFAULT_LADDERS[name]
    assert ladder_from(as_settings(ladder)) == ladder


day_lists = st.lists(st.integers(-60, 60), unique=True, max_size=8)
steps = day_lists.map(lambda days: tuple(sorted(days)))


@given(
    remind=steps,
    first=st.none() | steps,
    other_way=st.none() | st.integers(-60, 60),
    opens=st.integers(0, 40),
    closes=st.none() | st.integers(0, 40),
    cycle=st.integers(0, 4),
)
def test_whatever_the_ladder_one_reminder_a_day_within_the_time_of_the_task(
    remind: tuple[int, ...],
    first: tuple[int, ...] | None,
    other_way: int | None,
    opens: int,
    closes: int | None,
    cycle: int,
) -> None:
    ladder = ReminderLadder(remind=remind, first_month=first, other_way=other_way)
    closes_on = None if closes is None else DUE + days(closes)
    found = nudges(ladder, cycle=cycle, opens_on=DUE - days(opens), due_on=DUE, closes_on=closes_on)
    on = [each.on for each in found]
    assert on == sorted(set(on))
    assert all(DUE - days(opens) <= day for day in on)
    assert all(closes_on is None or day <= closes_on for day in on)
    assert len({each.step for each in found}) == len(found)
    assert all(
        each.other_way == (other_way is not None and each.step >= other_way) for each in found
    )

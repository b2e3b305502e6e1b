"""The edges of the laboratory schedule: peaks, pauses, years, and the draw before the start."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

import pytest

from protocol.facts import Hold, PlannedDose, Resume
from protocol.lab_schedule import baseline_item, due_draws, lab_items, overdue_draw, peak_dose_on
from protocol.plan import PlannedItem
from protocol.policy import ClinicPolicy
from protocol.vocabulary import ItemStatus, LabSchedule
from tests.protocol.clinical_facts import course, dose
from tests.protocol.test_lab_schedule import MONTHLY, START, begun, day, drawn

LABEL = ClinicPolicy(lab_schedule=LabSchedule.US_LABEL)


def planned(*mg: int, starts: date, on: date = START) -> PlannedDose:
    """A dose that is planned."""
    return PlannedDose(ref="plan", on=on, starts=starts, pattern=tuple(map(Decimal, mg)))


@pytest.mark.parametrize(
    ("given", "plans", "peak"),
    [
        # LAB-2: by the average, so that 30 and 60 in turn are more than 40 a day.
        ((dose(40, on=START), dose(30, 60, on=day(30))), (), day(30)),
        ((dose(40, 40, 40, on=START), dose(40, on=day(30))), (), START),
        ((dose(40, on=START),), (planned(60, starts=day(30)),), day(30)),
        # A plan of the day of a recorded dose, or before it, has been overtaken.
        ((dose(40, on=START), dose(50, on=day(30))), (planned(80, starts=day(30)),), day(30)),
        ((dose(60, on=START), dose(50, on=day(30))), (planned(80, starts=day(30)),), START),
        ((dose(60, on=START), dose(50, on=day(30))), (planned(80, starts=day(31)),), day(31)),
        ((), (), START),
    ],
)
def test_peak_is_reached_on_the_first_day_of_the_highest_daily_dose(
    given: tuple[object, ...], plans: tuple[PlannedDose, ...], peak: date
) -> None:
    assert peak_dose_on(course(doses=given, planned_doses=plans), START) == peak


def test_dates_go_on_over_the_turn_of_several_years() -> None:
    facts = begun(*drawn(date(2028, 1, 30)))
    found = overdue_draw(facts, as_of=date(2028, 3, 8), policy=MONTHLY)
    assert found is not None
    assert (found.number, found.due_on) == (15, date(2028, 2, 29))


@pytest.mark.parametrize(("after", "met"), [(0, True), (1, False)])
def test_draw_counts_up_to_fourteen_days_after_its_date(after: int, met: bool) -> None:
    """LAB-3, with a schedule whose last date is day 28."""
    on = day(28 + 14 + after)
    found = [draw for draw in due_draws(begun(*drawn(on)), LABEL) if draw.met_by is not None]
    assert [draw.due_on for draw in found] == ([day(28)] if met else [])


@pytest.mark.parametrize(("before", "met"), [(14, True), (15, False)])
def test_draw_counts_for_a_date_that_a_pause_has_moved(before: int, met: bool) -> None:
    """The date of day 30 is due on resuming, day 60; a draw up to 14 days before it will do.

    Day 45 and day 46 are too far from day 30, and from the next date, day 61.
    """
    held = begun(
        *drawn(day(60 - before)),
        holds=(Hold(ref="h", on=day(20)),),
        resumes=(Resume(ref="r", on=day(60)),),
    )
    found = overdue_draw(held, as_of=day(68), policy=MONTHLY)
    assert (found is None) is met


def test_date_that_falls_on_the_day_of_resuming_stands_for_those_within_the_pause() -> None:
    """Dates of day 30 (in the pause) and day 61 (its end): one draw, not two of one day."""
    held = begun(holds=(Hold(ref="h", on=day(20)),), resumes=(Resume(ref="r", on=day(61)),))
    assert [draw.due_on for draw in islice(due_draws(held, MONTHLY), 2)] == [day(61), day(90)]


def test_date_passed_over_before_a_later_one_was_met_has_lapsed() -> None:
    facts = begun(*drawn(date(2026, 12, 30)), *drawn(date(2027, 2, 28)))
    assert [draw.number for draw in islice(due_draws(facts, MONTHLY), 3)] == [1, 3, 4]


def test_item_of_the_schedule_closes_fourteen_days_after_its_date() -> None:
    first = next(lab_items(begun(), as_of=START, policy=MONTHLY))
    assert (first.due_on, first.closes_on) == (date(2026, 12, 30), date(2027, 1, 13))


def before_the_start(*drawn_on: date, due_on: date, opens_on: date) -> PlannedItem:
    """The draw before the start, asked on the last day of March."""
    labs = tuple(result for on in drawn_on for result in drawn(on))
    return baseline_item(
        course(labs=labs),
        due_on=due_on,
        opens_on=opens_on,
        as_of=date(2027, 3, 31),
        policy=MONTHLY,
    )


@pytest.mark.parametrize(
    ("drawn_on", "done"),
    [(date(2027, 2, 27), False), (date(2027, 2, 28), True), (date(2027, 3, 31), True)],
)
def test_draw_before_the_start_is_not_older_than_a_month(drawn_on: date, done: bool) -> None:
    due = date(2027, 4, 5)
    item = before_the_start(drawn_on, due_on=due, opens_on=date(2027, 3, 20))
    assert (item.status is ItemStatus.DONE) is done
    assert (item.cycle, item.due_on, item.opens_on) == (0, due, date(2027, 3, 20))


def test_newest_draw_before_the_start_is_the_one_that_counts() -> None:
    due = date(2027, 4, 5)
    older, newer = date(2027, 3, 10), date(2027, 3, 20)
    item = before_the_start(older, newer, due_on=due, opens_on=due + timedelta(days=3))
    alone = before_the_start(newer, due_on=due, opens_on=due)
    assert item.status is alone.status is ItemStatus.DONE
    assert item.opens_on == due

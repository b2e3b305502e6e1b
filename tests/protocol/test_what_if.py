"""What if: the forecast agrees with what the count says once the days have passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.cumulative import cumulative
from protocol.facts import CourseFacts, Hold, PlannedDose, Stopped
from protocol.what_if import Outlook, Step, course_outlook, held_now, look_ahead
from tests.protocol.clinical_facts import course, dose, weight

START = date(2026, 1, 5)
TODAY = date(2026, 3, 2)


def step(*mg: object, starts: date = TODAY) -> Step:
    return Step(starts=starts, pattern=tuple(Decimal(str(each)) for each in mg))


def running(*mg: object, kg: object = 60) -> CourseFacts:
    return course(weights=(weight(kg, on=START),), doses=(dose(*mg, on=START),))


def known(found: Outlook | None) -> Outlook:
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kg", "taken", "mg", "low_after", "high_after"),
    [
        (60, 0, 40, 180, 225),  # 7,200 mg and 9,000 mg
        (60, 7199, 40, 1, 46),
        (60, 7200, 40, None, 45),
        (60, 8999, 40, None, 1),
        (60, 9000, 40, None, None),
        (61, 0, 60, 122, 153),
    ],
)
def test_days_to_120_and_150_mg_per_kg(
    kg: int, taken: int, mg: int, low_after: int | None, high_after: int | None
) -> None:
    found = look_ahead(
        first_day=TODAY, weight_kg=Decimal(kg), taken=Decimal(taken), steps=[step(mg)]
    )
    expected = [
        None if after is None else TODAY + timedelta(days=after - 1)
        for after in (low_after, high_after)
    ]
    assert [found.low_on, found.high_on] == expected
    assert found.low_passed is (taken >= 120 * kg)
    assert found.high_passed is (taken >= 150 * kg)


@given(
    kg=st.integers(30, 140),
    first=st.lists(st.integers(0, 80), min_size=1, max_size=3).filter(any),
    then=st.lists(st.integers(0, 80), min_size=1, max_size=3).filter(any),
    after=st.integers(1, 60),
)
def test_forecast_is_what_is_counted_when_the_days_have_passed(
    kg: int, first: list[int], then: list[int], after: int
) -> None:
    changes = TODAY + timedelta(days=after)
    facts = running(*first, kg=kg)
    found = known(course_outlook(facts, as_of=TODAY, change=step(*then, starts=changes)))
    lived = replace(facts, doses=(*facts.doses, dose(*then, on=changes)))
    for reached, target in ((found.low_on, 120), (found.high_on, 150)):
        if reached is None:
            continue
        on_the_day = cumulative(lived, as_of=reached)
        the_day_before = cumulative(lived, as_of=reached - timedelta(days=1))
        assert on_the_day is not None and the_day_before is not None
        assert the_day_before.mg < target * kg <= on_the_day.mg
        assert found.by(reached) == on_the_day.mg


def test_without_a_change_it_says_the_same_as_the_ring() -> None:
    facts = running(40)
    found = known(course_outlook(facts, as_of=TODAY))
    ring = cumulative(facts, as_of=TODAY)
    assert ring is not None
    assert found.low_on == ring.reaches_120_on
    assert found.taken_mg == ring.mg


def test_change_replaces_whatever_was_to_come_later() -> None:
    later = dose(80, on=TODAY + timedelta(days=30))
    facts = replace(running(40), doses=(*running(40).doses, later))
    planned = known(course_outlook(facts, as_of=TODAY))
    assert [each.daily_mg for each in planned.steps] == [40, 80]
    changed = known(
        course_outlook(facts, as_of=TODAY, change=step(20, starts=TODAY + timedelta(days=10)))
    )
    assert [each.daily_mg for each in changed.steps] == [40, 20]
    assert changed.low_on is not None and planned.low_on is not None
    assert changed.low_on > planned.low_on


def test_course_that_is_only_planned_is_counted_from_its_first_dose() -> None:
    plan = PlannedDose(ref="p", on=TODAY, starts=TODAY + timedelta(days=7), pattern=(Decimal(60),))
    facts = course(weights=(weight(60, on=TODAY),), planned_doses=(plan,))
    found = known(course_outlook(facts, as_of=TODAY))
    assert found.first_day == plan.starts
    assert found.low_on == plan.starts + timedelta(days=119)
    assert course_outlook(replace(facts, weights=()), as_of=TODAY) is None
    assert course_outlook(replace(facts, planned_doses=()), as_of=TODAY) is None


def test_ended_course_has_no_outlook() -> None:
    ended = Stopped(ref="s", on=TODAY, last_dose=TODAY)
    assert course_outlook(replace(running(40), stopped=(ended,)), as_of=TODAY) is None


def test_hold_is_told_and_the_rest_is_counted_as_if_resumed() -> None:
    facts = replace(running(40), holds=(Hold(ref="h", on=TODAY - timedelta(days=3)),))
    found = known(course_outlook(facts, as_of=TODAY))
    assert held_now(facts, as_of=TODAY)
    assert not held_now(running(40), as_of=TODAY)
    assert found.taken_mg == 40 * (TODAY - START).days - 120 + 40 - 40
    assert found.by(TODAY + timedelta(days=1)) == found.taken_mg + 40


def test_dose_too_small_to_arrive_has_no_day() -> None:
    found = known(course_outlook(running(1, kg=90), as_of=TODAY))
    assert (found.low_on, found.high_on) == (None, None)
    assert not found.low_passed


def test_target_needs_a_weight() -> None:
    with pytest.raises(ValueError, match="weight"):
        look_ahead(first_day=TODAY, weight_kg=Decimal(0), taken=Decimal(0), steps=[])

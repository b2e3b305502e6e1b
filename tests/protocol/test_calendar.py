"""Days, months and moments (GEN-1 to GEN-7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.calendar import (
    add_months,
    age_on,
    birthday,
    date_in,
    end_of_day,
    is_within_days_before,
    start_of_day,
    wall_clock,
)

ZONES = st.sampled_from(
    [
        "America/New_York",
        "Europe/London",
        "Australia/Lord_Howe",
        "America/St_Johns",
        "Asia/Kolkata",
        "Pacific/Apia",
        "UTC",
    ]
)
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("anchor", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2027, 1, 31), 2, date(2027, 3, 31)),
        (date(2027, 1, 31), 3, date(2027, 4, 30)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2027, 1, 15), -13, date(2025, 12, 15)),
        (date(2027, 5, 31), 0, date(2027, 5, 31)),
    ],
)
def test_add_months_clamps_to_the_end_of_the_month(
    anchor: date, months: int, expected: date
) -> None:
    """REM-11: from the anchor, so the 31st comes back after a short month."""
    assert add_months(anchor, months) == expected


@pytest.mark.parametrize(
    ("last_day", "closes"),
    [
        (date(2027, 3, 14), datetime(2027, 3, 15, 3, 59, 59, tzinfo=UTC)),
        (date(2027, 3, 13), datetime(2027, 3, 14, 4, 59, 59, tzinfo=UTC)),
        (date(2027, 11, 7), datetime(2027, 11, 8, 4, 59, 59, tzinfo=UTC)),
        (date(2027, 11, 6), datetime(2027, 11, 7, 3, 59, 59, tzinfo=UTC)),
    ],
)
def test_eastern_day_ends_by_the_clock_of_the_season(last_day: date, closes: datetime) -> None:
    assert end_of_day(last_day, "America/New_York") == closes


@pytest.mark.parametrize(
    ("on", "at", "zone", "expected"),
    [
        # Skipped: 02:30 does not exist, the clocks jump to 03:00 EDT.
        (date(2027, 3, 14), time(2, 30), "America/New_York", "2027-03-14T07:00Z"),
        (date(2027, 3, 14), time(2, 0), "America/New_York", "2027-03-14T07:00Z"),
        (date(2027, 3, 14), time(1, 59), "America/New_York", "2027-03-14T06:59Z"),
        (date(2027, 3, 14), time(3, 0), "America/New_York", "2027-03-14T07:00Z"),
        # Repeated: the first 01:30 is still EDT.
        (date(2027, 11, 7), time(1, 30), "America/New_York", "2027-11-07T05:30Z"),
        (date(2025, 10, 4), time(18, 30), "Australia/Sydney", "2025-10-04T08:30Z"),
        (date(2025, 10, 5), time(18, 30), "Australia/Sydney", "2025-10-05T07:30Z"),
        (date(2027, 3, 28), time(1, 30), "Europe/London", "2027-03-28T01:00Z"),
        (date(2027, 10, 31), time(1, 30), "Europe/London", "2027-10-31T00:30Z"),
        # A change of half an hour: 02:15 is skipped, 02:30 is the first that exists.
        (date(2027, 10, 3), time(2, 15), "Australia/Lord_Howe", "2027-10-02T15:30Z"),
        (date(2027, 4, 4), time(1, 45), "Australia/Lord_Howe", "2027-04-03T14:45Z"),
    ],
)
def test_wall_clock_takes_the_next_time_that_exists(
    on: date, at: time, zone: str, expected: str
) -> None:
    assert wall_clock(on, at, zone) == datetime.fromisoformat(expected)


@given(on=DAYS, at=st.times(), zone=ZONES)
def test_wall_clock_shows_the_time_or_the_first_after_a_gap(on: date, at: time, zone: str) -> None:
    instant = wall_clock(on, at, zone)
    shown = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    wanted = datetime.combine(on, at)
    assert shown >= wanted
    if shown != wanted:
        before = (instant - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert before < wanted


@given(on=DAYS, zone=ZONES)
def test_days_follow_each_other_without_gap(on: date, zone: str) -> None:
    assert end_of_day(on, zone) + timedelta(seconds=1) == start_of_day(on + timedelta(1), zone)
    # A day that a zone leaves out altogether (Apia, 30 December 2011) lies outside these years.
    assert date_in(start_of_day(on, zone), zone) == on
    assert date_in(end_of_day(on, zone), zone) == on


def test_date_in_refuses_an_instant_without_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        date_in(datetime(2027, 1, 1, 12), "UTC")  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2008, 11, 22), date(2026, 11, 21), 17),
        (date(2008, 11, 22), date(2026, 11, 22), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
    ],
)
def test_age_is_completed_on_the_birthday(born: date, on: date, age: int) -> None:
    assert age_on(born, on) == age


@given(born=st.dates(date(1930, 1, 1), date(2026, 1, 1)), age=st.integers(0, 60))
def test_birthday_is_the_first_day_of_an_age(born: date, age: int) -> None:
    day = birthday(born, age)
    assert age_on(born, day) == age
    assert age_on(born, day - timedelta(1)) == age - 1


@pytest.mark.parametrize(("before", "expected"), [(0, True), (3, True), (4, False), (-1, False)])
def test_recency_counts_both_ends(before: int, expected: bool) -> None:
    visit = date(2027, 3, 10)
    assert is_within_days_before(visit - timedelta(before), visit, 3) is expected

"""Nobody is woken, and no clock change sends twice or never (REM-10, REM-12, F-16)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.quiet_hours import CLOSES, OPENS, NoZone, instant_of, local_day, next_open, zone_of


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        # Forward: the last minute before the gap, its first, middle and last, the first after it.
        ("America/New_York", "2027-03-14", "01:59", "2027-03-14T06:59"),
        ("America/New_York", "2027-03-14", "02:00", "2027-03-14T07:00"),
        ("America/New_York", "2027-03-14", "02:30", "2027-03-14T07:00"),
        ("America/New_York", "2027-03-14", "02:59", "2027-03-14T07:00"),
        ("America/New_York", "2027-03-14", "03:00", "2027-03-14T07:00"),
        ("Europe/London", "2027-03-28", "00:59", "2027-03-28T00:59"),
        ("Europe/London", "2027-03-28", "01:00", "2027-03-28T01:00"),
        ("Europe/London", "2027-03-28", "01:30", "2027-03-28T01:00"),
        ("Europe/London", "2027-03-28", "02:00", "2027-03-28T01:00"),
        ("Australia/Lord_Howe", "2026-10-04", "01:59", "2026-10-03T15:29"),
        ("Australia/Lord_Howe", "2026-10-04", "02:00", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "2026-10-04", "02:30", "2026-10-03T15:30"),
        # Back: the last minute that comes once, the first coming of what comes twice, and after.
        ("America/New_York", "2026-11-01", "00:59", "2026-11-01T04:59"),
        ("America/New_York", "2026-11-01", "01:00", "2026-11-01T05:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),
        ("America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00"),
        ("Europe/London", "2026-10-25", "01:00", "2026-10-25T00:00"),
        ("Europe/London", "2026-10-25", "01:30", "2026-10-25T00:30"),
        ("Europe/London", "2026-10-25", "02:00", "2026-10-25T02:00"),
        ("Australia/Lord_Howe", "2027-04-04", "01:30", "2027-04-03T14:30"),
        ("Australia/Lord_Howe", "2027-04-04", "01:45", "2027-04-03T14:45"),
        ("Australia/Lord_Howe", "2027-04-04", "02:00", "2027-04-03T15:30"),
        ("America/New_York", "2027-03-13", "09:00", "2027-03-13T14:00"),
        ("America/New_York", "2027-03-14", "09:00", "2027-03-14T13:00"),
        ("Pacific/Apia", "2011-12-30", "09:00", "2011-12-30T10:00"),
    ],
)
def test_wall_clock_time_is_one_instant(zone: str, day: str, at: str, expected: str) -> None:
    """The vectors of the rule book: gap, overlap, half an hour of both, missing day."""
    found = instant_of(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo(zone))
    assert found == utc(expected)


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        # Day begins at 08:00 sharp and ends before 20:00.
        ("America/New_York", "2026-11-23T12:59:59", "2026-11-23T13:00:00"),
        ("America/New_York", "2026-11-23T13:00:00", "2026-11-23T13:00:00"),
        ("America/New_York", "2026-11-24T00:59:59", "2026-11-24T00:59:59"),
        ("America/New_York", "2026-11-24T01:00:00", "2026-11-24T13:00:00"),
        # The nights of the clock changes: 08:00 by the new time, from the evening before, and from
        # both comings of an hour that comes twice.
        ("America/New_York", "2027-03-14T01:00:00", "2027-03-14T12:00:00"),
        ("America/New_York", "2027-03-14T07:30:00", "2027-03-14T12:00:00"),
        ("America/New_York", "2026-11-01T00:00:00", "2026-11-01T13:00:00"),
        ("America/New_York", "2026-11-01T05:30:00", "2026-11-01T13:00:00"),
        ("America/New_York", "2026-11-01T06:30:00", "2026-11-01T13:00:00"),
        ("Europe/London", "2027-03-27T20:00:00", "2027-03-28T07:00:00"),
        ("Europe/London", "2027-03-28T01:30:00", "2027-03-28T07:00:00"),
        ("Europe/London", "2026-10-25T00:30:00", "2026-10-25T08:00:00"),
        ("Europe/London", "2026-10-25T01:30:00", "2026-10-25T08:00:00"),
        ("Australia/Lord_Howe", "2026-10-03T09:30:00", "2026-10-03T21:00:00"),
        ("Australia/Lord_Howe", "2026-10-03T15:45:00", "2026-10-03T21:00:00"),
        ("Australia/Lord_Howe", "2027-04-03T14:45:00", "2027-04-03T21:30:00"),
        ("Australia/Lord_Howe", "2027-04-03T15:15:00", "2027-04-03T21:30:00"),
        # The evenings after them: 20:00 by the new time.
        ("America/New_York", "2027-03-14T23:59:59", "2027-03-14T23:59:59"),
        ("America/New_York", "2027-03-15T00:00:00", "2027-03-15T12:00:00"),
        ("America/New_York", "2026-11-02T00:59:59", "2026-11-02T00:59:59"),
        ("America/New_York", "2026-11-02T01:00:00", "2026-11-02T13:00:00"),
        ("Europe/London", "2027-03-28T18:59:59", "2027-03-28T18:59:59"),
        ("Europe/London", "2027-03-28T19:00:00", "2027-03-29T07:00:00"),
        ("Europe/London", "2026-10-25T19:59:59", "2026-10-25T19:59:59"),
        ("Europe/London", "2026-10-25T20:00:00", "2026-10-26T08:00:00"),
        ("Australia/Lord_Howe", "2026-10-04T08:59:59", "2026-10-04T08:59:59"),
        ("Australia/Lord_Howe", "2026-10-04T09:00:00", "2026-10-04T21:00:00"),
        ("Australia/Lord_Howe", "2027-04-04T09:29:59", "2027-04-04T09:29:59"),
        ("Australia/Lord_Howe", "2027-04-04T09:30:00", "2027-04-04T21:30:00"),
    ],
)
def test_next_open_moment_is_the_local_morning(zone: str, moment: str, expected: str) -> None:
    assert next_open(utc(moment), ZoneInfo(zone)) == utc(expected)


FIRST, LAST = (datetime(year, 1, 1) for year in (2011, 2030))  # noqa: DTZ001 - bounds are naive


@given(
    st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
    st.sampled_from(
        [
            "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia",
            "Asia/Kolkata", "America/St_Johns", "Africa/Casablanca", "America/Santiago",
        ]
    ),
)  # fmt: skip
def test_next_open_moment_is_always_day_and_within_two_days(moment: datetime, name: str) -> None:
    """Whenever and wherever: never at night, never in the past, never lost; asking again agrees."""
    zone = ZoneInfo(name)
    opens = next_open(moment, zone)
    assert OPENS <= opens.astimezone(zone).time() < CLOSES
    assert moment <= opens <= moment + timedelta(hours=37)
    assert next_open(opens, zone) == opens


@pytest.mark.parametrize(
    ("zone", "noon", "midnight", "hours"),
    [
        ("America/New_York", "2027-03-14T16:00", "2027-03-14T05:00", 23),
        ("America/New_York", "2026-11-01T17:00", "2026-11-01T04:00", 25),
        ("Europe/London", "2027-03-28T11:00", "2027-03-28T00:00", 23),
        ("Europe/London", "2026-10-25T12:00", "2026-10-24T23:00", 25),
        ("Australia/Lord_Howe", "2026-10-04T01:00", "2026-10-03T13:30", 23.5),
        ("Australia/Lord_Howe", "2027-04-04T01:30", "2027-04-03T13:00", 24.5),
    ],
)
def test_local_day_of_a_clock_change_has_its_true_length(
    zone: str, noon: str, midnight: str, hours: float
) -> None:
    """So one message a day stays one, from either coming of an hour that comes twice."""
    begins, ends = local_day(utc(noon), ZoneInfo(zone))
    assert (begins, ends - begins) == (utc(midnight), timedelta(hours=hours))
    assert local_day(begins, ZoneInfo(zone)) == (begins, ends)
    assert local_day(ends - timedelta(minutes=1), ZoneInfo(zone)) == (begins, ends)


def test_unreadable_zone_falls_back_to_the_clinics_and_then_refuses() -> None:
    assert zone_of("Mars/Olympus", "Europe/London").key == "Europe/London"
    with pytest.raises(NoZone):
        zone_of("Mars/Olympus", "../etc/passwd")

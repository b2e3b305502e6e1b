"""Days, months and moments, counted the one way the rule book counts them (GEN-1 to GEN-7)."""

from __future__ import annotations

import calendar as gregorian
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)
SHORTEST_MONTH = 28


@lru_cache(maxsize=4096)
def add_months(anchor: date, months: int) -> date:
    """The same day ``months`` later, clamped to the end of the target month (GEN-4).

    Always count from the original anchor, never from a clamped result: 31 January gives
    28 February and 31 March.
    """
    index = anchor.year * 12 + anchor.month - 1 + months
    year, month = divmod(index, 12)
    day = anchor.day
    if day > SHORTEST_MONTH:
        day = min(day, gregorian.monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def is_within_days_before(earlier: date, later: date, days: int) -> bool:
    """``earlier`` lies on ``later`` or at most ``days`` before it, never after it (GEN-6)."""
    return 0 <= (later - earlier).days <= days


@lru_cache(maxsize=4096)
def date_in(instant: datetime, zone: str) -> date:
    """The calendar date of an aware ``instant`` on the clock of ``zone`` (GEN-1)."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone has no date")
    return instant.astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=4096)
def start_of_day(on: date, zone: str) -> datetime:
    """The first instant of ``on`` in ``zone``, in UTC (GEN-2)."""
    return wall_clock(on, time(0, 0), zone)


@lru_cache(maxsize=4096)
def end_of_day(on: date, zone: str) -> datetime:
    """The last second of ``on`` in ``zone``, in UTC (GEN-2).

    Found from the next day's beginning, so that a day with a change of clocks ends when it ends.
    """
    return start_of_day(on + ONE_DAY, zone) - ONE_SECOND


def wall_clock(on: date, at: time, zone: str) -> datetime:
    """The UTC instant at which the clocks of ``zone`` first show ``at`` on ``on`` (GEN-5).

    A time that the clocks skip becomes the next minute that exists; a time that they show twice
    is taken the first time.
    """
    local_zone = ZoneInfo(zone)
    local = datetime.combine(on, at.replace(fold=0), tzinfo=local_zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(local_zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # Skipped: the offset before the gap (fold=0) and the one after it (fold=1) bracket the gap,
    # whose end is the same clock time read with the later offset plus the length of the gap.
    later_offset = local.replace(fold=1).utcoffset()
    earlier_offset = local.utcoffset()
    if later_offset is None or earlier_offset is None:
        raise ValueError(f"{zone} has no offset on {on}")
    return _first_instant_after_gap(instant, local_zone, later_offset - earlier_offset)


def _first_instant_after_gap(instant: datetime, zone: ZoneInfo, gap: timedelta) -> datetime:
    """The moment at which the clocks jump, searched in the ``gap`` before ``instant``."""
    low, high = instant - gap, instant
    before = low.astimezone(zone).utcoffset()
    while high - low > ONE_SECOND:
        middle = low + timedelta(seconds=int((high - low).total_seconds() // 2))
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def age_on(born: date, on: date) -> int:
    """Completed years on a day (GEN-7); a birthday on 29 February counts on 1 March otherwise."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def birthday(born: date, age: int) -> date:
    """The day on which ``age`` years are completed (GEN-7)."""
    year = born.year + age
    if (born.month, born.day) == (2, 29) and not gregorian.isleap(year):
        return date(year, 3, 1)
    return born.replace(year=year)

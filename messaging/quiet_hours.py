"""When it is day where a patient lives: computed at the moment of sending (REM-12, R11–R15)."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

OPENS = time(8)
CLOSES = time(20)


class NoZone(ValueError):
    """None of the names is an IANA time zone (R16)."""


def zone_of(*names: str) -> ZoneInfo:
    """The first name that is a time zone: the patient's, then the clinic's.

    Raises:
        NoZone: none is; nobody may guess what time it is for that person.
    """
    for name in names:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    raise NoZone(", ".join(names))


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The one UTC instant of a wall-clock time (REM-10).

    A time that does not exist (clocks go forward) is the first minute after the gap; a time that
    comes twice (clocks go back) is its first coming, so nothing happens twice.
    """
    wall = datetime.combine(day, at, tzinfo=zone)
    first = wall.astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return first
    # In a gap, the later reading is the earlier instant; the change of offset lies between them.
    before = wall.replace(fold=1).astimezone(UTC)
    after_change = wall.replace(fold=1).utcoffset()
    minutes = range(int((first - before).total_seconds() // 60) + 1)
    gap_ends = bisect_left(
        minutes,
        True,
        key=lambda minute: (
            (before + timedelta(minutes=minute)).astimezone(zone).utcoffset() == after_change
        ),
    )
    return before + timedelta(minutes=gap_ends)


def next_open(
    moment: datetime, zone: ZoneInfo, *, opens: time = OPENS, closes: time = CLOSES
) -> datetime:
    """``moment`` itself if it is day in the zone, otherwise the next instant at which day begins.

    Day is ``opens`` (included) to ``closes`` (excluded) by the wall clock.
    """
    local = moment.astimezone(zone)
    if opens <= local.time() < closes:
        return moment
    day = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    morning = instant_of(day, opens, zone)
    # A whole day may be missing (Samoa, 2011): then the first valid minute is midnight.
    return next_open(morning, zone, opens=opens, closes=closes)


def local_day(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Beginning (included) and end (excluded) of the local day that holds the moment, in UTC."""
    day = moment.astimezone(zone).date()
    return (
        instant_of(day, time(0), zone),
        instant_of(day + timedelta(days=1), time(0), zone),
    )

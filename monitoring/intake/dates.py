"""The day on which a sample was taken, as written at the place where it was taken.

An offset is kept: 23:30 at -05:00 is that day, wherever the clinic is. Only an instant in UTC is
read in the clinic's zone. Anything less exact than a day is not a day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_HL7 = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:(?P<hour>\d{2})(?:(?P<minute>\d{2})(?:(?P<second>\d{2})(?:\.\d{1,6})?)?)?)?"
    r"(?P<offset>[+-]\d{2}:?\d{2}|Z)?"
)
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"(?P<offset>[+-]\d{2}:?\d{2}|Z)?)?"
)
_ZERO_OFFSETS = {"Z", "+0000", "-0000", "+00:00", "-00:00"}


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A day that was read, or None with the text that could not be read as a day."""

    on: date | None
    text: str


def read_day(text: str, *, zone: ZoneInfo) -> WrittenDay:
    """Read an HL7 timestamp (`20261102`, `20261102081500-0500`) or an ISO date or instant."""
    sent = text.strip()
    found = _HL7.fullmatch(sent) or _ISO.fullmatch(sent)
    if not found:
        return WrittenDay(None, sent)
    parts = found.groupdict()
    try:
        instant = datetime(
            int(parts["year"]),
            int(parts["month"]),
            int(parts["day"]),
            int(parts["hour"] or 0),
            int(parts["minute"] or 0),
            min(int(parts["second"] or 0), 59),
            tzinfo=UTC,
        )
        if parts["offset"] in _ZERO_OFFSETS and parts["hour"]:
            return WrittenDay(instant.astimezone(zone).date(), sent)
    except (ValueError, OverflowError):
        return WrittenDay(None, sent)
    return WrittenDay(instant.date(), sent)


def why_day_is_held(day: WrittenDay, *, as_of: date) -> str:
    """Why a sample of this day has to wait, or "": no day, or a day after `as_of`."""
    if not day.text:
        return "no collection date was sent"
    if day.on is None:
        return "the collection date cannot be read as a day"
    if day.on > as_of:
        return "the collection date lies in the future"
    return ""


def read_birth_date(text: str) -> date | None:
    """A birth date, or None where none was sent or less than a full day is known."""
    found = _HL7.fullmatch(text.strip()) or _ISO.fullmatch(text.strip())
    if not found:
        return None
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None

"""A demo clinic at work: its staff, its patients' numbers and its clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from people.models import Clinic, User


@dataclass(frozen=True, slots=True)
class Ward:
    """Where a story happens; ``now`` is the instant at which all stories have arrived."""

    clinic: Clinic
    programme: str
    doctor: User
    nurse: User
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.clinic.timezone)

    @property
    def today(self) -> date:
        """The clinic's calendar date."""
        return self.now.astimezone(self.zone).date()

    def day(self, days_ago: int) -> date:
        """The clinic's date so many days ago."""
        return self.today - timedelta(days=days_ago)

    def at(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """A time of a day by the clinic's clock, but never later than now."""
        wall = datetime.combine(self.day(days_ago), time(hour, minute), tzinfo=self.zone)
        return min(wall, self.now)

    def ago(self, minutes: int) -> datetime:
        """An instant today so many minutes ago, or now if that was yesterday."""
        then = self.now - timedelta(minutes=minutes)
        return then if then.astimezone(self.zone).date() == self.today else self.now

"""Is the work behind the pages on time: for the banner of staff, and for ``/health/ready`` (F-06).

Nothing is asked of the broker here. Workers leave a sign of life each minute, and whoever saves
something rings a bell: what those two say is enough, and costs a page nothing.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from messaging import bell
from messaging.bell import Unheard
from monitoring.models import Pulse

# A worker says that it lives each minute; three minutes without it are a fault.
_LATE_AFTER = timedelta(minutes=3)
# A ring that was not heard counts until workers would have been missed in any case.
_UNHEARD_LASTS = timedelta(minutes=4)
# ``sweep`` passes each minute, or every five from cron.
_SWEPT_WITHIN = timedelta(minutes=6)
_ASKED_EVERY_S = 15.0


@dataclass(frozen=True, slots=True)
class Late:
    """The broker is away, or workers do not work.

    Attributes:
        since: the last sign of life, or the first ring that nobody heard.
        swept: whether ``sweep`` goes round meanwhile, so that messages still leave.
    """

    since: datetime
    swept: bool


def lateness(pulses: dict[str, datetime], unheard: Unheard | None, *, now: datetime) -> Late | None:
    """``None`` while all is well, and where no worker has ever worked: that is ``sweep`` alone.

    Args:
        pulses: when each regular job last ended well; workers alone leave ``escalations``.
        unheard: rings of this process that nobody heard.
    """
    worked_at = pulses.get("escalations")
    idle = worked_at is not None and now - worked_at > _LATE_AFTER
    since = [worked_at] if idle and worked_at else []
    if unheard is not None:
        latest = now - timedelta(seconds=unheard.latest_s)
        recent = now - latest <= _UNHEARD_LASTS
        if recent and (worked_at is None or worked_at < latest):
            since.append(now - timedelta(seconds=unheard.since_s))
    if not since:
        return None
    began = min(since)
    swept_at = pulses.get("tick")
    swept = swept_at is not None and swept_at > began and now - swept_at <= _SWEPT_WITHIN
    return Late(since=began, swept=swept)


def late(*, now: datetime) -> Late | None:
    """See :func:`lateness`; one statement, on a table of a few rows."""
    return lateness(dict(Pulse.objects.values_list("name", "at")), bell.unheard(), now=now)


class _Banner:
    """Shown on every page of staff, so asked four times a minute for each clinic and remembered."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[float, Late | None]] = {}

    def shown(self, clinic_id: int, *, now: datetime) -> Late | None:
        asked, said = self._known.get(clinic_id, (None, None))
        if asked is None or time.monotonic() - asked > _ASKED_EVERY_S:
            said = late(now=now)
            self._known[clinic_id] = time.monotonic(), said
        return said


_banner = _Banner()


def late_banner(clinic_id: int, *, now: datetime) -> Late | None:
    """What pages of a clinic's staff say; up to a quarter of a minute late."""
    return _banner.shown(clinic_id, now=now)

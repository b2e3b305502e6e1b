"""How fast texts may leave: one bucket a channel, in PostgreSQL, by its clock (REM-15).

Each text has a turn of its own, evenly spaced over all workers. A worker takes turns for a batch at
once, never further ahead than the batch lasts. What gets none stands in line: it is planned again
for the time at which its turn should come, and the ledger says so. Escalations always get the next
turn; safety stands in line before courtesy.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from messaging.models import ChannelRate, Message, Urgency

# Turns are given so far ahead; less than a batch's facts last (``dispatch``).
AHEAD = timedelta(seconds=1.5)
# A run that waits for turns comes to its end before the next ring, so that others get the worker.
_WAITS_FOR_S = 45.0
_FIRST = list(Urgency.values)


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that is ready to leave by a channel."""

    message: Message
    channel: str


def per_second(channel: str) -> int:
    """How many texts a second a channel's provider takes; 0 where nobody has said."""
    return int(settings.MOST_A_SECOND.get(channel, 0))


class Pace:
    """The turns of one run of dispatch.

    Args:
        runs: whether time passes by the clock; a simulated one is never waited for.
    """

    def __init__(self, *, runs: bool) -> None:
        self._runs = runs
        self._stop_at = time.monotonic() + _WAITS_FOR_S
        # By the monotonic clock: when a message's turn comes, and when somebody's in line does.
        self._turns: dict[int, float] = {}
        self._next_in_line: float | None = None

    def put_off(self, asked: Iterable[Asked], *, now: datetime) -> dict[int, datetime]:
        """Take turns, once for each message; returns until when those wait that get none.

        Runs in the caller's transaction, as its last step: it locks the rows of the channels.
        """
        new = [
            each
            for each in asked
            if per_second(each.channel) and each.message.pk not in self._turns
        ]
        waiting: dict[int, datetime] = {}
        # Always in the same order, so that no two workers wait for one another.
        for channel in sorted({each.channel for each in new}):
            messages = [each.message for each in new if each.channel == channel]
            given, in_line = _take(channel, messages, now=now)
            began = time.monotonic()
            self._turns |= {pk: began + (at - now).total_seconds() for pk, at in given.items()}
            if in_line and given:
                first = began + (min(in_line.values()) - now).total_seconds()
                self._next_in_line = min(first, self._next_in_line or first)
            waiting |= in_line
        return waiting

    def wait_for_turn(self, message_id: int) -> None:
        """Sleep until the turn of a message comes; no transaction may be open."""
        wait_s = self._turns.get(message_id, 0.0) - time.monotonic()
        # No sleep of nothing: it hands the processor to whoever else wants it, for each text.
        if self._runs and wait_s > 0:
            time.sleep(wait_s)

    def goes_on(self) -> bool:
        """Sleep until somebody's turn in line comes; false if the run had better end.

        It ends where another worker has all the turns, and where the next ring is near.
        """
        at, self._next_in_line = self._next_in_line, None
        if at is None or not self._runs or at > self._stop_at:
            return False
        time.sleep(max(0.0, at - time.monotonic()))
        return True


@transaction.atomic
def _take(
    channel: str, messages: Iterable[Message], *, now: datetime
) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """When each message may leave, and until when each of the others stands in line; by id."""
    apart = timedelta(seconds=1 / per_second(channel))
    rate, _ = ChannelRate.objects.select_for_update().get_or_create(
        channel=channel,
        defaults={"next_at": now, "safety_line_until": now, "courtesy_line_until": now},
    )
    # A clock that was wrong must not close a channel for longer than its line is long.
    next_at = max(rate.next_at, now)
    given: dict[int, datetime] = {}
    in_line: dict[int, datetime] = {}
    for message in sorted(messages, key=lambda each: (_FIRST.index(each.urgency), each.pk)):
        if message.urgency == Urgency.ESCALATION or next_at < now + AHEAD:
            given[message.pk] = next_at
            next_at += apart
            continue
        courtesy = message.urgency == Urgency.COURTESY
        place = max(next_at, rate.safety_line_until)
        if courtesy:
            place = max(place, rate.courtesy_line_until)
            rate.courtesy_line_until = place + apart
        else:
            rate.safety_line_until = place + apart
        # What would end before its turn asks again until then: those before it may be gone.
        in_line[message.pk] = max(min(place, message.expires_at - AHEAD), now + AHEAD)
    rate.next_at = next_at
    rate.save()
    return given, in_line

"""What may never happen, counted: each number here must be nought (G2, G3, REM-20)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q

from messaging.models import Delivery, Message, Urgency
from messaging.queries import STUCK_AFTER
from messaging.settling import MOST_ACCEPTS

LOOKS_BACK = timedelta(hours=24)

_QUANTILES = (0.5, 0.95, 0.99)
# From the moment at which a message might leave to its first try; only first tries count.
_LATENESS = """
    SELECT percentile_cont(%(quantiles)s) WITHIN GROUP (
             ORDER BY GREATEST(0, EXTRACT(EPOCH FROM d.started_at - m.send_after)))
      FROM messaging_delivery d JOIN messaging_message m ON m.id = d.message_id
     WHERE d.started_at > %(since)s AND d.attempt = 1
"""


@dataclass(frozen=True, slots=True)
class Watched:
    """The last day, as the guarantees see it.

    Attributes:
        left_lying: messages due for half an hour that have neither ended nor been put off (G2).
        too_many_accepts: messages with more than two tries that may have been taken (G3).
        same_key_twice: keys under which a provider accepted more than one try.
        missed: safety messages that ended without one try because it was too late.
        sent: messages that a provider took.
        late_s: seconds by which messages left late, by quantile; empty where none left.
    """

    left_lying: int
    too_many_accepts: int
    same_key_twice: int
    missed: int
    sent: int
    late_s: dict[float, float]

    @property
    def holds(self) -> bool:
        """Whether the guarantees hold. Lateness and doubles of a lost answer break none."""
        return not (self.left_lying or self.too_many_accepts)


def left_lying(*, now: datetime) -> int:
    """How many messages break G2 now; ``now`` is the database's clock."""
    due = Message.objects.filter(send_after__lt=now - STUCK_AFTER)
    planned = Q(state=Message.State.PLANNED)
    # One under way has its lease; a lease that ended long ago has been left lying, too.
    held = Q(state=Message.State.CLAIMED, lease_until__lt=now - STUCK_AFTER)
    return due.filter(planned | held).count()


def watched(*, now: datetime) -> Watched:
    """Everything that is watched; four statements that read the last day and what is due."""
    since = now - LOOKS_BACK
    lately = Delivery.objects.filter(started_at__gt=since).order_by()
    may_be_taken = lately.filter(outcome__in=[Delivery.Outcome.ACCEPTED, Delivery.Outcome.UNKNOWN])
    accepted = lately.filter(outcome=Delivery.Outcome.ACCEPTED)
    missed = Message.objects.filter(
        state=Message.State.EXPIRED,
        urgency=Urgency.SAFETY,
        state_at__gt=since,
        deliveries__isnull=True,
    )
    return Watched(
        left_lying=left_lying(now=now),
        too_many_accepts=_more_than(MOST_ACCEPTS, may_be_taken.values("message")),
        same_key_twice=_more_than(1, accepted.values("key")),
        missed=missed.count(),
        sent=accepted.values("message").distinct().count(),
        late_s=_lateness(since),
    )


def _more_than(most: int, grouped: object) -> int:
    counted = grouped.annotate(n=Count("pk")).filter(n__gt=most)  # type: ignore[attr-defined]
    return int(counted.count())


def _lateness(since: datetime) -> dict[float, float]:
    with connection.cursor() as cursor:
        cursor.execute(_LATENESS, {"quantiles": list(_QUANTILES), "since": since})
        (found,) = cursor.fetchone()
    return dict(zip(_QUANTILES, found or (), strict=bool(found)))

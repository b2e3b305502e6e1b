"""Reads about messages: the state of the queue, the ledger, what a person must look at."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from messaging.models import Message


@dataclass(frozen=True, slots=True)
class Queue:
    """The outbox at one moment.

    Attributes:
        queued: messages that wait or are being sent.
        due: those of them whose time has come.
        oldest_due_age_s: seconds since the oldest of these became due; ``None`` without one.
        unknown: messages whose outcome is unknown and that nobody has looked at.
        for_a_person: everything that :func:`needs_a_person` would list, of all clinics.
    """

    queued: int
    due: int
    oldest_due_age_s: float | None
    unknown: int
    for_a_person: int


_WAITING = Q(state__in=[Message.State.PLANNED, Message.State.CLAIMED])
# A safety message that was not sent is a person's business; a courtesy that expired is nobody's.
_BROKEN = Q(
    state__in=[
        Message.State.UNDELIVERED,
        Message.State.REFUSED,
        Message.State.UNKNOWN,
        Message.State.FAILED,
    ]
) | Q(
    state__in=[Message.State.EXPIRED, Message.State.SUPPRESSED],
    urgency__in=["safety", "escalation"],
)
_FOR_A_PERSON = _BROKEN & Q(handled_at__isnull=True)


def queue(*, now: datetime) -> Queue:
    """The state of the outbox, for health and metrics; counts only, nothing about anybody."""
    due = _WAITING & Q(send_after__lte=now)
    counts = Message.objects.filter(_WAITING | _FOR_A_PERSON).aggregate(
        queued=Count("pk", filter=_WAITING),
        due=Count("pk", filter=due),
        oldest=Min("send_after", filter=due),
        unknown=Count("pk", filter=_FOR_A_PERSON & Q(state=Message.State.UNKNOWN)),
        for_a_person=Count("pk", filter=_FOR_A_PERSON),
    )
    oldest = counts.pop("oldest")
    return Queue(oldest_due_age_s=oldest and (now - oldest).total_seconds(), **counts)

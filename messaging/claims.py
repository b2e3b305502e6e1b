"""Claims: whose turn it is with a message, by compare-and-swap with a lease (REM-04)."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from messaging.models import Message, Urgency

# Longer than the longest orderly sending of one message; each try renews it.
LEASE = timedelta(minutes=2)

# ANY(ARRAY(..)) keeps PostgreSQL on the partial index; with IN (..) it read the whole table.
_CLAIM = """
    UPDATE messaging_message
       SET state = 'claimed', state_at = %(now)s, claim = %(claim)s, claimed_at = %(now)s,
           lease_until = %(lease_until)s, attempts = attempts + 1
     WHERE id = ANY(ARRAY(
           SELECT id FROM messaging_message
            WHERE {condition}
            ORDER BY {order} LIMIT %(limit)s
              FOR UPDATE SKIP LOCKED))
 RETURNING id
"""
# A lease that ends later than any can was taken while the clock was wrong.
_ABANDONED = _CLAIM.format(
    condition="state = 'claimed' AND (lease_until <= %(now)s OR lease_until > %(impossible)s)",
    order="lease_until",
)
_DUE = _CLAIM.format(
    condition="state = 'planned' AND urgency = %(urgency)s AND send_after <= %(now)s",
    order="send_after",
)


@dataclass(frozen=True, slots=True)
class Held:
    """A message this worker may send, for as long as its lease lasts."""

    message_id: int
    claim: uuid.UUID


def claim(*, limit: int, now: datetime) -> list[Held]:
    """Take up to ``limit`` messages: first what dead workers left, then the most urgent.

    Any number of workers may do this at once; each message is given to one of them (REM-07).
    """
    taken: list[Held] = []
    values = {"now": now, "lease_until": now + LEASE, "impossible": now + 2 * LEASE}
    steps = [(_ABANDONED, "")]
    steps += [(_DUE, urgency.value) for urgency in Urgency]
    with connection.cursor() as cursor:
        for statement, urgency in steps:
            if len(taken) >= limit:
                break
            token = uuid.uuid4()
            cursor.execute(
                statement,
                {**values, "claim": token, "urgency": urgency, "limit": limit - len(taken)},
            )
            # In order of planning, so that what one worker sends is reproducible.
            taken += [Held(message_id=row[0], claim=token) for row in sorted(cursor.fetchall())]
    return taken


def still_held(held: Held, *, now: datetime) -> Message | None:
    """The message, locked and with its lease renewed; ``None`` if the claim has been lost.

    Runs in the caller's transaction: what the caller writes with it is written only by the holder.
    """
    message = _locked(held.message_id)
    if message is None or message.claim != held.claim:
        return None
    if message.lease_until is None or message.lease_until <= now:
        return None
    message.lease_until = now + LEASE
    message.save(update_fields=["lease_until"])
    return message


def locked(held: Held) -> tuple[Message, bool]:
    """The message, locked, and whether it is still this worker's; for writing down an outcome."""
    message = _locked(held.message_id)
    if message is None:
        raise Message.DoesNotExist(held.message_id)
    return message, message.claim == held.claim


def _locked(message_id: int) -> Message | None:
    return (
        Message.objects.select_for_update(of=("self",))
        .select_related("patient__clinic", "clinic", "user")
        .filter(pk=message_id)
        .first()
    )

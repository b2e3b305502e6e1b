"""Claims: whose turn it is with a message, by compare-and-swap with a lease (REM-04)."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from messaging.models import Message, Urgency
from people.kept import Given, Kept

# Longer than the longest orderly sending of one message; each try renews it.
LEASE = timedelta(minutes=2)

# ANY(ARRAY(..)) keeps PostgreSQL on the partial index; with IN (..) it read the whole table.
_CLAIM = """
    UPDATE messaging_message
       SET state = 'claimed', state_at = %(now)s, claim = %(claim)s, claimed_at = %(now)s,
           lease_until = %(lease_until)s, attempts = attempts + 1
     WHERE id = ANY(ARRAY(
           SELECT id FROM messaging_message
            WHERE {condition} AND (patient_id IS NULL OR clinic_id <> ALL(%(held)s))
            ORDER BY {order} LIMIT %(limit)s
              FOR UPDATE SKIP LOCKED))
 RETURNING id, attempts, patient_id
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


# What was claimed and not begun, for others to take.
_GIVE_BACK = """
    UPDATE messaging_message
       SET state = 'planned', state_at = %(now)s, claim = NULL, lease_until = NULL,
           attempts = GREATEST(attempts - 1, 0)
     WHERE id = ANY(%(ids)s) AND claim = ANY(%(claims)s)
"""


# Asked once a batch. Who shall read it and where they are treated stands beside it.
_FREE = Kept(
    lambda: (
        Message.objects.filter(pk__among=Given("ids"), patient__isnull=False)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("patient__clinic")
        .order_by("pk")
    )
)


@dataclass(frozen=True, slots=True)
class Held:
    """A message this worker may send, for as long as its lease lasts.

    ``patient_id`` is ``None`` for staff. ``again``: an earlier holder brought it to no orderly end.
    """

    message_id: int
    claim: uuid.UUID
    patient_id: int | None
    again: bool


def claim(*, limit: int, now: datetime, held: Sequence[int] = ()) -> list[Held]:
    """Take up to ``limit`` messages: first what dead workers left, then the most urgent.

    Any number of workers may do this at once; each message is given to one of them (REM-07). What
    may have killed its worker is given out alone, so that no other message is lost with it again.

    Args:
        held: clinics to whose patients nothing is sent now (``holds``).
    """
    taken: list[Held] = []
    values: dict[str, Any] = {
        "now": now,
        "lease_until": now + LEASE,
        "impossible": now + 2 * LEASE,
        "held": list(held),
    }
    steps = [(_ABANDONED, "")]
    steps += [(_DUE, urgency.value) for urgency in Urgency]
    with connection.cursor() as cursor:
        for statement, urgency in steps:
            if len(taken) >= limit or any(held.again for held in taken):
                break
            token = uuid.uuid4()
            most = limit - len(taken) if urgency else 1
            cursor.execute(statement, {**values, "claim": token, "urgency": urgency, "limit": most})
            # In order of planning, so that what one worker sends is reproducible.
            taken += [
                Held(message_id=pk, claim=token, patient_id=patient, again=attempts > 1)
                for pk, attempts, patient in sorted(cursor.fetchall())
            ]
    return taken


def give_back(helds: Collection[Held], *, now: datetime) -> None:
    """Leave to others what has not been begun; it counts as not taken at all."""
    with connection.cursor() as cursor:
        cursor.execute(
            _GIVE_BACK,
            {
                "ids": [held.message_id for held in helds],
                "claims": list({held.claim for held in helds}),
                "now": now,
            },
        )


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


def all_still_held(helds: Collection[Held], *, now: datetime) -> list[Message]:
    """The messages to patients that are still this worker's and free, locked, as planned."""
    claims = {held.message_id: held.claim for held in helds if held.patient_id is not None}
    if not claims:
        return []
    found: list[Message] = _FREE.ask(ids=list(claims))
    for message in found:
        if message.patient is not None and message.patient.clinic_id == message.clinic_id:
            message.clinic = message.patient.clinic
    return [
        message
        for message in found
        if message.claim == claims[message.pk]
        and message.lease_until is not None
        and message.lease_until > now
    ]


def locked(held: Held) -> tuple[Message, bool]:
    """The message, locked, and whether it is still this worker's; for writing down an outcome."""
    message = _locked(held.message_id)
    if message is None:
        raise Message.DoesNotExist(held.message_id)
    return message, message.claim == held.claim


def _locked(message_id: int) -> Message | None:
    found = Message.objects.filter(pk=message_id).select_for_update(of=("self",))
    return found.select_related("patient__clinic", "clinic", "user").first()

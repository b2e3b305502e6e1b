"""Staff settle a message that did not reach its person."""

import uuid
from datetime import datetime

from audit import trail
from audit.kinds import Kind
from messaging.models import Message
from people.models import User


class NothingToHandle(Exception):
    """There is no such message in the clinic, or it is not one that needs a person."""


@trail.action
def handle(public_id: uuid.UUID, *, clinic_id: int, note: str, by: User, now: datetime) -> Message:
    """Somebody has looked at it and reached the person another way, or decided not to.

    Args:
        public_id: of the message.
        clinic_id: the clinic in which ``by`` acts; messages of others do not exist for them.
        note: what was done, in a few words.

    Raises:
        NothingToHandle: see there. Handling it twice changes nothing.
    """
    message = (
        Message.objects.select_for_update(of=("self",))
        .select_related("clinic", "patient")
        .filter(public_id=public_id, clinic_id=clinic_id)
        .exclude(state__in=[Message.State.PLANNED, Message.State.CLAIMED])
        .first()
    )
    if message is None:
        raise NothingToHandle
    if message.handled_at is not None:
        trail.unchanged()
        return message
    message.handled_at = now
    message.handled_by = by
    message.handled_note = note[:300]
    message.save(update_fields=["handled_at", "handled_by", "handled_note"])
    trail.record(
        Kind.CONTACT_LOGGED,
        by=by,
        subject=f"message:{message.public_id}",
        now=now,
        clinic=message.clinic.slug,
        patient=message.patient.public_id if message.patient else None,
        state=message.state,
        note=message.handled_note,
    )
    return message

"""Staff take a message in hand: settle what went wrong, take one back, send one again."""

import uuid
from datetime import datetime

from audit import trail
from audit.kinds import Kind
from messaging import outbox
from messaging.models import Message
from messaging.purposes import named
from people.models import User

# What may be sent again: it did not reach its person, or nobody knows whether it did.
SENDABLE_AGAIN = (
    Message.State.UNDELIVERED,
    Message.State.REFUSED,
    Message.State.UNKNOWN,
    Message.State.EXPIRED,
    Message.State.SUPPRESSED,
    Message.State.FAILED,
)


class NothingToHandle(Exception):
    """There is no such message in the clinic, or it is not one that needs a person."""


class TooLate(Exception):
    """The message is being sent, or has ended: there is nothing to take back."""


class NotAgain(Exception):
    """It is on its way, has arrived, or was not to be sent."""


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


@trail.action
def cancel(public_id: uuid.UUID, *, clinic_id: int, reason: str, by: User, now: datetime) -> None:
    """Take back a message that has not left.

    Args:
        reason: kept in the ledger; nothing private.

    Raises:
        NothingToHandle: it is not the clinic's.
        TooLate: it is being sent or has ended, the second press of a button included.
    """
    message = _of_clinic(public_id, clinic_id)
    if message.state != Message.State.PLANNED:
        raise TooLate
    message.state = Message.State.WITHDRAWN
    message.state_reason = reason[:200]
    message.state_at = now
    message.save(update_fields=["state", "state_reason", "state_at"])
    _record(Kind.MESSAGE_CANCELLED, message, by=by, now=now, reason=reason[:200])


@trail.action
def send_again(
    public_id: uuid.UUID, *, clinic_id: int, reason: str, by: User, now: datetime
) -> Message:
    """Plan the message once more, now; the checks of every sending apply to it.

    The new message has a key made from the old one's, so that pressing twice sends once. The old
    one is settled with the reason.

    Raises:
        NothingToHandle: it is not the clinic's.
        NotAgain: it is on its way, has arrived, or was withdrawn or replaced.
    """
    message = _of_clinic(public_id, clinic_id)
    if message.state not in SENDABLE_AGAIN:
        raise NotAgain
    again = outbox.enqueue(
        purpose=named(message.purpose),
        key=f"again:{message.public_id}",
        about=message.about,
        clinic=message.clinic,
        patient=message.patient,
        user=message.user,
        variant=message.variant,
        kind=message.kind,
        send_after=now,
        now=now,
    )
    if message.handled_at is None:
        message.handled_at, message.handled_by = now, by
        message.handled_note = f"sent again: {reason}"[:300]
        message.save(update_fields=["handled_at", "handled_by", "handled_note"])
        _record(Kind.MESSAGE_SENT_AGAIN, message, by=by, now=now, reason=reason[:200])
    else:
        trail.unchanged()
    return again


def _of_clinic(public_id: uuid.UUID, clinic_id: int) -> Message:
    message = (
        Message.objects.select_for_update(of=("self",))
        .select_related("clinic", "patient", "user")
        .filter(public_id=public_id, clinic_id=clinic_id)
        .first()
    )
    if message is None:
        raise NothingToHandle
    return message


def _record(kind: Kind, message: Message, *, by: User, now: datetime, reason: str) -> None:
    trail.record(
        kind,
        by=by,
        subject=f"message:{message.public_id}",
        now=now,
        clinic=message.clinic.slug,
        patient=message.patient.public_id if message.patient else None,
        reason=reason,
    )

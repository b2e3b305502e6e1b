"""What may become of a claimed message: it goes, it waits, or it ends."""

from dataclasses import dataclass
from datetime import datetime

from messaging.models import Message
from messaging.purposes import Purpose
from people.models import ContactPoint


@dataclass(frozen=True, slots=True)
class Go:
    """Send it now, this way.

    ``contact`` is ``None`` for a member of staff. ``also``: addresses that get it at the same time,
    as one message. ``several``: it stands for others as well.
    """

    purpose: Purpose
    channel: str
    address: str
    address_id: str
    contact: ContactPoint | None
    also: tuple[str, ...] = ()
    several: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now."""

    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class End:
    """Not at all, or not any more."""

    state: Message.State
    why: str


Verdict = Go | Wait | End


def wait(message: Message, until: datetime, why: str) -> Wait | End:
    """Waiting past the end is ending: better known now than then."""
    if until >= message.expires_at:
        return End(Message.State.EXPIRED, Message.Why.TOO_LATE)
    return Wait(until, why)

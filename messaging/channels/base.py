"""What every channel promises: returning means accepted, and each way to fail has its own name.

To add a channel: copy ``sms_twilio.py``, give it its line in ``channels/__init__.py`` and in the
contract test, which runs on all of them.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text on its way.

    Attributes:
        key: the delivery's key, the same on every try: the provider's idempotency key.
        address: E.164 number or e-mail address.
        sender: how the clinic calls itself, for channels that show a name.
        subject: for channels that have one.
        body: plain text.
        html: the same text marked up, for channels that can.
        at: the instant of sending.
        also: further devices of the person that get the same text; a device each, one message.
    """

    key: uuid.UUID
    address: str
    sender: str
    subject: str
    body: str
    html: str
    at: datetime
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken the text over; ``provider_id`` is its own name for it, if it gave one.

    That is all an acceptance means: it says nothing about arrival. ``ended``: those of several
    addresses that do not exist any more.
    """

    provider_id: str = ""
    ended: tuple[str, ...] = ()


class NotAccepted(Exception):
    """The provider has certainly not taken it. ``code`` is short and names nobody."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(NotAccepted):
    """It will never take this text; ``bad_address`` if the address is the cause."""

    def __init__(self, code: str, *, bad_address: bool = False) -> None:
        super().__init__(code)
        self.bad_address = bad_address


class Throttled(NotAccepted):
    """It wants to be left alone for so many seconds."""

    def __init__(self, code: str, *, retry_after_s: float) -> None:
        super().__init__(code)
        self.retry_after_s = retry_after_s


class Unreachable(NotAccepted):
    """It could not be reached, or asked us to come back later; trying again is harmless."""


class NoAnswer(Exception):
    """It may or may not have taken the text: nobody can know from here (G5)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Channel(Protocol):
    """One way to reach people."""

    name: str

    def send(self, outgoing: Outgoing) -> Accepted:
        """Hand one text over, within ten seconds for each step on the network.

        Raises:
            Refused, Throttled, Unreachable: certainly not accepted.
            NoAnswer: not known.
        """

    def close(self) -> None:
        """Let go of connections."""

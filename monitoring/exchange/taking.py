"""Taking in what a laboratory's system sent: read, kept, filed, and what to answer.

Both doors come here, so that HTTP and MLLP give one answer to one message.
"""

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError
from prometheus_client import Counter

from audit import trail
from monitoring import lab_files
from monitoring.actions import results
from monitoring.actions.results import Receipt
from monitoring.exchange.seldom import Seldom
from monitoring.intake.report import Entry, Format, Rejected
from monitoring.queries import code_maps
from people.models import Clinic

MOST_MESSAGES = 1_000
_HEAD = 64 * 1024

_seldom = Seldom(logging.getLogger(__name__))
_MESSAGES = Counter("isotrack_lab_messages", "Messages of laboratories", ["way", "answer"])


class Answer(StrEnum):
    """What the sender must know (HL7 table 0008)."""

    ACCEPTED = "AA"
    ERROR = "AE"
    REJECTED = "AR"


class Failure(StrEnum):
    """Why a message could not be taken in, when that is not the message's own fault."""

    DATABASE = "the record is away: send the message again"
    INTERNAL = "the message could not be worked on: send it again, and tell the clinic"


class TooMany(Exception):
    """A body holds more messages than are taken at once; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One message and what became of it.

    ``raw`` is the message itself, or empty where the bytes were no message of their own.
    """

    raw: bytes
    receipts: tuple[Receipt, ...] = ()
    failure: Failure | None = None

    @property
    def answer(self) -> Answer:
        """AA: kept, nothing to do. AR: no part is usable. AE: sent again, or a part is unusable."""
        rejected = sum(receipt.status == "rejected" for receipt in self.receipts)
        if self.failure or 0 < rejected < len(self.receipts):
            return Answer.ERROR
        return Answer.REJECTED if rejected else Answer.ACCEPTED

    @property
    def new(self) -> bool:
        """Whether anything is in the record that was not there before."""
        return any(receipt.status != "duplicate" for receipt in self.receipts)


def take(
    body: bytes, *, wire: Format, clinic: Clinic, source: str, by: trail.Actor, now: datetime
) -> list[Taken]:
    """Every message of a body, in order: each is kept and filed before the next one is begun.

    When it returns, what it calls accepted is committed.

    Raises:
        TooMany: more than ``MOST_MESSAGES``.
    """
    zone = ZoneInfo(clinic.timezone)
    try:
        code_map = code_maps.code_map_of(clinic.pk)
    except (OperationalError, InterfaceError):
        return [Taken(body, failure=Failure.DATABASE)]
    read = lab_files.messages(
        io.BytesIO(body),
        file="",
        zone=zone,
        as_of=now.astimezone(zone).date(),
        wire=wire,
        code_map=code_map,
    )
    parts = list(islice(read, MOST_MESSAGES + 1))
    if len(parts) > MOST_MESSAGES:
        raise TooMany
    origin = results.Origin(clinic=clinic, source=source)
    # A piece of a short body that is no message is kept with all of it: no header of its own.
    own = len(parts) == 1 or len(body) >= _HEAD
    taken = [
        _one(raw, entries, own=own or raw != body, origin=origin, by=by, now=now)
        for raw, entries in parts
    ]
    for each in taken:
        _MESSAGES.labels(way=source, answer=each.answer.value).inc()
    return taken


def refuse(
    head: bytes, reason: str, *, clinic: Clinic, source: str, by: trail.Actor, now: datetime
) -> Taken:
    """Keep the beginning of what is no whole message, and queue it with the reason."""
    origin = results.Origin(clinic=clinic, source=source)
    entries = (Rejected(reason, "", Format.HL7V2),)
    taken = _one(head[:_HEAD], entries, own=True, origin=origin, by=by, now=now)
    _MESSAGES.labels(way=source, answer=taken.answer.value).inc()
    return taken


def _one(
    raw: bytes,
    entries: tuple[Entry, ...],
    *,
    own: bool,
    origin: results.Origin,
    by: trail.Actor,
    now: datetime,
) -> Taken:
    header = raw if own else b""
    try:
        return Taken(header, tuple(results.receive(raw, entries, origin=origin, by=by, now=now)))
    except (OperationalError, InterfaceError) as error:
        failure, what = Failure.DATABASE, type(error).__name__
    except Exception as error:  # the sender must have an answer, and the next message its turn
        failure, what = Failure.INTERNAL, type(error).__name__
    # The kind only: the text of an error may quote the message.
    _seldom.say(logging.ERROR, f"a laboratory message was not taken in: {what}")
    return Taken(header, failure=failure)


def worst(taken: Sequence[Taken]) -> Taken:
    """The message that decides the status of the whole answer."""
    return max(
        taken, key=lambda each: (each.failure is not None, each.answer is not Answer.ACCEPTED)
    )


def told(receipt: Receipt) -> str:
    """One patient's part in words for the sender; never says who, and whom the clinic knows."""
    match receipt.status:
        case "accepted":
            return f"filed: {len(receipt.lines)} results"
        case "duplicate":
            return "known: received before"
        case "unmatched":
            return "kept: waits until the clinic finds the patient"
    return receipt.reason

"""Dispatch: claim, send, settle. PostgreSQL is the queue; any number of processes may run this.

1. *Claim* takes messages by one UPDATE, with a lease on the database's clock.
2. *Prepare* asks everything again (``checks``), renders the text and commits the attempt.
3. *Call* hands the text to a channel while no transaction is open (REM-23).
4. *Settle* commits the outcome. A worker that dies in between leaves an attempt without outcome,
   which the next holder of the message reads as unknown.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from messaging import channels, settling
from messaging.channels.base import (
    Accepted,
    Channel,
    NoAnswer,
    NotAccepted,
    Outgoing,
    Refused,
    Throttled,
)
from messaging.checks import verdict
from messaging.claims import Held, claim, locked, still_held
from messaging.clock import database_now
from messaging.models import Delivery, Message, Urgency
from messaging.purposes import Audience
from messaging.receipts import miss_receipts
from messaging.rendering import SEVERAL, Text, as_html, language_for, render
from messaging.verdicts import End, Go, Wait
from people import links

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
Answer = Accepted | NotAccepted | NoAnswer

# Small, so that a batch is through long before its leases end, whatever the provider does.
_BATCH = 10
# Well below the tasks' time limit; the next ring goes on.
_BUDGET_S = 240.0
# Stands for a task link in the text we keep: whoever reads the ledger cannot use the link.
_LINK_KEPT = "[link]"
_KEYS = uuid.UUID("6f0f6a5e-3c0e-5d55-9a43-9f6c5a0a7c11")


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A committed attempt, ready for the network."""

    delivery_id: int
    channel: Channel
    outgoing: Outgoing


def due(*, most: int) -> int:
    """How many messages wait for a dispatch; counted up to ``most``."""
    waiting = Message.objects.filter(
        state=Message.State.PLANNED, urgency__in=Urgency.values, send_after__lte=database_now()
    )
    return waiting[:most].count()


def run(limit: int = 2_000, now: datetime | None = None) -> int:
    """Send what may be sent now; returns how many messages were taken in hand.

    Args:
        limit: take at most this many.
        now: for tests and simulated clocks; production asks the database each time.
    """
    clock: Clock = database_now if now is None else lambda: now
    stop_at = time.monotonic() + _BUDGET_S
    taken = 0
    with channels.opened() as available:
        while taken < limit and time.monotonic() < stop_at:
            batch = claim(limit=min(_BATCH, limit - taken), now=clock())
            if not batch:
                break
            for held in batch:
                send(held, available, clock)
            taken += len(batch)
    miss_receipts(now=clock())
    return taken


def send(held: Held, available: Mapping[str, Channel], clock: Clock) -> None:
    """Bring one claimed message as far as it gets, by every address of the person if need be."""
    while True:
        try:
            attempt = _prepare(held, available, now=clock())
        except (OperationalError, InterfaceError):
            # The database is away: nothing can be written; the lease brings the message back.
            raise
        except Exception as error:  # noqa: BLE001 - one row must not stop the others (R1)
            log.error("message_not_prepared", message=held.message_id, error=type(error).__name__)
            _stumble(held, now=clock())
            return
        if attempt is None:
            return
        answer = _call(attempt)
        if not _settle(held, attempt, answer, now=clock()):
            return


@transaction.atomic
def _prepare(held: Held, available: Mapping[str, Channel], *, now: datetime) -> _Attempt | None:
    """Decide, and commit the attempt before it is made; ``None`` if there is nothing to send."""
    message = still_held(held, now=now)
    if message is None:
        return None
    deliveries = list(message.deliveries.order_by("started_at", "pk"))
    _name_lost_attempts(deliveries, now=now)
    decided = verdict(message, deliveries, channels=available.keys(), now=now)
    match decided:
        case End(state=state, why=why):
            settling.end(message, state, why=why, now=now)
            return None
        case Wait(until=until, why=why):
            settling.wait(message, until=until, why=why, now=now)
            return None
        case Go():
            others_wait = settling.one_tries(decided.channel, now=now)
            if others_wait is not None:
                why = Message.Why.PROVIDER_TRIED
                settling.wait(message, until=others_wait, why=why, now=now)
                return None
            return _write_down(
                message, decided, available[decided.channel], deliveries=deliveries, now=now
            )


def _name_lost_attempts(deliveries: Iterable[Delivery], *, now: datetime) -> None:
    """An attempt without outcome, seen by a new holder, died with its worker: unknown (F-04)."""
    for delivery in deliveries:
        if delivery.outcome != Delivery.Outcome.ATTEMPTING:
            continue
        delivery.outcome = _without_an_answer(delivery)
        delivery.outcome_at = now
        delivery.detail = "worker lost"
        delivery.save(update_fields=["outcome", "outcome_at", "detail"])


def _write_down(
    message: Message, go: Go, channel: Channel, *, deliveries: Sequence[Delivery], now: datetime
) -> _Attempt:
    key = uuid.uuid5(_KEYS, f"{message.key}:{go.channel}:{go.address_id}")
    link = _link(message, go, now=now)
    text = _text(message, go, link=link)
    same = [delivery for delivery in deliveries if delivery.key == key]
    earlier = min(same, key=lambda delivery: delivery.attempt, default=None)
    if earlier is not None:
        # A provider that knows the key compares the text as well (G4).
        text = Text(
            language=earlier.language,
            sender=text.sender,
            subject=earlier.subject,
            body=earlier.body.replace(_LINK_KEPT, link),
        )
    delivery = Delivery.objects.create(
        message=message,
        key=key,
        channel=go.channel,
        attempt=sum(delivery.channel == go.channel for delivery in deliveries) + 1,
        contact_point=go.contact,
        language=text.language,
        subject=text.subject,
        body=text.body.replace(link, _LINK_KEPT) if go.purpose.task_link else text.body,
        started_at=now,
    )
    outgoing = Outgoing(
        key=key,
        address=go.address,
        sender=text.sender,
        subject=text.subject,
        body=text.body,
        html=as_html(text, link=link) if go.channel == Delivery.Channel.EMAIL else "",
        at=now,
    )
    return _Attempt(delivery_id=delivery.pk, channel=channel, outgoing=outgoing)


def _link(message: Message, go: Go, *, now: datetime) -> str:
    """The address in the text: a task link, or the page to sign in at."""
    if message.patient is not None and go.purpose.task_link:
        path = links.issue(
            message.patient,
            # One that stands for several opens the page that lists them.
            about=f"message:{message.public_id}" if go.several else message.about,
            expires_at=now + go.purpose.link_lasts,
            key=message.key,
            now=now,
        )
    else:
        path = "/clinic/" if go.purpose.audience is Audience.STAFF else "/"
    return settings.SITE_URL + path


def _text(message: Message, go: Go, *, link: str) -> Text:
    wanted = message.patient.language if message.patient is not None else settings.LANGUAGE_CODE
    return render(
        template=SEVERAL if go.several else go.purpose.template,
        variant="" if go.several else message.variant,
        channel=go.channel,
        language=language_for(wanted),
        clinic=message.clinic,
        link=link,
    )


def _call(attempt: _Attempt) -> Answer:
    """Use the network. An error no channel has a name for leaves the outcome unknown."""
    try:
        return attempt.channel.send(attempt.outgoing)
    except (NotAccepted, NoAnswer) as answer:
        return answer
    except Exception as error:  # noqa: BLE001 - after the attempt, nobody knows what left
        log.error("channel_broke", channel=attempt.channel.name, error=type(error).__name__)
        return NoAnswer(type(error).__name__)


@transaction.atomic
def _settle(held: Held, attempt: _Attempt, answer: Answer, *, now: datetime) -> bool:
    """Write the outcome down; true if the message is still ours and another way may be tried."""
    message, ours = locked(held)
    delivery = message.deliveries.select_for_update().get(pk=attempt.delivery_id)
    _note(delivery, answer, now=now)
    name = attempt.channel.name
    if isinstance(answer, Accepted):
        settling.resume(name, now=now)
        # A slow worker that lost its claim may still learn of the accept.
        if ours or settling.waits_for_an_answer(message):
            settling.accepted(message, delivery, now=now)
        return False
    if isinstance(answer, NoAnswer):
        if ours:
            if delivery.outcome == Delivery.Outcome.ACCEPTED:
                settling.accepted(message, delivery, now=now)
            else:
                settling.unknown(message, now=now)
        return False
    if isinstance(answer, Refused):
        settling.resume(name, now=now)
        if answer.bad_address and delivery.contact_point is not None:
            settling.spoil(delivery.contact_point, why=answer.code, now=now)
        return ours
    if isinstance(answer, Throttled):
        why = Message.Why.PROVIDER_BUSY
        settling.pause(name, now=now, why=why, seconds=answer.retry_after_s)
    else:
        settling.pause(name, now=now, why=Message.Why.PROVIDER_UNREACHABLE)
    return ours


def _note(delivery: Delivery, answer: Answer, *, now: datetime) -> None:
    match answer:
        case Accepted():
            delivery.outcome = Delivery.Outcome.ACCEPTED
            delivery.provider_id = answer.provider_id[:120] or delivery.provider_id
        case NoAnswer():
            delivery.outcome = _without_an_answer(delivery)
            delivery.detail = answer.code[:200]
        case Refused():
            delivery.outcome = Delivery.Outcome.REFUSED
            delivery.detail = answer.code[:200]
        case NotAccepted():
            delivery.outcome = Delivery.Outcome.NOT_SENT
            delivery.detail = answer.code[:200]
    delivery.outcome_at = now
    delivery.save(update_fields=["outcome", "outcome_at", "provider_id", "detail"])


def _without_an_answer(delivery: Delivery) -> Delivery.Outcome:
    """Unknown, unless the provider has called back meanwhile and so shown that it has the text."""
    if delivery.receipt or delivery.provider_id:
        return Delivery.Outcome.ACCEPTED
    return Delivery.Outcome.UNKNOWN


@transaction.atomic
def _stumble(held: Held, *, now: datetime) -> None:
    message, ours = locked(held)
    if ours:
        _name_lost_attempts(message.deliveries.all(), now=now)
        settling.stumble(message, now=now)

"""Receipts: what a carrier says later; each changes a state once, and never back (REM-16)."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from messaging import settling
from messaging.models import Delivery, Message, Urgency

NO_RECEIPT_AFTER = timedelta(hours=24)
# A provider that sent a receipt within this time is one that sends receipts.
_GIVES_RECEIPTS_WITHIN = timedelta(days=7)

_RANK = {"": 0, "undelivered": 1, "failed": 2, "delivered": 3}


class Effect(StrEnum):
    """What a receipt did."""

    CHANGED = "changed"
    REPEATED = "repeated"
    UNKNOWN = "unknown"


@transaction.atomic
def apply(reference: uuid.UUID, *, status: str, now: datetime) -> Effect:
    """Take in one receipt.

    Repeated, late and reordered receipts are harmless: the status only ever rises, from
    *undelivered* over *failed* to *delivered*.

    Args:
        reference: the delivery's key.
        status: ``delivered``, ``undelivered`` or ``failed``.
    """
    found = _newest(reference)
    if found is None:
        return Effect.UNKNOWN
    # The message first, as everywhere: two workers never wait for each other.
    message = Message.objects.select_for_update().get(pk=found[1])
    delivery = Delivery.objects.select_for_update().get(pk=found[0])
    if _RANK[status] <= _RANK[delivery.receipt]:
        return Effect.REPEATED
    delivery.receipt = status
    delivery.receipt_at = now
    if delivery.outcome == Delivery.Outcome.UNKNOWN:
        delivery.outcome = Delivery.Outcome.ACCEPTED
    delivery.save(update_fields=["receipt", "receipt_at", "outcome"])
    if status == Delivery.Receipt.FAILED:
        _spoil_if_again(delivery, now=now)
    _move(message, delivery, now=now)
    return Effect.CHANGED


@transaction.atomic
def taken(reference: uuid.UUID, *, provider_id: str, now: datetime) -> Effect:
    """The provider says that it has the text and is on its way with it.

    News only where its answer was lost: what was unknown is then known to be accepted, and is not
    sent a second time.

    Args:
        reference: the delivery's key.
        provider_id: the provider's own name for the text.
    """
    found = _newest(reference)
    if found is None:
        return Effect.UNKNOWN
    message = Message.objects.select_for_update().get(pk=found[1])
    delivery = Delivery.objects.select_for_update().get(pk=found[0])
    if delivery.provider_id or delivery.outcome == Delivery.Outcome.ACCEPTED:
        return Effect.REPEATED
    delivery.provider_id = provider_id[:120]
    if delivery.outcome == Delivery.Outcome.UNKNOWN:
        delivery.outcome = Delivery.Outcome.ACCEPTED
        delivery.outcome_at = now
    delivery.save(update_fields=["outcome", "outcome_at", "provider_id"])
    # One under way is left to its worker, who sees the name when settling.
    if delivery.outcome == Delivery.Outcome.ACCEPTED and settling.waits_for_an_answer(message):
        settling.accepted(message, delivery, now=now)
    return Effect.CHANGED


def _newest(reference: uuid.UUID) -> tuple[int, int] | None:
    """The latest try under this key that may have been taken, and its message."""
    return (
        Delivery.objects.filter(key=reference)
        .exclude(outcome__in=[Delivery.Outcome.REFUSED, Delivery.Outcome.NOT_SENT])
        .order_by("-attempt")
        .values_list("pk", "message_id")
        .first()
    )


def _move(message: Message, delivery: Delivery, *, now: datetime) -> None:
    """A message under way is left to its worker, who sees the receipt when settling."""
    state = Message.State
    if delivery.receipt == Delivery.Receipt.DELIVERED:
        if message.state in {state.PLANNED, state.ACCEPTED, state.UNKNOWN, state.UNDELIVERED}:
            settling.end(message, state.DELIVERED, why="", now=now)
    elif message.state in {state.ACCEPTED, state.UNKNOWN}:
        settling.not_delivered(message, now=now)


def _spoil_if_again(delivery: Delivery, *, now: datetime) -> None:
    """Two texts in a row that failed for good make the number bad; one may be the provider's."""
    contact = delivery.contact_point
    if contact is None:
        return
    latest = (
        Delivery.objects.filter(contact_point=contact)
        .exclude(receipt="")
        .order_by("-started_at", "-pk")
        .values_list("message_id", "receipt")[:2]
    )
    failures = {message for message, receipt in latest if receipt == Delivery.Receipt.FAILED}
    if len(failures) == 2:
        settling.spoil(contact, why="failed twice", now=now)


def miss_receipts(*, now: datetime) -> int:
    """A safety text without a receipt for a day counts as not delivered; returns how many.

    Only where the provider sends receipts at all: silence of one that never speaks says nothing.
    """
    gives = Delivery.objects.filter(
        channel=Delivery.Channel.SMS, receipt_at__gt=now - _GIVES_RECEIPTS_WITHIN
    )
    if not gives.exists():
        return 0
    silent = Delivery.objects.filter(
        channel=Delivery.Channel.SMS,
        outcome=Delivery.Outcome.ACCEPTED,
        receipt="",
        outcome_at__lte=now - NO_RECEIPT_AFTER,
        outcome_at__gt=now - _GIVES_RECEIPTS_WITHIN,
    ).values_list("message_id", flat=True)
    return Message.objects.filter(
        pk__in=list(silent), state=Message.State.ACCEPTED, urgency=Urgency.SAFETY
    ).update(state=Message.State.UNDELIVERED, state_reason=Message.Why.NO_RECEIPT, state_at=now)

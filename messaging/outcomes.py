"""What became of one attempt, written on its row."""

from collections.abc import Iterable
from datetime import datetime

from messaging.channels.base import Accepted, NoAnswer, NotAccepted, Refused
from messaging.models import Delivery

Answer = Accepted | NotAccepted | NoAnswer


def note(delivery: Delivery, answer: Answer, *, now: datetime) -> None:
    """Write down what the provider said, or that it said nothing."""
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


def name_lost_attempts(deliveries: Iterable[Delivery], *, now: datetime) -> None:
    """An attempt without outcome, seen by a new holder, died with its worker: unknown (F-04)."""
    for delivery in deliveries:
        if delivery.outcome != Delivery.Outcome.ATTEMPTING:
            continue
        delivery.outcome = _without_an_answer(delivery)
        delivery.outcome_at = now
        delivery.detail = "worker lost"
        delivery.save(update_fields=["outcome", "outcome_at", "detail"])


def _without_an_answer(delivery: Delivery) -> Delivery.Outcome:
    """Unknown, unless the provider has called back meanwhile and so shown that it has the text."""
    if delivery.receipt or delivery.provider_id:
        return Delivery.Outcome.ACCEPTED
    return Delivery.Outcome.UNKNOWN

"""Calls of a hosted provider of e-mail: what became of a letter, and what an address is worth.

The provider's own proof and the shape of its reports are read by django-anymail; what they mean for
a message and an address is decided here.
"""

import hashlib
import json
import uuid
from datetime import datetime

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from messaging import receipts
from messaging.actions.reports import take_report
from messaging.models import AddressReport, Delivery
from messaging.receipts import Effect
from messaging.webhooks.door import Rejected, door

LONGEST_BODY = 200_000

READERS: dict[str, type[AnymailBaseWebhookView]] = {
    "mailgun": MailgunTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
}
_UNDER_WAY = {EventType.QUEUED, EventType.SENT, EventType.DEFERRED}
_NOT_ARRIVED = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
_NO_SUCH_ADDRESS = {RejectReason.BOUNCED, RejectReason.INVALID}


@door(longest=LONGEST_BODY)
def events(request: HttpRequest, now: datetime) -> tuple[HttpResponse, str]:
    """What a provider has to say. Repeated, late and unknown reports answer 200, change nothing.

    Unknown is no error here: the account may carry other mail, such as that of the sign-in.
    """
    effects = {_take(event, now) for event in _genuine(request)}
    effect = Effect.CHANGED if Effect.CHANGED in effects else min(effects, default=Effect.UNKNOWN)
    return HttpResponse(), effect.value


def _genuine(request: HttpRequest) -> list[AnymailTrackingEvent]:
    reader = READERS.get(settings.EMAIL_PROVIDER)
    if reader is None:
        raise Rejected(403, "not-genuine")
    view = reader()
    try:
        view.run_validators(request)
    except AnymailWebhookValidationFailure:
        raise Rejected(403, "not-genuine") from None
    try:
        found: list[AnymailTrackingEvent] = view.parse_events(request)
    except (AnymailError, ValueError, LookupError, TypeError, AttributeError):
        raise Rejected(400, "malformed") from None
    return found


def _take(event: AnymailTrackingEvent, now: datetime) -> Effect:
    """A report on the address first: whoever reads the message then knows the address is bad."""
    try:
        key = uuid.UUID(str((event.metadata or {}).get("delivery")))
    except (ValueError, AttributeError):
        return Effect.UNKNOWN
    kind = _about_the_address(event)
    news = kind is not None and take_report(
        key,
        kind=kind,
        address=str(event.recipient or ""),
        fingerprint=_fingerprint(event),
        now=now,
    )
    effect = _about_the_message(event, key, now)
    return Effect.CHANGED if news else effect


def _about_the_address(event: AnymailTrackingEvent) -> AddressReport.Kind | None:
    if event.event_type == EventType.COMPLAINED:
        return AddressReport.Kind.COMPLAINT
    if event.event_type == EventType.UNSUBSCRIBED:
        return AddressReport.Kind.UNSUBSCRIBE
    return AddressReport.Kind.BOUNCE if _for_good(event) else None


def _about_the_message(event: AnymailTrackingEvent, key: uuid.UUID, now: datetime) -> Effect:
    if event.event_type == EventType.DELIVERED:
        return receipts.apply(key, status=Delivery.Receipt.DELIVERED, now=now)
    if event.event_type in _NOT_ARRIVED:
        failed, undelivered = Delivery.Receipt.FAILED, Delivery.Receipt.UNDELIVERED
        return receipts.apply(key, status=failed if _for_good(event) else undelivered, now=now)
    if event.event_type in _UNDER_WAY:
        return receipts.taken(key, provider_id=event.message_id or "", now=now)
    return Effect.REPEATED


def _for_good(event: AnymailTrackingEvent) -> bool:
    """The address does not exist. A full or sleeping mailbox may work again tomorrow."""
    soft = isinstance(event.esp_event, dict) and event.esp_event.get("Type") == "SoftBounce"
    none = event.reject_reason in _NO_SUCH_ADDRESS
    return event.event_type in _NOT_ARRIVED and none and not soft


def _fingerprint(event: AnymailTrackingEvent) -> str:
    """The provider's own name of the report; its whole content where it has none."""
    named = event.event_id or json.dumps(event.esp_event, sort_keys=True, default=str)
    return hashlib.sha256(f"{settings.EMAIL_PROVIDER}:{named}".encode()).hexdigest()

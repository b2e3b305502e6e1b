"""Calls of a gateway of the clinic's own: signed as ``messaging/signatures.py`` says."""

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from messaging import receipts
from messaging.actions.inbound import receive_text
from messaging.models import Delivery
from messaging.signatures import NotGenuine, check
from messaging.webhooks.door import Rejected, door

LONGEST_BODY = 10_000

_STATUSES = {
    Delivery.Receipt.DELIVERED.value,
    Delivery.Receipt.UNDELIVERED.value,
    Delivery.Receipt.FAILED.value,
}


@door(longest=LONGEST_BODY)
def receipt(request: HttpRequest, now: datetime) -> tuple[HttpResponse, str]:
    """One receipt. Repeated and late ones answer 200 and change nothing; unknown ones 404."""
    said, _ = _genuine(request, now=now)
    status = said.get("status")
    if not isinstance(status, str) or status not in _STATUSES:
        raise Rejected(400, "malformed")
    try:
        reference = uuid.UUID(str(said.get("reference")))
    except ValueError:
        raise Rejected(404, "unknown") from None
    effect = receipts.apply(reference, status=status, now=now)
    if effect is receipts.Effect.UNKNOWN:
        raise Rejected(404, effect.value)
    return JsonResponse({"effect": effect.value}), effect.value


@door(longest=LONGEST_BODY)
def inbound(request: HttpRequest, now: datetime) -> tuple[HttpResponse, str]:
    """One text from a person; ``reply`` is what the provider should send back, if anything."""
    said, fingerprint = _genuine(request, now=now)
    sender, body = said.get("from"), said.get("body")
    if not isinstance(sender, str) or not isinstance(body, str) or not sender.strip():
        raise Rejected(400, "malformed")
    if "\x00" in sender + body:
        raise Rejected(400, "malformed")
    reply = receive_text(sender=sender, body=body, fingerprint=fingerprint, now=now)
    return JsonResponse({"reply": reply}), "taken"


def _genuine(request: HttpRequest, *, now: datetime) -> tuple[dict[str, Any], str]:
    """Signature, freshness, JSON, in this order; nothing is parsed before it is genuine."""
    body = request.body
    timestamp = request.headers.get("X-IsoTrack-Timestamp", "")
    try:
        check(
            settings.SMS_WEBHOOK_SECRET,
            signature=request.headers.get("X-IsoTrack-Signature", ""),
            timestamp=timestamp,
            body=body,
            now=now,
        )
    except NotGenuine:
        raise Rejected(403, "not-genuine") from None
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Rejected(400, "malformed") from None
    if not isinstance(said, dict):
        raise Rejected(400, "malformed")
    return said, hashlib.sha256(timestamp.encode() + b"." + body).hexdigest()

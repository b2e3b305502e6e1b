"""What SMS providers call: receipts, and texts that people send back.

The only pages without a CSRF token and without sign-in besides health: the signature takes the
place of both (AT-17, SEC-23). An answer of 2xx is given only after the change is committed.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from prometheus_client import Counter

from messaging import receipts
from messaging.actions.inbound import receive_text
from messaging.clock import database_now
from messaging.models import Delivery
from messaging.signatures import NotGenuine, check

LONGEST_BODY = 10_000

_CALLS = Counter("isotrack_sms_hook_calls", "Calls of SMS providers", ["hook", "effect"])
_STATUSES = {
    Delivery.Receipt.DELIVERED.value,
    Delivery.Receipt.UNDELIVERED.value,
    Delivery.Receipt.FAILED.value,
}


class _Rejected(Exception):
    """The call is not taken in; ``status`` is the answer."""

    def __init__(self, status: int, effect: str) -> None:
        super().__init__(effect)
        self.status = status
        self.effect = effect


Hook = Callable[[dict[str, Any], str, datetime], tuple[HttpResponse, str]]


def _signed(hook: Hook) -> Callable[[HttpRequest], HttpResponse]:
    """Size, signature, freshness, JSON, in this order; nothing is parsed before it is genuine."""

    @csrf_exempt
    @login_not_required
    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        now = database_now()
        try:
            said, fingerprint = _genuine(request, now=now)
            response, effect = hook(said, fingerprint, now)
        except _Rejected as rejected:
            response, effect = HttpResponse(status=rejected.status), rejected.effect
        _CALLS.labels(hook=hook.__name__, effect=effect).inc()
        return response

    view.__doc__ = hook.__doc__
    return view


def _genuine(request: HttpRequest, *, now: datetime) -> tuple[dict[str, Any], str]:
    body = request.read(LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        raise _Rejected(413, "too-big")
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
        raise _Rejected(403, "not-genuine") from None
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise _Rejected(400, "malformed") from None
    if not isinstance(said, dict):
        raise _Rejected(400, "malformed")
    return said, hashlib.sha256(timestamp.encode() + b"." + body).hexdigest()


@_signed
def receipt(said: dict[str, Any], fingerprint: str, now: datetime) -> tuple[HttpResponse, str]:
    """One receipt. Repeated and late ones answer 200 and change nothing; unknown ones 404."""
    status = said.get("status")
    if not isinstance(status, str) or status not in _STATUSES:
        raise _Rejected(400, "malformed")
    try:
        reference = uuid.UUID(str(said.get("reference")))
    except ValueError:
        raise _Rejected(404, "unknown") from None
    effect = receipts.apply(reference, status=status, now=now)
    if effect is receipts.Effect.UNKNOWN:
        raise _Rejected(404, effect.value)
    return JsonResponse({"effect": effect.value}), effect.value


@_signed
def inbound(said: dict[str, Any], fingerprint: str, now: datetime) -> tuple[HttpResponse, str]:
    """One text from a person; ``reply`` is what the provider should send back, if anything."""
    sender, body = said.get("from"), said.get("body")
    if not isinstance(sender, str) or not isinstance(body, str) or not sender.strip():
        raise _Rejected(400, "malformed")
    if "\x00" in sender + body:
        raise _Rejected(400, "malformed")
    reply = receive_text(sender=sender, body=body, fingerprint=fingerprint, now=now)
    return JsonResponse({"reply": reply}), "taken"

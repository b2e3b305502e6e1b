"""Calls of Twilio: what became of a text, and texts that people send back.

Twilio signs the address it calls and every field of the form, without a time. An old call can
therefore be played again; it changes nothing, because a status only rises and each text that comes
in is taken once by its ``MessageSid``.
"""

import base64
import hashlib
import hmac
import uuid
from datetime import datetime
from html import escape
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from messaging import receipts
from messaging.actions.inbound import receive_text
from messaging.models import Delivery
from messaging.webhooks.door import Rejected, door

LONGEST_BODY = 20_000

# What Twilio says once it has the text and before it knows its fate.
_UNDER_WAY = {"accepted", "scheduled", "queued", "sending", "sent"}
_ARRIVED = {"delivered", "read"}
_NOT_ARRIVED = {"undelivered", "failed", "canceled"}
# The number does not exist, or is a fixed line. Every other failure may be Twilio's own, the
# network's or a telephone that was off, and condemns no number.
_NO_SUCH_MOBILE = {"30005", "30006"}


@door(longest=LONGEST_BODY)
def status(request: HttpRequest, now: datetime, key: uuid.UUID) -> tuple[HttpResponse, str]:
    """What became of one text. Repeated and late calls answer 200 and change nothing."""
    form = _genuine(request)
    said, sid = form.get("MessageStatus", ""), form.get("MessageSid", "")
    if not sid:
        raise Rejected(400, "malformed")
    if said in _UNDER_WAY:
        effect = receipts.taken(key, provider_id=sid, now=now)
    elif said in _ARRIVED:
        effect = receipts.apply(key, status=Delivery.Receipt.DELIVERED, now=now)
    elif said in _NOT_ARRIVED:
        for_good = form.get("ErrorCode", "") in _NO_SUCH_MOBILE
        receipt = Delivery.Receipt.FAILED if for_good else Delivery.Receipt.UNDELIVERED
        effect = receipts.apply(key, status=receipt, now=now)
    else:
        raise Rejected(400, "malformed")
    if effect is receipts.Effect.UNKNOWN:
        raise Rejected(404, effect.value)
    return HttpResponse(), effect.value


@door(longest=LONGEST_BODY)
def inbound(request: HttpRequest, now: datetime) -> tuple[HttpResponse, str]:
    """One text from a person, answered in TwiML."""
    form = _genuine(request)
    sender, body, sid = form.get("From", ""), form.get("Body"), form.get("MessageSid", "")
    if not sender.strip() or body is None or not sid or "\x00" in sender + body:
        raise Rejected(400, "malformed")
    reply = receive_text(
        sender=sender,
        body=body,
        fingerprint=hashlib.sha256(f"twilio:{sid}".encode()).hexdigest(),
        now=now,
    )
    if form.get("OptOutType"):
        # Twilio has answered STOP, START and HELP itself; a second answer would follow a goodbye.
        reply = ""
    message = f"<Message>{escape(reply)}</Message>" if reply else ""
    answer = f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'
    return HttpResponse(answer, content_type="text/xml; charset=utf-8"), "taken"


def signature(token: str, *, url: str, fields: list[tuple[str, str]]) -> str:
    """What Twilio puts into ``X-Twilio-Signature`` for a form it posts to ``url``."""
    said = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _genuine(request: HttpRequest) -> dict[str, str]:
    """The fields of a call that Twilio has signed, for this account."""
    try:
        fields = parse_qsl(
            request.body.decode(), keep_blank_values=True, errors="strict", max_num_fields=100
        )
    except ValueError:
        raise Rejected(400, "malformed") from None
    # The address as people type it: a proxy may have changed what arrives here.
    expected = signature(
        settings.TWILIO_AUTH_TOKEN,
        url=settings.SITE_URL + request.get_full_path(),
        fields=fields,
    )
    given = request.headers.get("X-Twilio-Signature", "")
    form = dict(fields)
    genuine = hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
    ours = form.get("AccountSid", "") == settings.TWILIO_ACCOUNT_SID
    if not (settings.TWILIO_AUTH_TOKEN and genuine and ours):
        raise Rejected(403, "not-genuine")
    return form

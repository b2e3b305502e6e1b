"""Text messages through any gateway that takes a signed POST."""

import json

import httpx
from django.conf import settings

from messaging.channels.base import Accepted, NoAnswer, Outgoing, Refused
from messaging.channels.http import Line, asked_to_wait
from messaging.signatures import sign, timestamp_of


class SmsWebhook:
    """``POST`` JSON ``{"to", "body", "reference"}``; 2xx accepts, 429 waits, other 4xx refuse.

    Anything else, and silence, leave it unknown whether the text went out.
    """

    name = "sms"

    def __init__(self) -> None:
        self._line = Line()

    def send(self, outgoing: Outgoing) -> Accepted:
        """See :class:`messaging.channels.base.Channel`."""
        body = json.dumps(
            {"to": outgoing.address, "body": outgoing.body, "reference": str(outgoing.key)},
            ensure_ascii=False,
        ).encode()
        timestamp = timestamp_of(outgoing.at)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(outgoing.key),
            "X-IsoTrack-Timestamp": timestamp,
            "X-IsoTrack-Signature": sign(
                settings.SMS_WEBHOOK_SECRET, timestamp=timestamp, body=body
            ),
        }
        answer = self._line.post(settings.SMS_WEBHOOK_URL, content=body, headers=headers)
        if httpx.codes.is_success(answer.status):
            return Accepted(provider_id=_provider_id(answer.body))
        if answer.status == httpx.codes.TOO_MANY_REQUESTS:
            raise asked_to_wait(answer.headers, outgoing.at)
        if httpx.codes.is_client_error(answer.status):
            raise Refused(f"http {answer.status}")
        raise NoAnswer(f"http {answer.status}")

    def close(self) -> None:
        """Close the kept connections."""
        self._line.close()


def _provider_id(body: bytes) -> str:
    """The ``id`` of the answer, if it has one."""
    try:
        said = json.loads(body or b"{}")
    except ValueError:
        return ""
    found = said.get("id", "") if isinstance(said, dict) else ""
    return str(found)[:120] if isinstance(found, str | int) else ""

"""Text messages through Twilio's REST interface."""

import json
from urllib.parse import urlencode

import httpx
from django.conf import settings
from django.urls import reverse

from messaging.channels.base import Accepted, NoAnswer, Outgoing, Refused
from messaging.channels.http import Line, asked_to_wait

# No telephone number, and not a mobile one: the only refusals that are about the address.
_BAD_NUMBER = {21211, 21614}


class SmsTwilio:
    """One message resource per text; 2xx accepts, 429 waits, other 4xx refuse.

    Twilio knows no idempotency key, so a text whose answer was lost may go out twice (G5). The
    delivery's key stands in the address of the status callback instead: what Twilio says later
    settles an outcome that was unknown.
    """

    name = "sms"

    def __init__(self) -> None:
        self._line = Line()

    def send(self, outgoing: Outgoing) -> Accepted:
        """See :class:`messaging.channels.base.Channel`."""
        account = settings.TWILIO_ACCOUNT_SID
        form = {
            "To": outgoing.address,
            "Body": outgoing.body,
            "StatusCallback": settings.SITE_URL
            + reverse("messaging:twilio-status", kwargs={"key": outgoing.key}),
        }
        if settings.TWILIO_MESSAGING_SERVICE_SID:
            form["MessagingServiceSid"] = settings.TWILIO_MESSAGING_SERVICE_SID
        else:
            form["From"] = settings.TWILIO_FROM
        answer = self._line.post(
            f"{settings.TWILIO_API_URL}/2010-04-01/Accounts/{account}/Messages.json",
            content=urlencode(form).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            auth=(account, settings.TWILIO_AUTH_TOKEN),
        )
        said = _said(answer.body)
        if httpx.codes.is_success(answer.status):
            return Accepted(provider_id=str(said.get("sid", ""))[:120])
        if answer.status == httpx.codes.TOO_MANY_REQUESTS:
            raise asked_to_wait(answer.headers, outgoing.at)
        if httpx.codes.is_client_error(answer.status):
            code = said.get("code")
            if isinstance(code, int):
                raise Refused(f"twilio {code}", bad_address=code in _BAD_NUMBER)
            raise Refused(f"http {answer.status}")
        raise NoAnswer(f"http {answer.status}")

    def close(self) -> None:
        """Close the kept connections."""
        self._line.close()


def _said(body: bytes) -> dict[str, object]:
    """The answer's JSON; empty where there is none."""
    try:
        said = json.loads(body or b"{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}

"""E-mail through a hosted provider's HTTP interface, whichever ``EMAIL_URL`` names."""

from datetime import datetime

import requests
from anymail.exceptions import (
    AnymailError,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.core.mail import get_connection
from urllib3.exceptions import MaxRetryError, NewConnectionError

from messaging.channels.base import (
    Accepted,
    NoAnswer,
    NotAccepted,
    Outgoing,
    Refused,
    Unreachable,
)
from messaging.channels.email import check_address, letter
from messaging.channels.http import asked_to_wait

_TAKEN = {"queued", "sent"}


class HostedEmail:
    """One request per delivery. The delivery's key goes along and comes back in every report.

    No provider here knows idempotency keys, so an e-mail whose answer was lost may go out twice
    (G5), unless a report of the provider settles it first.
    """

    name = "email"

    def send(self, outgoing: Outgoing) -> Accepted:
        """See :class:`messaging.channels.base.Channel`."""
        check_address(outgoing)
        message = letter(outgoing)
        # Read by the provider's client, not by Django.
        message.metadata = {"delivery": str(outgoing.key)}  # type: ignore[attr-defined]
        try:
            get_connection().send_messages([message])
        except AnymailRecipientsRefused:
            # The provider knows the address as none, or as one that bounced or complained.
            raise Refused("recipient refused", bad_address=True) from None
        except AnymailRequestsAPIError as error:
            raise _named(error, outgoing.at) from None
        except (AnymailSerializationError, AnymailUnsupportedFeature) as error:
            raise Refused(type(error).__name__) from None
        except AnymailError as error:
            raise NoAnswer(type(error).__name__) from None
        status = message.anymail_status  # type: ignore[attr-defined]
        if status.status and status.status <= _TAKEN:
            return Accepted(provider_id=str(status.message_id or "")[:120])
        code = f"http {status.esp_response.status_code}"
        raise Refused(code) if 400 <= status.esp_response.status_code < 500 else NoAnswer(code)

    def close(self) -> None:
        """Nothing is kept open."""


def _named(error: AnymailRequestsAPIError, now: datetime) -> NotAccepted | NoAnswer:
    """What the provider's client met, by this project's names."""
    answer = error.response
    if answer is None:
        cause = error.__cause__
        name = type(cause).__name__
        return Unreachable(name) if _never_connected(cause) else NoAnswer(name)
    if answer.status_code == requests.codes.too_many_requests:
        return asked_to_wait(answer.headers, now)
    if 400 <= answer.status_code < 500:
        return Refused(f"http {answer.status_code}")
    return NoAnswer(f"http {answer.status_code}")


def _never_connected(cause: BaseException | None) -> bool:
    if isinstance(cause, requests.ConnectTimeout):
        return True
    if not isinstance(cause, requests.ConnectionError) or not cause.args:
        return False
    tried = cause.args[0]
    return isinstance(tried, MaxRetryError) and isinstance(tried.reason, NewConnectionError)

"""Text messages through any gateway that takes a signed POST."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from django.conf import settings

from messaging.channels.base import (
    TIMEOUT_S,
    Accepted,
    NoAnswer,
    Outgoing,
    Refused,
    Throttled,
    Unreachable,
)
from messaging.signatures import sign, timestamp_of

_DEFAULT_WAIT_S = 60.0
_LONGEST_WAIT_S = 6 * 3600.0
_ANSWER_BYTES = 10_000


class SmsWebhook:
    """``POST`` JSON ``{"to", "body", "reference"}``; 2xx accepts, 429 waits, other 4xx refuse.

    Anything else, and silence, leave it unknown whether the text went out.
    """

    name = "sms"

    def __init__(self) -> None:
        self._kept: httpx.Client | None = None

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
        try:
            with self._client.stream(
                "POST", settings.SMS_WEBHOOK_URL, content=body, headers=headers
            ) as answer:
                return _read(answer, outgoing.at)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.UnsupportedProtocol,
        ) as error:
            raise Unreachable(type(error).__name__) from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise NoAnswer(type(error).__name__) from None

    def close(self) -> None:
        """Close the kept connections."""
        if self._kept is not None:
            self._kept.close()

    @property
    def _client(self) -> httpx.Client:
        """Made on first use: reading the certificates would be the dearest part of an idle run."""
        if self._kept is None:
            self._kept = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)
        return self._kept


def _read(answer: httpx.Response, now: datetime) -> Accepted:
    status = answer.status_code
    if answer.is_success:
        return Accepted(provider_id=_provider_id(answer))
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise Throttled("http 429", retry_after_s=_wait(answer.headers.get("Retry-After", ""), now))
    if 400 <= status < 500:
        raise Refused(f"http {status}")
    raise NoAnswer(f"http {status}")


def _provider_id(answer: httpx.Response) -> str:
    """The ``id`` of the answer. The status has accepted; a broken answer takes nothing back."""
    kept = b""
    try:
        for part in answer.iter_bytes(_ANSWER_BYTES):
            kept += part
            if len(kept) > _ANSWER_BYTES:
                return ""
        said = json.loads(kept or b"{}")
    except (ValueError, httpx.HTTPError, httpx.StreamError):
        return ""
    found = said.get("id", "") if isinstance(said, dict) else ""
    return str(found)[:120] if isinstance(found, str | int) else ""


def _wait(header: str, now: datetime) -> float:
    """``Retry-After`` in seconds, given as seconds or as a date; a minute where it says neither."""
    try:
        seconds = float(header)
    except ValueError:
        try:
            moment = parsedate_to_datetime(header)
        except ValueError:
            return _DEFAULT_WAIT_S
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    if not seconds > 0:
        return 1.0
    return min(seconds, _LONGEST_WAIT_S)

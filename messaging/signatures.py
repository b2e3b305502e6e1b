"""The signature shared with an SMS provider, both ways (contract: outgoing messages, SEC-23)."""

import hashlib
import hmac
from datetime import UTC, datetime

FRESH_FOR_S = 300


class NotGenuine(Exception):
    """Forged, stale, or unsigned."""


def sign(secret: str, *, timestamp: str, body: bytes) -> str:
    """``sha256=<hex>`` over ``timestamp + "." + body``."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


def timestamp_of(moment: datetime) -> str:
    """Seconds since 1970, as the header carries them."""
    return str(int(moment.timestamp()))


def check(secret: str, *, signature: str, timestamp: str, body: bytes, now: datetime) -> None:
    """Accept a request only if it is signed with the secret and at most 300 s old or early.

    Raises:
        NotGenuine: for any doubt, also when no secret is set.
    """
    if not secret:
        raise NotGenuine("no secret")
    expected = sign(secret, timestamp=timestamp, body=body)
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise NotGenuine("signature")
    # Only a genuine timestamp is read; digits alone, so that no other spelling is a second one.
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise NotGenuine("timestamp")
    sent_at = datetime.fromtimestamp(int(timestamp), tz=UTC)
    if abs((now - sent_at).total_seconds()) > FRESH_FOR_S:
        raise NotGenuine("stale")

"""HTTP as every provider of texts is asked: one kept client, and the names of what goes wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from messaging.channels.base import TIMEOUT_S, NoAnswer, Throttled, Unreachable

_DEFAULT_WAIT_S = 60.0
_LONGEST_WAIT_S = 6 * 3600.0
_ANSWER_BYTES = 10_000
_NOT_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, and as much of the body as could be read: empty where it broke off or is huge."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Line:
    """Connections to one provider, made on first use and kept."""

    def __init__(self) -> None:
        self._kept: httpx.Client | None = None

    def post(
        self,
        url: str,
        *,
        content: bytes,
        headers: Mapping[str, str],
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        """One POST, redirects not followed. Every status is an answer.

        Raises:
            Unreachable: no connection, so nothing was taken.
            NoAnswer: the connection broke, or nothing came in time.
        """
        try:
            with self._client.stream(
                "POST", url, content=content, headers=dict(headers), auth=auth
            ) as answer:
                return Answer(answer.status_code, answer.headers, _body(answer))
        except _NOT_CONNECTED as error:
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


def asked_to_wait(headers: Mapping[str, str], now: datetime) -> Throttled:
    """A 429, with the time that its headers ask for."""
    wait_s = _wait(headers.get("Retry-After", ""), now)
    return Throttled("http 429", retry_after_s=wait_s)


def _body(answer: httpx.Response) -> bytes:
    """The status has spoken; a broken body takes nothing back."""
    kept = b""
    try:
        for part in answer.iter_bytes(_ANSWER_BYTES):
            kept += part
            if len(kept) > _ANSWER_BYTES:
                return b""
    except (httpx.HTTPError, httpx.StreamError):
        return b""
    return kept


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

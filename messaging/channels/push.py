"""Notifications on a patient's own device: web push with VAPID (RFC 8030, 8291, 8292)."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from py_vapid import Vapid02
from pywebpush import WebPusher

from messaging.channels.base import Accepted, NoAnswer, NotAccepted, Outgoing, Refused
from messaging.channels.http import Line, asked_to_wait

# The browser's maker keeps it this long for a device that is switched off.
_KEPT_FOR = timedelta(days=1)
_PROOF_LASTS = timedelta(hours=12)
_LONGEST = 1_000
_LOOPBACK = "127.0.0.1"
_ENDED = {httpx.codes.NOT_FOUND, httpx.codes.GONE}


class BadSubscription(ValueError):
    """Not a subscription of a push service we send to; the words name nothing of it."""


class Push:
    """One POST a device to the service of its browser's maker, encrypted for that browser alone.

    ``outgoing.address`` is the subscription as :func:`subscription` writes it. 2xx accepts, 429
    waits, other 4xx refuse; 404 and 410 say that the subscription has ended. The delivery's key is
    the notification's tag, so that a second one of the same key replaces the first on the screen.
    """

    name = "push"

    def __init__(self) -> None:
        self._line = Line()

    def send(self, outgoing: Outgoing) -> Accepted:
        """See :class:`messaging.channels.base.Channel`; accepted if any device's service takes it.

        Where none does, an unclear answer counts first, then what passes, then what is for good.
        """
        ended: list[str] = []
        failures: list[NotAccepted | NoAnswer] = []
        addresses = (outgoing.address, *outgoing.also)
        for address in addresses:
            try:
                self._send_to(address, outgoing)
            except (NotAccepted, NoAnswer) as failure:
                failures.append(failure)
                if isinstance(failure, Refused) and failure.bad_address:
                    ended.append(address)
        if len(failures) < len(addresses):
            return Accepted(ended=tuple(ended))
        raise min(failures, key=_gravity)

    def _send_to(self, address: str, outgoing: Outgoing) -> None:
        try:
            endpoint, keys = _parts(address)
            content = WebPusher({"endpoint": endpoint, "keys": keys}).encode(_payload(outgoing))
        except Exception:  # noqa: BLE001 - nothing has left; every broken key ends in the same way
            raise Refused("not a subscription", bad_address=True) from None
        headers = {
            **_proof(endpoint, outgoing),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(int(_KEPT_FOR.total_seconds())),
            "Urgency": "high",
            # A copy that still waits for the device is replaced, not shown beside the other.
            "Topic": outgoing.key.hex,
        }
        answer = self._line.post(endpoint, content=bytes(content["body"]), headers=headers)
        if httpx.codes.is_success(answer.status):
            return
        if answer.status == httpx.codes.TOO_MANY_REQUESTS:
            raise asked_to_wait(answer.headers, outgoing.at)
        if httpx.codes.is_client_error(answer.status):
            raise Refused(f"http {answer.status}", bad_address=answer.status in _ENDED)
        raise NoAnswer(f"http {answer.status}")

    def close(self) -> None:
        """Close the kept connections."""
        self._line.close()


def _gravity(failure: NotAccepted | NoAnswer) -> int:
    return 0 if isinstance(failure, NoAnswer) else 2 if isinstance(failure, Refused) else 1


def subscription(endpoint: str, *, p256dh: str, auth: str) -> str:
    """A browser's subscription as the address of a contact point.

    Only services of browsers' makers are taken (``PUSH_HOSTS``): the address comes from outside,
    and we call it.

    Raises:
        BadSubscription: it is none, or its service is not one of them.
    """
    _check_service(endpoint)
    try:
        WebPusher({"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}).encode(b"{}")
    except Exception:  # noqa: BLE001 - the library lets every kind of error through
        raise BadSubscription("its keys cannot be used") from None
    return json.dumps({"auth": auth, "endpoint": endpoint, "p256dh": p256dh}, sort_keys=True)


def public_key() -> str:
    """What a browser must be given to subscribe; empty where notifications are not set up."""
    return settings.VAPID_PUBLIC_KEY


def _check_service(endpoint: str) -> None:
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    known = any(
        host == name or (name.startswith("*.") and host.endswith(name[1:]))
        for name in settings.PUSH_HOSTS
    )
    if not known or len(endpoint) > _LONGEST:
        raise BadSubscription("not a push service of a browser")
    if parts.scheme != "https" and host != _LOOPBACK:
        raise BadSubscription("not https")


def _parts(address: str) -> tuple[str, dict[str, str]]:
    said = json.loads(address)
    # Asked again: the list of services may have become shorter since.
    _check_service(said["endpoint"])
    return said["endpoint"], {"p256dh": said["p256dh"], "auth": said["auth"]}


def _payload(outgoing: Outgoing) -> bytes:
    """The clinic's name, one neutral line, and the address in the body's last line."""
    words, _, link = outgoing.body.rpartition("\n")
    said = {"title": outgoing.sender, "body": words, "url": link, "tag": str(outgoing.key)}
    return json.dumps(said, ensure_ascii=False).encode()


def _proof(endpoint: str, outgoing: Outgoing) -> dict[str, str]:
    """That it is this clinic's server which sends, for one service and half a day."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((outgoing.at + _PROOF_LASTS).timestamp()),
        "sub": settings.VAPID_SUBJECT,
    }
    signed: dict[str, str] = Vapid02.from_raw(settings.VAPID_PRIVATE_KEY.encode()).sign(claims)
    return signed

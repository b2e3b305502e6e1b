"""Signing in to the demo clinics: one password, and authenticators whose codes can be asked for.

Password and authenticator secrets are derived from ``FIELD_KEY``: the same on every start of one
installation, different on every other, and never in the source.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.auth.hashers import make_password

from people.models import User

_PERIOD_S = 30
_WORDS = (
    "amber", "birch", "cedar", "delta", "ember", "fable", "grove", "hazel", "inlet", "jumper",
    "kettle", "lemon", "maple", "nectar", "olive", "pebble", "quartz", "river", "saddle", "tulip",
    "umber", "velvet", "willow", "yellow", "zephyr", "anchor", "bramble", "copper", "dapple",
    "eagle", "feather", "garnet",
)  # fmt: skip


class NotADemoAccount(Exception):
    """There is no such user, or its authenticator is not the demo's."""


@dataclass(frozen=True, slots=True)
class Login:
    """One account of the demo, as it is told at the end."""

    place: str
    role: str
    email: str


def password() -> str:
    """The password of every demo account of this installation."""
    digest = _derived("password")
    words = [_WORDS[byte % len(_WORDS)] for byte in digest[:4]]
    return "-".join([*words, f"{int.from_bytes(digest[4:6], 'big') % 1000:03}"])


def hashed_password() -> str:
    """The stored form, to be made once: it is slow on purpose."""
    return make_password(password())


def open_account(email: str, name: str, *, hashed: str, support: bool = False) -> User:
    """A user with the demo's password; ``support`` opens the console."""
    return User.objects.create(
        email=email, display_name=name, password=hashed, is_staff=support, is_superuser=support
    )


def add_second_factor(user: User) -> None:
    """Give the user an authenticator whose codes :func:`code` tells."""
    TOTP.activate(user, _secret(user.email))


def code(email: str, *, at: float) -> str:
    """The six digits that the account's authenticator shows at this Unix time.

    Raises:
        NotADemoAccount: see there.
    """
    stored = Authenticator.objects.filter(
        user__email=email.lower(), type=Authenticator.Type.TOTP
    ).first()
    secret = _secret(email)
    if stored is None or get_adapter().decrypt(stored.data["secret"]) != secret:
        raise NotADemoAccount(email)
    return format_hotp_value(hotp_value(secret, int(at) // _PERIOD_S))


def _secret(email: str) -> str:
    return base64.b32encode(_derived(f"authenticator\0{email.lower()}")[:20]).decode()


def _derived(purpose: str) -> bytes:
    key = settings.FIELD_KEY.split(",")[-1].strip().encode()
    return hmac.new(key, b"isotrack demo\0" + purpose.encode(), hashlib.sha256).digest()

"""Passkeys of people outside: an alternative to the password, kept by their own device."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn

from audit import trail
from audit.kinds import Kind
from people.actions.subject import record
from people.models import Patient, User

MOST_PASSKEYS = 5


class TooMany(Exception):
    """Five are enough for anybody; one has to go first."""


@trail.action
def add(
    patient: Patient, user: User, *, label: str, credential: Mapping[str, Any], now: datetime
) -> None:
    """Keep a passkey whose registration has been checked.

    Raises:
        TooMany: there are five already.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    if _of(locked).count() >= MOST_PASSKEYS:
        raise TooMany
    WebAuthn.add(locked, label, dict(credential))
    record(Kind.PASSKEY_ADDED, patient, by=patient, now=now)


@trail.action
def remove(patient: Patient, user: User, pk: int, *, now: datetime) -> bool:
    """Forget a passkey; the device that keeps it no longer opens anything. False: not theirs."""
    gone, _ = _of(user).filter(pk=pk).delete()
    if not gone:
        trail.unchanged()
        return False
    record(Kind.PASSKEY_REMOVED, patient, by=patient, now=now)
    return True


def _of(user: User) -> Any:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)

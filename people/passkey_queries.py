"""Reads about passkeys: those by which somebody may sign in."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator

from people.models import User


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """One passkey as its owner knows it."""

    pk: int
    label: str
    since: datetime
    used_at: datetime | None


def passkeys_of(user: User) -> list[PasskeyRow]:
    """The user's passkeys, oldest first."""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return [
        PasskeyRow(row.pk, row.wrap().name, row.created_at, row.last_used_at)
        for row in found.order_by("created_at", "pk")
    ]

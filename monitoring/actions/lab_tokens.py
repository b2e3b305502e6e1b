"""A clinic's laboratory tokens: issued, replaced without a gap, revoked; shown only once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from audit import trail
from audit.kinds import Kind
from monitoring.models import LabToken
from people.encryption import blind_index
from people.models import Clinic, User

MARK = "itl_"
_PLACE = "monitoring.labtoken.token"
_SHOWN = 12


class LabelTaken(Exception):
    """The laboratory has a valid token already: replace that one."""


class NotCurrent(Exception):
    """The token cannot be replaced: it has ended, or has been replaced already."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token and its text, which nothing can tell again."""

    token: LabToken
    text: str


def hash_of(text: str) -> str:
    """The keyed hash by which a token is found."""
    return blind_index(text, place=_PLACE)


@trail.action
def issue(
    clinic: Clinic, *, label: str, expires_at: datetime | None = None, by: User, now: datetime
) -> Issued:
    """Make a laboratory's first token.

    Args:
        label: name of the laboratory or its system; one valid token a name.
        expires_at: from then on it is refused; None means until it is revoked.

    Raises:
        LabelTaken: a valid token has this name.
    """
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    if _valid(clinic, now=now).filter(label__iexact=label).exists():
        raise LabelTaken
    return _issue(
        clinic,
        Kind.LAB_TOKEN_ISSUED,
        label=label,
        expires_at=expires_at,
        replaces=None,
        by=by,
        now=now,
    )


@trail.action
def rotate(token: LabToken, *, overlap: timedelta, by: User, now: datetime) -> Issued:
    """Make a laboratory's next token; the present one is still taken for ``overlap``.

    Two are valid at a time: the one before the present one ends now. The new token has no end of
    its own, or the lifetime of the one that it replaces.

    Raises:
        NotCurrent: the token has ended or has a successor.
    """
    Clinic.objects.select_for_update().get(pk=token.clinic_id)
    current = LabToken.objects.select_related("clinic", "replaces").get(pk=token.pk)
    if not current.valid(now=now) or LabToken.objects.filter(replaces=current).exists():
        raise NotCurrent
    before = current.replaces
    if before is not None and before.valid(now=now):
        _end(before, at=now)
    lifetime = current.expires_at and current.expires_at - current.created_at
    _end(current, at=now + overlap)
    return _issue(
        current.clinic,
        Kind.LAB_TOKEN_ROTATED,
        label=current.label,
        expires_at=now + lifetime if lifetime else None,
        replaces=current,
        by=by,
        now=now,
    )


@trail.action
def revoke(token: LabToken, *, by: User, now: datetime) -> None:
    """Refuse a token from now on; one that has ended stays as it is."""
    current = LabToken.objects.select_for_update().get(pk=token.pk)
    if not current.valid(now=now):
        trail.unchanged()
        return
    current.revoked_at, current.revoked_by = now, by
    current.save(update_fields=["revoked_at", "revoked_by"])
    _record(Kind.LAB_TOKEN_REVOKED, current, by=by, now=now)


def _issue(
    clinic: Clinic,
    kind: Kind,
    *,
    label: str,
    expires_at: datetime | None,
    replaces: LabToken | None,
    by: User,
    now: datetime,
) -> Issued:
    text = MARK + secrets.token_urlsafe(32)
    token = LabToken.objects.create(
        clinic=clinic,
        label=label,
        prefix=text[:_SHOWN],
        token_hash=hash_of(text),
        replaces=replaces,
        created_at=now,
        created_by=by,
        expires_at=expires_at,
    )
    _record(kind, token, by=by, now=now)
    return Issued(token, text)


def _end(token: LabToken, *, at: datetime) -> None:
    if token.expires_at is None or token.expires_at > at:
        token.expires_at = at
        token.save(update_fields=["expires_at"])


def _valid(clinic: Clinic, *, now: datetime) -> QuerySet[LabToken]:
    return LabToken.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now), clinic=clinic, revoked_at__isnull=True
    )


def _record(kind: Kind, token: LabToken, *, by: User, now: datetime) -> None:
    trail.record(
        kind,
        by=by,
        subject=token.audit_id,
        now=now,
        clinic=token.clinic.slug,
        label=token.label,
        prefix=token.prefix,
        replaces=token.replaces.prefix if token.replaces else "",
    )

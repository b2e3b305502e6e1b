"""A clinic's laboratory tokens, as its administrator sees them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from monitoring.models import LabToken
from people.queries import NotFound, Place


@dataclass(frozen=True, slots=True)
class LabTokenRow:
    """One token. ``current`` says that it is valid and the newest: the one to replace."""

    public_id: uuid.UUID
    label: str
    prefix: str
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    valid: bool
    current: bool


def lab_tokens(place: Place, *, now: datetime) -> list[LabTokenRow]:
    """Every token of the clinic, valid ones first, then by laboratory, newest first."""
    rows = (
        LabToken.objects.filter(clinic_id=place.clinic_id)
        .select_related("created_by", "replaced_by")
        .order_by("label", "-created_at", "-pk")
    )
    return sorted((_row(token, now=now) for token in rows), key=lambda row: not row.valid)


def lab_token_for(place: Place, public_id: uuid.UUID) -> LabToken:
    """One token of the clinic in force.

    Raises:
        NotFound: no such token there.
    """
    token = (
        LabToken.objects.select_related("clinic", "created_by", "replaced_by")
        .filter(clinic_id=place.clinic_id, public_id=public_id)
        .first()
    )
    if token is None:
        raise NotFound
    return token


def lab_token_row(place: Place, public_id: uuid.UUID, *, now: datetime) -> LabTokenRow:
    """The row of one token; raises ``NotFound``."""
    return _row(lab_token_for(place, public_id), now=now)


def _row(token: LabToken, *, now: datetime) -> LabTokenRow:
    valid = token.valid(now=now)
    return LabTokenRow(
        public_id=token.public_id,
        label=token.label,
        prefix=token.prefix,
        created_at=token.created_at,
        created_by=str(token.created_by),
        last_used_at=token.last_used_at,
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
        valid=valid,
        current=valid and not hasattr(token, "replaced_by"),
    )

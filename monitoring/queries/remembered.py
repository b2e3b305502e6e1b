"""Whose a sender's number is, as staff said once (B2)."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitoring.models import RememberedLink
from people.encryption import blind_index
from people.models import Patient
from people.queries import NotFound, PatientRow, Place, patient_row

_PLACE = "monitoring.rememberedlink.identifier"


@dataclass(frozen=True, slots=True)
class RememberedRow:
    """One remembered number as staff see it."""

    public_id: uuid.UUID
    sender: str
    identifier: str
    patient: PatientRow
    made_at: datetime
    made_by: str
    revoked_at: datetime | None
    revoked_by: str


def lookup_of(identifier: str) -> str:
    """The blind index under which a laboratory's number is found."""
    return blind_index(identifier.strip(), place=_PLACE)


def remembered_numbers(
    clinic_id: int, asked: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[Patient]]:
    """The patients for whom numbers of senders stand, by sender and number.

    Nothing is remembered of a sender without a name.
    """
    wanted: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for sender, number in asked:
        if sender and number.strip():
            wanted[sender[:200], lookup_of(number)].append((sender, number))
    if not wanted:
        return {}
    found: dict[tuple[str, str], list[Patient]] = defaultdict(list)
    rows = RememberedLink.objects.filter(
        clinic_id=clinic_id,
        sender__in={sender for sender, _ in wanted},
        lookup__in={lookup for _, lookup in wanted},
        revoked_at__isnull=True,
    )
    for row in rows.select_related("patient__clinic"):
        for key in wanted.get((row.sender, row.lookup), ()):
            found[key].append(row.patient)
    return found


def remembered_links(
    place: Place, *, patient: Patient | None = None, limit: int = 200
) -> tuple[RememberedRow, ...]:
    """What the clinic remembers, newest first, what was revoked included."""
    rows = RememberedLink.objects.filter(clinic_id=place.clinic_id)
    if patient is not None:
        rows = rows.filter(patient=patient)
    found = rows.select_related("patient", "made_by", "revoked_by").order_by("-made_at")[:limit]
    return tuple(
        RememberedRow(
            public_id=row.public_id,
            sender=row.sender,
            identifier=row.identifier,
            patient=patient_row(row.patient),
            made_at=row.made_at,
            made_by=str(row.made_by),
            revoked_at=row.revoked_at,
            revoked_by=str(row.revoked_by) if row.revoked_by else "",
        )
        for row in found
    )


def remembered_link_of(place: Place, public_id: uuid.UUID) -> RememberedLink:
    """One remembered number of the clinic.

    Raises:
        NotFound: another clinic's, or none.
    """
    rows = RememberedLink.objects.select_related("patient", "clinic")
    found = rows.filter(public_id=public_id, clinic_id=place.clinic_id).first()
    if found is None:
        raise NotFound
    return found

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
    clinic_id: int, *, sender: str, numbers: Iterable[str]
) -> dict[Patient, tuple[str, ...]]:
    """The patients for whom the sender's numbers stand, with those numbers.

    Nothing is remembered of a sender without a name.
    """
    wanted = {lookup_of(number): number.strip() for number in numbers if number.strip()}
    if not sender or not wanted:
        return {}
    found: dict[Patient, list[str]] = defaultdict(list)
    rows = RememberedLink.objects.filter(
        clinic_id=clinic_id, sender=sender[:200], lookup__in=wanted, revoked_at__isnull=True
    )
    for row in rows.select_related("patient"):
        found[row.patient].append(wanted[row.lookup])
    return {patient: tuple(theirs) for patient, theirs in found.items()}


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

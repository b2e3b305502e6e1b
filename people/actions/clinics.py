"""Clinics and the people who work in them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from audit import trail
from audit.kinds import Kind
from people.models import Clinic, Membership, User
from people.permissions import Role


@trail.action
def open_clinic(
    *, slug: str, name: str, timezone: str, country: str, by: trail.Actor, now: datetime
) -> Clinic:
    """Add a clinic.

    Raises:
        ZoneInfoNotFoundError: the time zone is not an IANA name (R16).
    """
    ZoneInfo(timezone)
    clinic = Clinic.objects.create(slug=slug, name=name, timezone=timezone, country=country)
    trail.record(
        Kind.CLINIC_CREATED,
        by=by,
        subject=f"clinic:{clinic.public_id}",
        now=now,
        clinic=slug,
    )
    return clinic


@trail.action
def add_member(
    clinic: Clinic,
    *,
    user: User,
    role: Role,
    lead_prescriber: bool = False,
    by: trail.Actor,
    now: datetime,
) -> Membership:
    """Give a user a role in a clinic."""
    membership = Membership.objects.create(
        user=user, clinic=clinic, role=role, lead_prescriber=lead_prescriber
    )
    trail.record(
        Kind.MEMBER_ADDED,
        by=by,
        subject=user.audit_id,
        now=now,
        clinic=clinic.slug,
        role=role.value,
    )
    return membership

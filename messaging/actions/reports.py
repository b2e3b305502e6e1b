"""What providers of e-mail say about addresses: a bad one is not used until somebody acts."""

import uuid
from datetime import datetime

from audit import trail
from audit.kinds import Kind
from messaging import settling
from messaging.models import AddressReport, Delivery
from people.actions.patients import address_index
from people.models import ContactPoint

_SYSTEM = trail.System("email-report")


@trail.action
def take_report(
    reference: uuid.UUID,
    *,
    kind: AddressReport.Kind,
    address: str,
    fingerprint: str,
    now: datetime,
) -> bool:
    """Take in one report about an address; true if it is news (REM-16).

    A bounce for good and a complaint make the address bad: nothing is sent to it until a person
    has corrected or cleared it. Who unsubscribes at the provider is opted out of e-mail.

    Args:
        reference: the delivery's key.
        address: whom the report is about. One that the patient no longer has changes nothing.
        fingerprint: the same for the same report sent again, which then changes nothing.
    """
    trail.unchanged()
    contact = _contact(reference, address)
    if contact is None:
        return False
    _, new = AddressReport.objects.get_or_create(
        fingerprint=fingerprint,
        defaults={"contact_point": contact, "kind": kind, "received_at": now},
    )
    if not new:
        return False
    if kind is not AddressReport.Kind.UNSUBSCRIBE:
        settling.spoil(contact, why=kind.value, now=now)
    elif contact.opted_out_at is None:
        contact.opted_out_at = now
        contact.save(update_fields=["opted_out_at"])
        trail.record(
            Kind.CONTACT_OPTED_OUT,
            by=contact.patient,
            subject=f"contact-point:{contact.pk}",
            now=now,
            clinic=contact.patient.clinic.slug,
            patient=contact.patient.public_id,
            channel=contact.channel,
            through=_SYSTEM.audit_id,
        )
    return True


def _contact(reference: uuid.UUID, address: str) -> ContactPoint | None:
    return (
        ContactPoint.objects.select_for_update(of=("self",))
        .select_related("patient__clinic")
        .filter(
            pk__in=Delivery.objects.filter(key=reference).values("contact_point"),
            address_index=address_index(address.lower()),
        )
        .first()
    )

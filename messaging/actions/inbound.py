"""Texts that people send back: STOP is honoured at once, at any hour (R13, R14)."""

from datetime import datetime

from django.conf import settings

from audit import trail
from audit.kinds import Kind
from messaging.keywords import keyword
from messaging.models import InboundText
from messaging.rendering import language_for, render
from people.actions.patients import (
    Unusable,
    address_index,
    forget_stop,
    readable_phone,
    remember_stop,
)
from people.models import ContactPoint

_SYSTEM = trail.System("inbound-text")


@trail.action
def receive_text(*, sender: str, body: str, fingerprint: str, now: datetime) -> str:
    """Take in one text; returns the reply to give, empty for a number nobody here has.

    STOP opts the number out for every patient who has it or is given it later, before anything
    else is sent; START opts it in again. Free text is kept, and its sender is told that nobody
    reads the number.

    Args:
        sender: the number it came from.
        body: the words.
        fingerprint: the same for the same request sent again, which then changes nothing.
    """
    meaning = keyword(body)
    number = _number(sender)
    index = address_index(number)
    contacts = list(
        ContactPoint.objects.select_for_update(of=("self",))
        .select_related("patient__clinic")
        .filter(address_index=index, channel=ContactPoint.Channel.SMS)
        .order_by("pk")
    )
    _, new = InboundText.objects.get_or_create(
        fingerprint=fingerprint,
        defaults={
            "sender": number,
            "sender_index": index,
            "body": body,
            "keyword": meaning,
            "known": bool(contacts),
            "received_at": now,
        },
    )
    if new:
        if meaning is InboundText.Keyword.STOP:
            remember_stop(index, now=now)
        elif meaning is InboundText.Keyword.START:
            forget_stop(index)
        for contact in contacts:
            _obey(contact, meaning, now=now)
    trail.unchanged()
    return _reply(contacts[0], meaning) if contacts else ""


def _obey(contact: ContactPoint, meaning: InboundText.Keyword, *, now: datetime) -> None:
    if meaning is InboundText.Keyword.STOP and contact.opted_out_at is None:
        contact.opted_out_at = now
        contact.save(update_fields=["opted_out_at"])
        _record(Kind.CONTACT_OPTED_OUT, contact, now=now)
    elif meaning is InboundText.Keyword.START and (contact.opted_out_at or contact.bad_at):
        # It has just been used, so it is not a bad number either.
        contact.opted_out_at = None
        contact.bad_at = None
        contact.save(update_fields=["opted_out_at", "bad_at"])
        _record(Kind.CONTACT_CHANGED, contact, now=now, change="opted-in")


def _record(kind: Kind, contact: ContactPoint, *, now: datetime, **detail: object) -> None:
    trail.record(
        kind,
        by=contact.patient,
        subject=f"contact-point:{contact.pk}",
        now=now,
        clinic=contact.patient.clinic.slug,
        patient=contact.patient.public_id,
        channel=contact.channel,
        through=_SYSTEM.audit_id,
        **detail,
    )


def _reply(contact: ContactPoint, meaning: InboundText.Keyword) -> str:
    return render(
        template="reply",
        variant=meaning.value or "other",
        channel="sms",
        language=language_for(contact.patient.language),
        clinic=contact.patient.clinic,
        link=settings.SITE_URL,
    ).body


def _number(sender: str) -> str:
    """E.164 where it is a telephone number; otherwise (a short code, a name) as it came."""
    try:
        return readable_phone(sender, country="")
    except Unusable:
        return sender.strip()

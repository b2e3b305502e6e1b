"""What is asked of a message at the moment of sending, in this order (REM-14, R2, R3, R11–R14).

Everything is looked at again here, because anything may have changed since it was planned. The
facts are read by the caller (``facts``); nothing here asks the database.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from messaging import kindness
from messaging.facts import Facts
from messaging.models import ChannelPause, Delivery, Message, Urgency
from messaging.purposes import Purpose, UnknownPurpose, named
from messaging.settling import MOST_ACCEPTS, MOST_ATTEMPTS
from messaging.verdicts import End, Go, Verdict, wait
from people.models import ContactPoint

# Another version of IsoTrack may know the purpose: leave the message for its workers. Short, so
# that with a ring each minute nothing waits two minutes for the end of a deployment (F-23).
_FOR_ANOTHER_VERSION = timedelta(seconds=45)


def verdict(facts: Facts, *, channels: Collection[str], now: datetime) -> Verdict:
    """Whether, how and when a claimed message may leave.

    Args:
        facts: of a message that is locked by the caller.
        channels: names of the channels that are set up.
    """
    message = facts.message
    settled = by_what_happened(message, facts.deliveries)
    if settled is not None:
        return settled
    try:
        purpose = named(message.purpose)
    except UnknownPurpose:
        return wait(message, now + _FOR_ANOTHER_VERSION, Message.Why.NO_PURPOSE)
    if facts.unwanted is not None:
        return End(Message.State.WITHDRAWN, (facts.unwanted or Message.Why.NOT_NEEDED)[:200])
    if now >= message.expires_at:
        return _too_late(facts.deliveries)
    if message.patient is None:
        return _to_staff(facts, purpose, channels=channels, now=now)
    hindered = kindness.as_a_person_wishes(facts, purpose, now=now)
    if hindered is not None:
        return hindered
    way = _way_to_the_patient(facts, purpose, channels=channels, now=now)
    if isinstance(way, Go) and kindness.stands_for_several(facts, purpose):
        return replace(way, several=True)
    return way


def by_what_happened(message: Message, deliveries: Sequence[Delivery]) -> End | None:
    """Earlier tries, one of which may have died with its worker, can settle it at once."""
    if any(delivery.receipt == Delivery.Receipt.DELIVERED for delivery in deliveries):
        return End(Message.State.DELIVERED, "")
    open_tries = _unknown(deliveries)
    if open_tries and message.urgency == Urgency.COURTESY:
        return End(Message.State.UNKNOWN, Message.Why.NO_ANSWER)
    taken = [
        delivery
        for delivery in deliveries
        if delivery.outcome in {Delivery.Outcome.ACCEPTED, Delivery.Outcome.UNKNOWN}
    ]
    if len(taken) >= MOST_ACCEPTS:
        if open_tries:
            return End(Message.State.UNKNOWN, Message.Why.NO_ANSWER)
        return End(Message.State.UNDELIVERED, Message.Why.NOT_DELIVERED)
    if message.attempts > MOST_ATTEMPTS:
        return End(Message.State.FAILED, Message.Why.POISON)
    return None


def _to_staff(
    facts: Facts, purpose: Purpose, *, channels: Collection[str], now: datetime
) -> Verdict:
    """A member of staff is reached by e-mail at the address they sign in with."""
    message, deliveries = facts.message, facts.deliveries
    user = message.user
    if user is None or not user.is_active:
        return End(Message.State.SUPPRESSED, Message.Why.LOCKED)
    if any(delivery.outcome == Delivery.Outcome.REFUSED for delivery in deliveries):
        return End(Message.State.REFUSED, Message.Why.ADDRESS_REFUSED)
    if Delivery.Channel.EMAIL not in channels:
        return End(Message.State.SUPPRESSED, Message.Why.NO_CHANNEL)
    pauses = _pauses(facts, now)
    if paused := pauses.get(Delivery.Channel.EMAIL):
        return wait(message, paused.paused_until, paused.reason)
    return Go(
        purpose=purpose,
        channel=Delivery.Channel.EMAIL,
        address=user.email,
        address_id=str(user.public_id),
        contact=None,
    )


def _way_to_the_patient(
    facts: Facts, purpose: Purpose, *, channels: Collection[str], now: datetime
) -> Verdict:
    """The first address, by the person's own order, that has not failed for this message."""
    message, deliveries = facts.message, facts.deliveries
    usable = _usable_contacts(facts, channels=channels)
    if isinstance(usable, End):
        return usable
    failed = {
        delivery.contact_point_id
        for delivery in deliveries
        if delivery.outcome == Delivery.Outcome.REFUSED or delivery.receipt
    }
    if message.other_way:
        # Channels that have had no answer about this come last (REM-17).
        usable = sorted(usable, key=lambda contact: contact.channel in facts.tried)
    left = [contact for contact in usable if contact.pk not in failed]
    if not left:
        if any(delivery.receipt for delivery in deliveries):
            return End(Message.State.UNDELIVERED, Message.Why.NOT_DELIVERED)
        return End(Message.State.REFUSED, Message.Why.ADDRESS_REFUSED)
    if open_tries := _unknown(deliveries):
        # The same way again: only there can the provider see that it is the same text.
        left = [contact for contact in left if contact.pk == open_tries[-1].contact_point_id]
        if not left:
            return End(Message.State.UNKNOWN, Message.Why.NO_ANSWER)
    pauses = _pauses(facts, now)
    for contact in left:
        paused = pauses.get(contact.channel)
        if paused is None:
            return Go(
                purpose=purpose,
                channel=contact.channel,
                address=contact.address,
                address_id=contact.address_index,
                contact=contact,
                also=_devices_beside(contact, usable, failed),
            )
        if not _goes_on(message, paused):
            return wait(message, paused.paused_until, paused.reason)
    first = min((pauses[contact.channel] for contact in left), key=lambda each: each.paused_until)
    return wait(message, first.paused_until, first.reason)


def _usable_contacts(facts: Facts, *, channels: Collection[str]) -> list[ContactPoint] | End:
    if not facts.contacts:
        return End(Message.State.SUPPRESSED, Message.Why.NO_ADDRESS)
    willing = [contact for contact in facts.contacts if contact.opted_out_at is None]
    if not willing:
        return End(Message.State.SUPPRESSED, Message.Why.OPTED_OUT)
    if facts.message.only_way:
        only = facts.message.only_way
        willing = [contact for contact in willing if contact.channel == only]
    good = [contact for contact in willing if contact.bad_at is None]
    if not good:
        return End(Message.State.SUPPRESSED, Message.Why.BAD_ADDRESS)
    reachable = [contact for contact in good if contact.channel in channels]
    if not reachable:
        return End(Message.State.SUPPRESSED, Message.Why.NO_CHANNEL)
    return reachable


def _devices_beside(
    contact: ContactPoint, usable: Sequence[ContactPoint], failed: Collection[int | None]
) -> tuple[str, ...]:
    """A notification goes to every device at once: nobody knows which one is at hand."""
    if contact.channel != ContactPoint.Channel.PUSH:
        return ()
    return tuple(
        other.address
        for other in usable
        if other.channel == contact.channel and other.pk != contact.pk and other.pk not in failed
    )


def _goes_on(message: Message, paused: ChannelPause) -> bool:
    """Whether to use the next channel instead of waiting for this one."""
    if message.urgency == Urgency.ESCALATION or paused.paused_until >= message.expires_at:
        return True
    return message.urgency == Urgency.SAFETY and paused.reason == Message.Why.PROVIDER_UNREACHABLE


def _pauses(facts: Facts, now: datetime) -> dict[str, ChannelPause]:
    return {name: each for name, each in facts.pauses.items() if each.paused_until > now}


def _unknown(deliveries: Sequence[Delivery]) -> list[Delivery]:
    return [
        delivery
        for delivery in deliveries
        if delivery.outcome == Delivery.Outcome.UNKNOWN and not delivery.receipt
    ]


def _too_late(deliveries: Sequence[Delivery]) -> End:
    if _unknown(deliveries):
        return End(Message.State.UNKNOWN, Message.Why.NO_ANSWER)
    if any(delivery.receipt for delivery in deliveries):
        return End(Message.State.UNDELIVERED, Message.Why.NOT_DELIVERED)
    return End(Message.State.EXPIRED, Message.Why.TOO_LATE)

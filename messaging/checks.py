"""What is asked of a message at the moment of sending, in this order (REM-14, R2, R3, R11–R14).

Everything is looked at again here, because anything may have changed since it was planned.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from messaging import kindness
from messaging.models import ChannelPause, Delivery, Message, Urgency
from messaging.purposes import Purpose, UnknownPurpose, named
from messaging.settling import MOST_ACCEPTS, MOST_ATTEMPTS
from messaging.verdicts import End, Go, Verdict, wait
from people.models import ContactPoint

# Another version of IsoTrack may know the purpose: leave the message for its workers. Short, so
# that with a ring each minute nothing waits two minutes for the end of a deployment (F-23).
_FOR_ANOTHER_VERSION = timedelta(seconds=45)


def verdict(
    message: Message, deliveries: list[Delivery], *, channels: Collection[str], now: datetime
) -> Verdict:
    """Whether, how and when a claimed message may leave.

    Args:
        message: locked by the caller.
        deliveries: all of its attempts so far, oldest first.
        channels: names of the channels that are set up.
    """
    settled = _by_what_happened(message, deliveries)
    if settled is not None:
        return settled
    try:
        purpose = named(message.purpose)
    except UnknownPurpose:
        return wait(message, now + _FOR_ANOTHER_VERSION, Message.Why.NO_PURPOSE)
    unwanted = purpose.why_unwanted(message.about, now=now)
    if unwanted is not None:
        return End(Message.State.WITHDRAWN, (unwanted or Message.Why.NOT_NEEDED)[:200])
    if now >= message.expires_at:
        return _too_late(message, deliveries)
    if message.patient is None:
        return _to_staff(message, purpose, deliveries, channels=channels, now=now)
    kindness.one_at_a_time(message.patient)
    hindered = kindness.as_a_person_wishes(message, purpose, now=now)
    if hindered is not None:
        return hindered
    way = _way_to_the_patient(message, purpose, deliveries, channels=channels, now=now)
    if isinstance(way, Go) and kindness.stands_for_several(message, purpose, now=now):
        return replace(way, several=True)
    return way


def _by_what_happened(message: Message, deliveries: list[Delivery]) -> End | None:
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
    message: Message,
    purpose: Purpose,
    deliveries: list[Delivery],
    *,
    channels: Collection[str],
    now: datetime,
) -> Verdict:
    """A member of staff is reached by e-mail at the address they sign in with."""
    user = message.user
    if user is None or not user.is_active:
        return End(Message.State.SUPPRESSED, Message.Why.LOCKED)
    if any(delivery.outcome == Delivery.Outcome.REFUSED for delivery in deliveries):
        return End(Message.State.REFUSED, Message.Why.ADDRESS_REFUSED)
    if Delivery.Channel.EMAIL not in channels:
        return End(Message.State.SUPPRESSED, Message.Why.NO_CHANNEL)
    pauses = _pauses(now)
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
    message: Message,
    purpose: Purpose,
    deliveries: list[Delivery],
    *,
    channels: Collection[str],
    now: datetime,
) -> Verdict:
    """The first address, by the person's own order, that has not failed for this message."""
    usable = _usable_contacts(message, channels=channels)
    if isinstance(usable, End):
        return usable
    failed = {
        delivery.contact_point_id
        for delivery in deliveries
        if delivery.outcome == Delivery.Outcome.REFUSED or delivery.receipt
    }
    if message.other_way:
        usable = _others_first(message, usable)
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
    pauses = _pauses(now)
    for contact in left:
        paused = pauses.get(contact.channel)
        if paused is None:
            return Go(
                purpose=purpose,
                channel=contact.channel,
                address=contact.address,
                address_id=contact.address_index,
                contact=contact,
            )
        if not _goes_on(message, paused):
            return wait(message, paused.paused_until, paused.reason)
    first = min((pauses[contact.channel] for contact in left), key=lambda each: each.paused_until)
    return wait(message, first.paused_until, first.reason)


def _usable_contacts(message: Message, *, channels: Collection[str]) -> list[ContactPoint] | End:
    contacts = list(ContactPoint.objects.filter(patient=message.patient).order_by("rank", "pk"))
    if not contacts:
        return End(Message.State.SUPPRESSED, Message.Why.NO_ADDRESS)
    willing = [contact for contact in contacts if contact.opted_out_at is None]
    if not willing:
        return End(Message.State.SUPPRESSED, Message.Why.OPTED_OUT)
    good = [contact for contact in willing if contact.bad_at is None]
    if not good:
        return End(Message.State.SUPPRESSED, Message.Why.BAD_ADDRESS)
    reachable = [contact for contact in good if contact.channel in channels]
    if not reachable:
        return End(Message.State.SUPPRESSED, Message.Why.NO_CHANNEL)
    return reachable


def _others_first(message: Message, usable: list[ContactPoint]) -> list[ContactPoint]:
    """The person's order, but channels that have had no answer about this last (REM-17)."""
    tried = set(
        Delivery.objects.filter(message__about=message.about, message__patient=message.patient)
        .exclude(message=message)
        .values_list("channel", flat=True)
    )
    return sorted(usable, key=lambda contact: contact.channel in tried)


def _goes_on(message: Message, paused: ChannelPause) -> bool:
    """Whether to use the next channel instead of waiting for this one."""
    if message.urgency == Urgency.ESCALATION or paused.paused_until >= message.expires_at:
        return True
    return message.urgency == Urgency.SAFETY and paused.reason == Message.Why.PROVIDER_UNREACHABLE


def _pauses(now: datetime) -> dict[str, ChannelPause]:
    return {each.channel: each for each in ChannelPause.objects.filter(paused_until__gt=now)}


def _unknown(deliveries: list[Delivery]) -> list[Delivery]:
    return [
        delivery
        for delivery in deliveries
        if delivery.outcome == Delivery.Outcome.UNKNOWN and not delivery.receipt
    ]


def _too_late(message: Message, deliveries: list[Delivery]) -> End:
    if _unknown(deliveries):
        return End(Message.State.UNKNOWN, Message.Why.NO_ANSWER)
    if any(delivery.receipt for delivery in deliveries):
        return End(Message.State.UNDELIVERED, Message.Why.NOT_DELIVERED)
    return End(Message.State.EXPIRED, Message.Why.TOO_LATE)

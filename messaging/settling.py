"""How a message ends or waits: the only place that moves its state after planning."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q

from audit import trail
from audit.kinds import Kind
from messaging.models import ChannelPause, Delivery, Message, Urgency
from people.models import ContactPoint, Patient

# An unknown outcome is tried once more after this long, well inside providers' memory for keys.
TRY_AGAIN_AFTER = timedelta(minutes=2)
# Accepts per message, ever, the unknown ones counted as accepted (G3).
MOST_ACCEPTS = 2
MOST_ATTEMPTS = 3

_SYSTEM = trail.System("dispatch")
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(minutes=15)
# Longer than a provider takes to answer.
_ONE_TRIES_FOR = timedelta(seconds=30)


def end(message: Message, state: Message.State, *, why: str, now: datetime) -> None:
    """Bring a message to an end and give its lease back."""
    message.state = state
    message.state_reason = why
    _save(message, now=now)


def wait(message: Message, *, until: datetime, why: str, now: datetime) -> None:
    """Put a message back until later, its key unchanged."""
    message.state = Message.State.PLANNED
    message.state_reason = why
    message.send_after = until
    _save(message, now=now)


def stumble(message: Message, *, now: datetime) -> None:
    """An error while preparing it: three times, then a person looks at it (R1, F-24)."""
    if message.attempts >= MOST_ATTEMPTS:
        end(message, Message.State.FAILED, why=Message.Why.POISON, now=now)
        return
    attempts = message.attempts
    wait(
        message,
        until=now + attempts * timedelta(minutes=1),
        why=Message.Why.PREPARING_FAILED,
        now=now,
    )
    Message.objects.filter(pk=message.pk).update(attempts=attempts)


def accepted(message: Message, delivery: Delivery, *, now: datetime) -> None:
    """A provider has taken it over, and may already have sent the receipt."""
    if delivery.receipt == Delivery.Receipt.DELIVERED:
        end(message, Message.State.DELIVERED, why="", now=now)
    elif delivery.receipt:
        not_delivered(message, now=now)
    else:
        end(message, Message.State.ACCEPTED, why="", now=now)


def unknown(message: Message, *, now: datetime) -> None:
    """Nobody knows whether it was sent: safety is tried once more, courtesy never (G3, G5)."""
    tries = message.deliveries.filter(outcome=Delivery.Outcome.UNKNOWN).count()
    if message.urgency == Urgency.COURTESY or tries >= MOST_ACCEPTS:
        end(message, Message.State.UNKNOWN, why=Message.Why.NO_ANSWER, now=now)
    else:
        wait(message, until=now + TRY_AGAIN_AFTER, why=Message.Why.TRYING_AGAIN, now=now)


def waits_for_an_answer(message: Message) -> bool:
    """Whether an accept that becomes known late settles it: nothing else has happened since."""
    if message.state == Message.State.UNKNOWN:
        return True
    return (
        message.state == Message.State.PLANNED and message.state_reason == Message.Why.TRYING_AGAIN
    )


def not_delivered(message: Message, *, now: datetime) -> None:
    """The carrier gave up: safety goes on to the next way to reach the person, at once."""
    if message.urgency == Urgency.COURTESY:
        end(message, Message.State.UNDELIVERED, why=Message.Why.NOT_DELIVERED, now=now)
    else:
        wait(message, until=now, why=Message.Why.NOT_DELIVERED, now=now)


def pause(channel: str, *, now: datetime, why: str, seconds: float | None = None) -> None:
    """Leave a provider alone: as long as it asked, or twice as long with each failure in a row."""
    state, _ = ChannelPause.objects.get_or_create(
        channel=channel, defaults={"paused_until": now, "reason": why}
    )
    if seconds is None:
        length = min(_FIRST_PAUSE * 2 ** min(state.failures, 10), _LONGEST_PAUSE)
        state.failures += 1
    else:
        length = timedelta(seconds=seconds)
    state.paused_until = max(state.paused_until, now + length)
    state.reason = why
    state.save()


def resume(channel: str, *, now: datetime) -> None:
    """An answer shows that the provider is back; a pause that still runs was asked for."""
    over = Q(paused_until__lte=now) | Q(reason=Message.Why.PROVIDER_TRIED)
    ChannelPause.objects.filter(over, channel=channel).delete()


def one_tries(channel: str, *, now: datetime) -> datetime | None:
    """After a pause one message goes ahead; until when the others wait, ``None`` for that one.

    Without it, every worker would knock at once on a provider that still wants to be left alone.
    """
    if not ChannelPause.objects.filter(channel=channel).exists():
        return None
    over = ChannelPause.objects.filter(channel=channel, paused_until__lte=now)
    if over.update(paused_until=now + _ONE_TRIES_FOR, reason=Message.Why.PROVIDER_TRIED):
        return None
    pause = ChannelPause.objects.filter(channel=channel, paused_until__gt=now).first()
    return pause.paused_until if pause else None


def spoil(contact: ContactPoint, *, why: str, now: datetime) -> None:
    """An address is known to be bad: it is not used again until somebody corrects it (REM-16)."""
    if contact.bad_at is not None:
        return
    contact.bad_at = now
    contact.save(update_fields=["bad_at"])
    patient = contact.patient
    trail.record(
        Kind.CONTACT_CHANGED,
        by=_SYSTEM,
        subject=f"contact-point:{contact.pk}",
        now=now,
        clinic=patient.clinic.slug,
        patient=patient.public_id,
        channel=contact.channel,
        change="bad",
        why=why,
    )


def end_devices(patient: Patient, addresses: Collection[str], *, now: datetime) -> None:
    """Devices that took no part in what another one got, because they are gone."""
    for device in ContactPoint.objects.filter(patient=patient, channel=ContactPoint.Channel.PUSH):
        if device.address in addresses:
            spoil(device, why="gone", now=now)


def _save(message: Message, *, now: datetime) -> None:
    message.state_at = now
    message.claim = None
    message.lease_until = None
    message.attempts = 0
    message.save(
        update_fields=[
            "state",
            "state_reason",
            "state_at",
            "send_after",
            "claim",
            "lease_until",
            "attempts",
        ]
    )

"""Messages of the simulated past: nobody was there to send them, so they are entered as sent.

They never reach a channel. What was planned while a history was told, and would have left before
something else happened, gets the delivery it would have had.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from messaging import purposes, rendering
from messaging.models import Delivery, Message
from messaging.quiet_hours import next_open, zone_of
from people.models import Clinic, ContactPoint

_PAST = timedelta(days=1)


def enter_as_sent(clinics: Iterable[Clinic], *, now: datetime) -> int:
    """Give every patient message of the past its delivery; returns how many."""
    overtaken = Q(state=Message.State.WITHDRAWN, state_at__gt=F("send_after") + timedelta(hours=12))
    past = Message.objects.filter(
        Q(state=Message.State.PLANNED) | overtaken,
        clinic__in=list(clinics),
        patient__isnull=False,
        send_after__lt=now - _PAST,
        # What is planned as of now is for the product itself to send.
        created_at__lt=now - _PAST,
    ).select_related("patient__clinic", "clinic")
    points = _points(past.values_list("patient_id", flat=True))
    messages, deliveries = [], []
    for message in past.order_by("send_after", "pk"):
        point = points.get(message.patient_id or 0)
        if point is None or message.patient is None:
            continue
        sent_at = next_open(message.send_after, zone_of(message.patient.zone))
        message.state, message.state_reason = Message.State.DELIVERED, ""
        message.state_at = sent_at + timedelta(seconds=40)
        message.read_at = sent_at + timedelta(hours=3)
        messages.append(message)
        deliveries.append(_delivery(message, point, sent_at=sent_at))
    Message.objects.bulk_update(
        messages, ["state", "state_reason", "state_at", "read_at"], batch_size=500
    )
    Delivery.objects.bulk_create(deliveries, batch_size=500)
    return len(deliveries)


def _points(patients: Iterable[int | None]) -> dict[int, ContactPoint]:
    """The way of reaching each patient that is tried first."""
    rows = ContactPoint.objects.filter(patient_id__in=set(patients)).order_by("-rank")
    return {row.patient_id: row for row in rows}


def _delivery(message: Message, point: ContactPoint, *, sent_at: datetime) -> Delivery:
    purpose = purposes.named(message.purpose)
    language = rendering.language_for(message.patient.language if message.patient else "")
    text = rendering.render(
        template=purpose.template,
        variant=message.variant,
        channel=point.channel,
        language=language,
        clinic=message.clinic,
        # As dispatch keeps it: a task link is a secret.
        link="[link]" if purpose.task_link else f"{settings.SITE_URL}/",
    )
    return Delivery(
        message=message,
        channel=point.channel,
        attempt=1,
        contact_point=point,
        language=language,
        subject=text.subject,
        body=text.body,
        started_at=sent_at,
        outcome=Delivery.Outcome.ACCEPTED,
        outcome_at=sent_at + timedelta(seconds=2),
        receipt=Delivery.Receipt.DELIVERED,
        receipt_at=sent_at + timedelta(seconds=40),
    )


def let_wait_from(now: datetime) -> None:
    """What still waits has waited since the opening: before it nobody could have sent it."""
    Message.objects.filter(state=Message.State.PLANNED, send_after__lt=now).update(send_after=now)

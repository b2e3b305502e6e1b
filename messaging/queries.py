"""Reads about messages: the state of the queue, the ledger, what a person must look at."""

import uuid
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import BooleanField, Count, ExpressionWrapper, Min, OuterRef, Q, QuerySet

from messaging.models import ClinicLimits, Delivery, Message
from messaging.models.wishes import DAY_BEGINS, DAY_ENDS, MOST_A_MONTH
from people.kept import Given, HowMany, Kept, Values
from people.models import Clinic, ContactPoint, Patient


@dataclass(frozen=True, slots=True)
class Queue:
    """The outbox at one moment.

    Attributes:
        queued: messages that wait or are being sent.
        due: those of them whose time has come.
        oldest_due_age_s: seconds since the oldest of these became due; ``None`` without one.
        unknown: messages whose outcome is unknown and that nobody has looked at.
        for_a_person: everything that :func:`needs_a_person` would list, of all clinics.
    """

    queued: int
    due: int
    oldest_due_age_s: float | None
    unknown: int
    for_a_person: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One attempt, as the ledger shows it; ``outcome`` and ``receipt`` are words."""

    channel: str
    started_at: datetime
    outcome: str
    receipt: str
    receipt_at: datetime | None
    detail: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One message: what was meant, what became of it, and why (issue "why did she not get it?").

    Attributes:
        state: the code; ``state_words`` its words; ``why`` what explains it, possibly empty, and
            ``reason`` its code where it is one of :class:`Message.Why`.
        other_way: by a channel that earlier messages about the same did not use.
        read_at: when the patient saw it on their own page.
        waiting: it has not left yet; ``send_after`` says when it may.
        needs_a_person: somebody must look at it, and nobody has.
        deliveries: every attempt, oldest first.
    """

    public_id: uuid.UUID
    patient: uuid.UUID | None
    recipient: str
    purpose: str
    variant: str
    urgency: str
    other_way: bool
    state: str
    state_words: str
    state_at: datetime
    why: str
    reason: str
    waiting: bool
    created_at: datetime
    send_after: datetime
    expires_at: datetime
    needs_a_person: bool
    read_at: datetime | None
    handled_at: datetime | None
    handled_by: str
    handled_note: str
    deliveries: tuple[DeliveryRow, ...]


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message in one line: what for, and what became of it."""

    public_id: uuid.UUID
    purpose: str
    state: str
    state_words: str
    state_at: datetime
    needs_a_person: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """How many messages reached nobody, and how many addresses do not work."""

    messages: int
    addresses: int


@dataclass(frozen=True, slots=True)
class BadAddress:
    """An address of a patient that does not work: a task for staff until it is corrected."""

    patient: uuid.UUID
    name: str
    channel: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """At which hours messages of a clinic may leave, and how many go to one patient in 30 days."""

    day_begins: time
    day_ends: time
    most_a_month: int


# So long after its time a message has been sent, has ended, or is a person's business (G2).
STUCK_AFTER = timedelta(minutes=30)

_FEW = 4
_WAITING = Q(state__in=[Message.State.PLANNED, Message.State.CLAIMED])
# A safety message that was not sent is a person's business; a courtesy that expired is nobody's.
_BROKEN = Q(
    state__in=[
        Message.State.UNDELIVERED,
        Message.State.REFUSED,
        Message.State.UNKNOWN,
        Message.State.FAILED,
    ]
) | Q(
    state__in=[Message.State.EXPIRED, Message.State.SUPPRESSED],
    urgency__in=["safety", "escalation"],
)
_FOR_A_PERSON = _BROKEN & Q(handled_at__isnull=True)
# A number or mailbox that messages come back from. A device ends by itself, and nobody corrects
# what its owner has switched off.
FAILS = Q(bad_at__isnull=False, opted_out_at__isnull=True) & ~Q(channel=ContactPoint.Channel.PUSH)
_WAITING_STATES = {Message.State.PLANNED.value, Message.State.CLAIMED.value}
_STATES = {state.value: str(state.label) for state in Message.State}
_REASONS = {reason.value: str(reason.label) for reason in Message.Why}


# What a reader of the ledger asks for, by the name that stands in the page's address.
GROUPS: dict[str, Q] = {
    "waiting": _WAITING,
    "sent": Q(state__in=[Message.State.ACCEPTED, Message.State.DELIVERED]),
    "not-sent": Q(
        state__in=[
            Message.State.EXPIRED,
            Message.State.SUPERSEDED,
            Message.State.WITHDRAWN,
            Message.State.SUPPRESSED,
        ]
    ),
    "failed": _BROKEN,
    "to-settle": _FOR_A_PERSON,
    # Told to staff, or tried by another way because the first brought no answer.
    "escalated": Q(urgency="escalation") | Q(other_way=True),
}


def ledger(
    *,
    clinic: str,
    patient: uuid.UUID | None = None,
    group: str = "",
    purpose: str = "",
    limit: int = 100,
    skip: int = 0,
) -> list[LedgerRow]:
    """Every message of a clinic, or of one of its patients, the latest to be sent first.

    Args:
        clinic: slug; messages of other clinics are never shown.
        patient: public id.
        group: one of ``GROUPS``; anything else means all.
        purpose: a purpose's name; empty means all.
        limit: at most so many rows, in three queries.
        skip: so many of the latest are left out: an earlier page shows them.
    """
    found = _of_clinic(clinic).filter(GROUPS.get(group, Q()))
    if patient is not None:
        found = found.filter(patient__public_id=patient)
    if purpose:
        found = found.filter(purpose=purpose)
    return _rows(found.order_by("-send_after", "-pk")[skip : skip + limit])


def needs_a_person(*, clinic: str, limit: int = 100) -> list[LedgerRow]:
    """Messages that did not reach their person and that nobody has handled, oldest first (G2).

    Undelivered, refused, unknown and failed ones of any urgency; safety messages and escalations
    also when they expired or were not allowed out.
    """
    found = _of_clinic(clinic).filter(_FOR_A_PERSON)
    return _rows(found.order_by("state_at", "pk")[:limit])


def one(*, clinic: str, public_id: uuid.UUID) -> LedgerRow | None:
    """One message of the clinic with every attempt; ``None`` for another clinic's or none."""
    rows = _rows(Message.objects.filter(clinic__slug=clinic, public_id=public_id))
    return rows[0] if rows else None


def count_for_a_person(*, clinic: str) -> int:
    """How many messages :func:`needs_a_person` would list."""
    return lost(clinic=clinic).messages


def lost(*, clinic: str) -> Lost:
    """What :func:`needs_a_person` and :func:`bad_addresses` would list, counted."""
    (row,) = _LOST.ask(clinic=clinic)
    return Lost(*row)


def about_messages(patient: Patient) -> dict[Kept, Values]:
    """What :func:`newest_to` asks, for a page that asks all at once."""
    return {NEWEST: {"patient": patient.pk, "clinic": patient.clinic_id}}


def newest_to(patient: Patient) -> list[MessageLine]:
    """The few of the clinic's messages to a patient that were sent last, or wait."""
    rows = NEWEST.ask(**about_messages(patient)[NEWEST])
    return [
        MessageLine(
            public_id=row.public_id,
            purpose=row.purpose,
            state=row.state,
            state_words=_STATES[row.state],
            state_at=row.state_at,
            needs_a_person=row.needs,
        )
        for row in rows
    ]


def _of_clinic(slug: str) -> QuerySet[Message]:
    """By a value, not a join: only then is the latest row the first of an index, not of a sort."""
    return Message.objects.filter(clinic=Clinic.objects.filter(slug=slug)[:1])


def bad_addresses(*, clinic: str, limit: int = 100) -> list[BadAddress]:
    """Numbers and mailboxes that failed, the oldest first; devices end by themselves (REM-16)."""
    found = ContactPoint.objects.filter(FAILS, patient__clinic__slug=clinic)
    found = found.select_related("patient").order_by("bad_at", "pk")
    return [
        BadAddress(
            patient=point.patient.public_id,
            name=point.patient.full_name,
            channel=point.get_channel_display(),
            since=point.bad_at or point.created_at,
        )
        for point in found[:limit]
    ]


_LOST = Kept(
    lambda: Clinic.objects.filter(slug=Given("clinic")).annotate(
        messages_lost=HowMany(Message.objects.filter(_FOR_A_PERSON, clinic_id=OuterRef("pk"))),
        addresses=HowMany(ContactPoint.objects.filter(FAILS, patient__clinic_id=OuterRef("pk"))),
    ),
    *("messages_lost", "addresses"),
)
NEWEST = Kept(
    lambda: (
        Message.objects.filter(patient_id=Given("patient"), clinic_id=Given("clinic"))
        .annotate(needs=ExpressionWrapper(_FOR_A_PERSON, BooleanField()))
        .order_by("-send_after", "-pk")[:_FEW]
    ),
    *("public_id", "purpose", "state", "state_at", "needs"),
)


def _rows(found: QuerySet[Message]) -> list[LedgerRow]:
    chosen = found.select_related("patient", "user", "handled_by").prefetch_related("deliveries")
    needing = set(
        Message.objects.filter(_FOR_A_PERSON, pk__in=[each.pk for each in chosen]).values_list(
            "pk", flat=True
        )
    )
    return [_row(message, needs=message.pk in needing) for message in chosen]


def _row(message: Message, *, needs: bool) -> LedgerRow:
    person, user = message.patient, message.user
    return LedgerRow(
        public_id=message.public_id,
        patient=person.public_id if person else None,
        recipient=person.full_name if person else str(user),
        purpose=message.purpose,
        variant=message.variant,
        urgency=message.urgency,
        other_way=message.other_way,
        state=message.state,
        state_words=message.get_state_display(),
        state_at=message.state_at,
        why=_REASONS.get(message.state_reason, message.state_reason),
        reason=message.state_reason if message.state_reason in _REASONS else "",
        waiting=message.state in _WAITING_STATES,
        created_at=message.created_at,
        send_after=message.send_after,
        expires_at=message.expires_at,
        needs_a_person=needs,
        read_at=message.read_at,
        handled_at=message.handled_at,
        handled_by=str(message.handled_by or ""),
        handled_note=message.handled_note,
        deliveries=tuple(
            _delivery_row(delivery)
            for delivery in sorted(message.deliveries.all(), key=lambda each: each.pk)
        ),
    )


def _delivery_row(delivery: Delivery) -> DeliveryRow:
    return DeliveryRow(
        channel=delivery.get_channel_display(),
        started_at=delivery.started_at,
        outcome=delivery.get_outcome_display(),
        receipt=delivery.get_receipt_display() if delivery.receipt else "",
        receipt_at=delivery.receipt_at,
        detail=delivery.detail,
        subject=delivery.subject,
        body=delivery.body,
    )


def queue(*, now: datetime) -> Queue:
    """The state of the outbox, for health and metrics; counts only, nothing about anybody."""
    due = _WAITING & Q(send_after__lte=now)
    counts = Message.objects.filter(_WAITING | _FOR_A_PERSON).aggregate(
        queued=Count("pk", filter=_WAITING),
        due=Count("pk", filter=due),
        oldest=Min("send_after", filter=due),
        unknown=Count("pk", filter=_FOR_A_PERSON & Q(state=Message.State.UNKNOWN)),
        for_a_person=Count("pk", filter=_FOR_A_PERSON),
    )
    oldest = counts.pop("oldest")
    return Queue(oldest_due_age_s=oldest and (now - oldest).total_seconds(), **counts)


def is_stuck(*, now: datetime) -> bool:
    """Whether a message still waits though its time came ``STUCK_AFTER`` ago: G2 does not hold."""
    return Message.objects.filter(_WAITING, send_after__lte=now - STUCK_AFTER).exists()


def limits_of(*, clinic: str) -> Limits:
    """The clinic's limits, or the defaults."""
    row = ClinicLimits.objects.filter(clinic__slug=clinic).first()
    if row is None:
        return Limits(DAY_BEGINS, DAY_ENDS, MOST_A_MONTH)
    return Limits(row.day_begins, row.day_ends, row.most_a_month)

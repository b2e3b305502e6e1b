"""What is known about messages that may leave: read for a whole batch, one statement a kind.

The verdict (``checks``, ``kindness``) asks nothing itself; it only weighs what is here. So fifty
messages cost as many statements as one, and a rule can be read without the database in mind.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Q

from messaging.models import (
    ChannelPause,
    ClinicLimits,
    Delivery,
    Message,
    PatientHours,
    PurposeOptOut,
)
from messaging.purposes import UnknownPurpose, joining, named
from people.models import ContactPoint

K = TypeVar("K")
V = TypeVar("V")

A_MONTH = timedelta(days=30)

_SENT = (Message.State.ACCEPTED, Message.State.DELIVERED)
_IN_HAND = (Message.State.PLANNED, Message.State.CLAIMED)
# An attempt that may have reached the person, or will.
_TOLD = (Delivery.Outcome.ATTEMPTING, Delivery.Outcome.ACCEPTED, Delivery.Outcome.UNKNOWN)

# Why nobody wants what a message is about, by purpose and ``about``; ``None`` while it is wanted.
Unwanted = Mapping[tuple[str, str], str | None]


@dataclass(frozen=True, slots=True)
class Other:
    """Another message of the patient, due and not too late, that is still worth sending.

    Attributes:
        sent: it has gone; otherwise it is in hand.
        joins: it may be told in one message with others.
    """

    pk: int
    kind: str
    purpose: str
    about: str
    sent: bool
    joins: bool


@dataclass(frozen=True, slots=True)
class Told:
    """An attempt of the last thirty days, for another message, that may have reached the person."""

    message: int
    kind: str
    urgency: str
    started_at: datetime
    joins: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the verdict on one message rests on, as it was at one moment.

    Attributes:
        message: with its patient, clinic and user.
        deliveries: its own attempts so far, oldest first.
        unwanted: why nobody wants it any more, possibly empty; ``None`` while it is wanted.
        contacts: the patient's addresses, in the order in which they are tried.
        silenced: purposes of which the patient wants no messages.
        tried: channels by which other messages about the same thing went.
        pauses: providers that rest, or did until somebody tries them again.
    """

    message: Message
    deliveries: tuple[Delivery, ...]
    unwanted: str | None
    contacts: tuple[ContactPoint, ...]
    silenced: frozenset[str]
    hours: PatientHours | None
    limits: ClinicLimits | None
    others: tuple[Other, ...]
    told: tuple[Told, ...]
    tried: frozenset[str]
    pauses: Mapping[str, ChannelPause]


def known_about(messages: Sequence[Message], *, now: datetime) -> list[Facts]:
    """The facts of each message, in order: nine statements, and one for each question of a purpose.

    Args:
        messages: with ``patient__clinic``, ``clinic`` and ``user`` loaded.
        now: the moment of the decision.
    """
    patients = {each.patient_id for each in messages if each.patient_id is not None}
    clinics = {each.clinic_id for each in messages}
    deliveries = _grouped(
        Delivery.objects.filter(message__in=messages).order_by("started_at", "pk"),
        lambda each: each.message_id,
    )
    contacts: defaultdict[int | None, list[ContactPoint]] = _grouped(
        ContactPoint.objects.filter(patient__in=patients).order_by("rank", "pk"),
        lambda each: each.patient_id,
    )
    silenced: defaultdict[int | None, list[PurposeOptOut]] = _grouped(
        PurposeOptOut.objects.filter(patient__in=patients), lambda each: each.patient_id
    )
    hours: dict[int | None, PatientHours] = {
        each.patient_id: each for each in PatientHours.objects.filter(patient__in=patients)
    }
    limits = {each.clinic_id: each for each in ClinicLimits.objects.filter(clinic__in=clinics)}
    pauses = {each.channel: each for each in ChannelPause.objects.all()}
    others = _others(messages, patients, now=now)
    in_hand = {(each.purpose, each.about) for of in others.values() for each in of if not each.sent}
    unwanted = _unwanted(in_hand | {(each.purpose, each.about) for each in messages}, now=now)
    told = _told(patients, since=now - A_MONTH)
    tried = _tried([each for each in messages if each.other_way])
    return [
        Facts(
            message=message,
            deliveries=tuple(deliveries[message.pk]),
            unwanted=unwanted.get((message.purpose, message.about)),
            contacts=tuple(contacts[message.patient_id]),
            silenced=frozenset(each.purpose for each in silenced[message.patient_id]),
            hours=hours.get(message.patient_id),
            limits=limits.get(message.clinic_id),
            others=tuple(
                other
                for other in others[message.patient_id]
                if other.pk != message.pk and _counts(other, unwanted)
            ),
            told=tuple(each for each in told[message.patient_id] if each.message != message.pk),
            tried=frozenset(
                channel
                for other, channel in tried[message.about, message.patient_id]
                if other != message.pk
            ),
            pauses=pauses,
        )
        for message in messages
    ]


def _others(
    messages: Iterable[Message], patients: Collection[int], *, now: datetime
) -> defaultdict[int | None, list[Other]]:
    """What might go instead of one of the messages, or together with it."""
    joined = joining()
    kinds = {each.kind for each in messages if each.patient_id is not None}
    found = (
        Message.objects.filter(
            Q(kind__in=kinds, state__in=(*_SENT, *_IN_HAND))
            | Q(purpose__in=joined, state__in=_IN_HAND),
            patient__in=patients,
            send_after__lte=now,
            expires_at__gt=now,
        )
        .order_by("pk")
        .values_list("patient_id", "pk", "kind", "purpose", "about", "state")
    )
    others: defaultdict[int | None, list[Other]] = defaultdict(list)
    for patient, pk, kind, purpose, about, state in found:
        others[patient].append(
            Other(pk, kind, purpose, about, sent=state in _SENT, joins=purpose in joined)
        )
    return others


def _counts(other: Other, unwanted: Unwanted) -> bool:
    return other.sent or unwanted.get((other.purpose, other.about), "") is None


def _unwanted(subjects: Iterable[tuple[str, str]], *, now: datetime) -> Unwanted:
    """Asked of each purpose at once; a purpose that this version does not know answers nothing."""
    abouts = _grouped(subjects, lambda each: each[0])
    answers: dict[tuple[str, str], str | None] = {}
    for name, asked in abouts.items():
        try:
            purpose = named(name)
        except UnknownPurpose:
            continue
        said = purpose.why_unwanted_all({about for _, about in asked}, now=now)
        answers |= {(name, about): why for about, why in said.items()}
    return answers


def _told(patients: Collection[int], *, since: datetime) -> defaultdict[int | None, list[Told]]:
    joined = joining()
    found = Delivery.objects.filter(
        message__patient__in=patients, outcome__in=_TOLD, started_at__gt=since
    ).values_list(
        "message__patient_id",
        "message_id",
        "message__kind",
        "message__urgency",
        "started_at",
        "message__purpose",
    )
    told: defaultdict[int | None, list[Told]] = defaultdict(list)
    for patient, message, kind, urgency, started_at, purpose in found:
        told[patient].append(Told(message, kind, urgency, started_at, joins=purpose in joined))
    return told


def _tried(
    messages: Collection[Message],
) -> defaultdict[tuple[str, int | None], list[tuple[int, str]]]:
    """By which channels anything about the same thing went, for those that want another way."""
    found = Delivery.objects.filter(
        message__about__in={each.about for each in messages},
        message__patient__in={each.patient_id for each in messages},
    ).values_list("message__about", "message__patient_id", "message_id", "channel")
    tried: defaultdict[tuple[str, int | None], list[tuple[int, str]]] = defaultdict(list)
    for about, patient, message, channel in found:
        tried[about, patient].append((message, channel))
    return tried


def _grouped(found: Iterable[V], key: Callable[[V], K]) -> defaultdict[K, list[V]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for each in found:
        groups[key(each)].append(each)
    return groups

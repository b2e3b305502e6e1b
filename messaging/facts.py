"""What is known about messages that may leave: read for a whole batch, one statement a kind.

The statements are kept (``people.kept``) and asked in one round trip. The verdict (``checks``,
``kindness``) asks nothing itself; it only weighs what is here. So fifty messages cost as many
statements as one, and a rule can be read without the database in mind.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from messaging.models import (
    ChannelPause,
    ClinicLimits,
    Delivery,
    Message,
    PatientHours,
    PurposeOptOut,
)
from messaging.purposes import UnknownPurpose, joining, named, yielding
from people.kept import Given, Kept, ask
from people.models import ContactPoint

K = TypeVar("K")
V = TypeVar("V")

A_MONTH = timedelta(days=30)

_SENT = (Message.State.ACCEPTED, Message.State.DELIVERED)
_IN_HAND = (Message.State.PLANNED, Message.State.CLAIMED)
# An attempt that may have reached the person, or will.
_TOLD = (Delivery.Outcome.ATTEMPTING, Delivery.Outcome.ACCEPTED, Delivery.Outcome.UNKNOWN)

_DELIVERIES = Kept(
    lambda: Delivery.objects.filter(message_id__among=Given("messages")).order_by(
        "started_at", "pk"
    )
)
_CONTACTS = Kept(
    lambda: ContactPoint.objects.filter(patient_id__among=Given("patients")).order_by("rank", "pk")
)
_SILENCED = Kept(
    lambda: PurposeOptOut.objects.filter(patient_id__among=Given("patients")),
    "patient_id", "purpose",
)  # fmt: skip
_HOURS = Kept(lambda: PatientHours.objects.filter(patient_id__among=Given("patients")))
_LIMITS = Kept(lambda: ClinicLimits.objects.filter(clinic_id__among=Given("clinics")))
_PAUSES = Kept(lambda: ChannelPause.objects.all())
# What might go instead of one of the messages, or together with it.
_OTHERS = Kept(
    lambda: Message.objects.filter(
        patient_id__among=Given("patients"),
        state__in=(*_SENT, *_IN_HAND),
        send_after__lte=Given("now"),
        expires_at__gt=Given("now"),
    ).order_by("pk"),
    "patient_id", "pk", "kind", "purpose", "about", "state",
)  # fmt: skip
_TOLD_LATELY = Kept(
    lambda: Delivery.objects.filter(
        message__patient_id__among=Given("patients"),
        outcome__in=_TOLD,
        started_at__gt=Given("since"),
    ),
    "message__patient_id", "message_id", "message__kind", "message__urgency", "started_at",
    "message__purpose",
)  # fmt: skip
# By which channels anything about the same thing went, for those that want another way.
_TRIED = Kept(
    lambda: Delivery.objects.filter(
        message__about__among=Given("abouts"), message__patient_id__among=Given("patients")
    ),
    "message__about", "message__patient_id", "message_id", "channel",
)  # fmt: skip

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
    """An attempt of the last thirty days, for another message, that may have reached the person.

    ``joins``: it spoke for whatever was due with it; ``yields``: it was a reminder that did not.
    """

    message: int
    kind: str
    urgency: str
    started_at: datetime
    joins: bool
    yields: bool


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
    """The facts of each message, in order: one round trip, and one for each question of a purpose.

    Args:
        messages: with ``patient__clinic``, ``clinic`` and ``user`` loaded.
        now: the moment of the decision.
    """
    if not messages:
        return []
    patients = list({each.patient_id for each in messages if each.patient_id is not None})
    for_another_way = [each for each in messages if each.other_way]
    of_patients = {"patients": patients}
    tries, ways, opt_outs, own_hours, of_clinics, resting, near, lately, by = ask(
        {
            _DELIVERIES: {"messages": [each.pk for each in messages]},
            _CONTACTS: of_patients,
            _SILENCED: of_patients,
            _HOURS: of_patients,
            _LIMITS: {"clinics": list({each.clinic_id for each in messages})},
            _PAUSES: {},
            _OTHERS: {**of_patients, "now": now},
            _TOLD_LATELY: {**of_patients, "since": now - A_MONTH},
            _TRIED: {
                "abouts": [each.about for each in for_another_way],
                "patients": [each.patient_id for each in for_another_way if each.patient_id],
            },
        }
    )
    deliveries: Mapping[int, list[Delivery]] = _grouped(tries, lambda each: each.message_id)
    contacts: Mapping[int | None, list[ContactPoint]] = _grouped(ways, lambda each: each.patient_id)
    silenced: Mapping[int | None, list[Any]] = _grouped(opt_outs, lambda each: each.patient_id)
    hours: dict[int | None, PatientHours] = {each.patient_id: each for each in own_hours}
    limits: dict[int, ClinicLimits] = {each.clinic_id: each for each in of_clinics}
    pauses: dict[str, ChannelPause] = {each.channel: each for each in resting}
    others = _others(near, {each.kind for each in messages})
    told, tried = _told(lately), _tried(by)
    in_hand = {(each.purpose, each.about) for of in others.values() for each in of if not each.sent}
    unwanted = _unwanted(in_hand | {(each.purpose, each.about) for each in messages}, now=now)
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


def _others(found: Iterable[Any], kinds: Collection[str]) -> defaultdict[int | None, list[Other]]:
    """Of the kinds in question what has gone as well; of what joins only what is in hand."""
    joined = joining()
    others: defaultdict[int | None, list[Other]] = defaultdict(list)
    for patient, pk, kind, purpose, about, state in found:
        sent, joins = state in _SENT, purpose in joined
        if kind in kinds or (joins and not sent):
            others[patient].append(Other(pk, kind, purpose, about, sent=sent, joins=joins))
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


def _told(found: Iterable[Any]) -> defaultdict[int | None, list[Told]]:
    joined, yielded = joining(), yielding()
    told: defaultdict[int | None, list[Told]] = defaultdict(list)
    for patient, message, kind, urgency, started_at, purpose in found:
        told[patient].append(
            Told(
                message,
                kind,
                urgency,
                started_at,
                joins=purpose in joined,
                yields=purpose in yielded,
            )
        )
    return told


def _tried(found: Iterable[Any]) -> defaultdict[tuple[str, int | None], list[tuple[int, str]]]:
    tried: defaultdict[tuple[str, int | None], list[tuple[int, str]]] = defaultdict(list)
    for about, patient, message, channel in found:
        tried[about, patient].append((message, channel))
    return tried


def _grouped(found: Iterable[V], key: Callable[[V], K]) -> defaultdict[K, list[V]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for each in found:
        groups[key(each)].append(each)
    return groups

"""What a patient sees of messaging: the inbox, and the ways and wishes of being reached."""

from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import F, Q, QuerySet

from messaging.models import Message, PatientHours, PurposeOptOut
from people.models import ContactPoint, Patient

MOST_SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """One message in the inbox.

    Attributes:
        at: since when it lies there.
        new: it has not been read.
        over: what it was about has been settled since.
        channel: by which way it was sent as well; empty where it was not.
    """

    at: datetime
    purpose: str
    variant: str
    new: bool
    over: bool
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to reach the patient, in the order in which they are tried.

    ``proven``: a link that was sent there has been opened with the birth date. ``address`` is
    shortened so that it is recognised and not told; a device has its ``label``. ``off_since`` and
    ``bad_since``: when the patient switched it off, and when it was found not to work.
    """

    pk: int
    channel: str
    address: str
    label: str
    on: bool
    bad: bool
    proven: bool
    since: datetime
    off_since: datetime | None
    bad_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Ways in order, hours of one's own, and kinds of message that are not wanted."""

    ways: tuple[Way, ...]
    hours: tuple[time, time] | None
    unwanted: frozenset[str]

    @property
    def silent(self) -> bool:
        """Whether no way is left by which anything could come."""
        return not any(way.on and not way.bad for way in self.ways)


def inbox(patient: Patient, *, now: datetime) -> tuple[InboxRow, ...]:
    """What lies in the patient's inbox, newest first, whether or not it left by another way."""
    rows = _lying(patient, now=now).prefetch_related("deliveries").order_by("-inbox_from", "-pk")
    return tuple(_inbox_row(message) for message in rows[:MOST_SHOWN])


def unread(patient: Patient, *, now: datetime) -> int:
    """How many of them are new."""
    lying = _lying(patient, now=now).exclude(state=Message.State.WITHDRAWN)
    return lying.filter(read_at__isnull=True).count()


def wishes(patient: Patient, *, whole: bool = False) -> Wishes:
    """How the patient wants to be reached; ``whole`` addresses are for who may correct them."""
    hours = PatientHours.objects.filter(patient=patient).first()
    ways = ContactPoint.objects.filter(patient=patient).order_by("rank", "pk")
    return Wishes(
        ways=tuple(
            Way(
                pk=way.pk,
                channel=way.channel,
                address=way.address if whole and way.channel != "push" else _shortened(way),
                label=way.label,
                on=way.opted_out_at is None,
                bad=way.bad_at is not None,
                proven=way.verified_at is not None,
                since=way.created_at,
                off_since=way.opted_out_at,
                bad_since=way.bad_at,
            )
            for way in ways
        ),
        hours=(hours.day_begins, hours.day_ends) if hours is not None else None,
        unwanted=frozenset(
            PurposeOptOut.objects.filter(patient=patient).values_list("purpose", flat=True)
        ),
    )


def _lying(patient: Patient, *, now: datetime) -> QuerySet[Message]:
    """Come, and neither replaced by a newer one nor taken back before anybody could see it."""
    taken_back_before = Q(state=Message.State.WITHDRAWN, state_at__lte=F("inbox_from"))
    return (
        Message.objects.filter(patient=patient, inbox_from__lte=now)
        .exclude(state=Message.State.SUPERSEDED, state_reason=Message.Why.NEWER)
        .exclude(taken_back_before)
    )


def _inbox_row(message: Message) -> InboxRow:
    gone = [each.channel for each in message.deliveries.all() if each.outcome == "accepted"]
    over = (
        message.state == Message.State.WITHDRAWN
        and message.state_reason != Message.Why.READ_IN_INBOX
    )
    return InboxRow(
        at=message.inbox_from or message.created_at,
        purpose=message.purpose,
        variant=message.variant,
        new=message.read_at is None and not over,
        over=over,
        channel=gone[-1] if gone else "",
    )


def _shortened(way: ContactPoint) -> str:
    if way.channel == ContactPoint.Channel.PUSH:
        return ""
    if way.channel == ContactPoint.Channel.SMS:
        return f"…{way.address[-3:]}"
    name, _, domain = way.address.partition("@")
    return f"{name[:2]}…@{domain}"

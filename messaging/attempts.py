"""Attempts: the text that is going to leave, and the row that says so before it does (G3)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from messaging.channels.base import Channel, Outgoing
from messaging.facts import Facts
from messaging.models import Delivery, Message
from messaging.purposes import Audience
from messaging.rendering import SEVERAL, Text, as_html, language_for, render
from messaging.verdicts import Go
from people import links, sign_in
from people.guardian_queries import guardian_of

# Stands for a task link in the text we keep: whoever reads the ledger cannot use the link.
_LINK_KEPT = "[link]"
_KEYS = uuid.UUID("6f0f6a5e-3c0e-5d55-9a43-9f6c5a0a7c11")


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that may leave: what the network gets, and what is kept of it."""

    go: Go
    message: Message
    outgoing: Outgoing
    language: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A committed attempt, ready for the network; ``quick`` if it began so (``quick``)."""

    delivery_id: int
    channel: Channel
    outgoing: Outgoing
    quick: bool = False


def drafted(facts: Facts, go: Go, *, now: datetime) -> Draft:
    """The text of a message for the way it goes; raises what rendering raises."""
    message = facts.message
    key = uuid.uuid5(_KEYS, f"{message.key}:{go.channel}:{go.address_id}")
    link = settings.SITE_URL + _path(message, go)
    text = _text(message, go, link=link)
    same = [delivery for delivery in facts.deliveries if delivery.key == key]
    earlier = min(same, key=lambda delivery: delivery.attempt, default=None)
    if earlier is not None:
        # A provider that knows the key compares the text as well (G4).
        text = Text(
            language=earlier.language,
            sender=text.sender,
            subject=earlier.subject,
            body=earlier.body.replace(_LINK_KEPT, link),
        )
    return Draft(
        go=go,
        message=message,
        outgoing=Outgoing(
            key=key,
            address=go.address,
            sender=text.sender,
            subject=text.subject,
            body=text.body,
            html=as_html(text, link=link) if go.channel == Delivery.Channel.EMAIL else "",
            at=now,
            also=go.also,
        ),
        language=text.language,
        subject=text.subject,
        body=text.body.replace(link, _LINK_KEPT) if _opens(go) else text.body,
    )


def let_in(drafts: Sequence[Draft], *, now: datetime) -> None:
    """Make the task links that the texts carry, in one statement."""
    links.issue_all(
        [
            links.Door(
                patient_id=draft.message.patient_id,
                # One that stands for several opens the page that lists them.
                about=f"message:{draft.message.public_id}"
                if draft.go.several
                else draft.message.about,
                expires_at=now + draft.go.purpose.link_lasts,
                key=draft.message.key,
            )
            for draft in drafts
            if draft.go.purpose.task_link and draft.message.patient_id is not None
        ],
        now=now,
    )


def begin(draft: Draft, channel: Channel, *, earlier: Sequence[Delivery], now: datetime) -> Attempt:
    """Write the attempt down, in the caller's transaction, which holds the message."""
    delivery = Delivery.objects.create(
        message=draft.message,
        key=draft.outgoing.key,
        channel=draft.go.channel,
        attempt=sum(each.channel == draft.go.channel for each in earlier) + 1,
        contact_point=draft.go.contact,
        language=draft.language,
        subject=draft.subject,
        body=draft.body,
        started_at=now,
    )
    return Attempt(delivery.pk, channel=channel, outgoing=draft.outgoing)


def _path(message: Message, go: Go) -> str:
    """The address in the text: a task link, or the page to sign in at."""
    if message.patient_id is not None and go.purpose.task_link:
        return links.path_for(message.key)
    if go.purpose.sign_in_link:
        return sign_in.path_of(message.key)
    return "/clinic/" if go.purpose.audience is Audience.STAFF else "/"


def _opens(go: Go) -> bool:
    """Whether the link lets somebody in, so that nobody else may read it anywhere."""
    return go.purpose.task_link or go.purpose.sign_in_link


def _spoken(message: Message) -> str:
    if message.patient is not None:
        return message.patient.language
    guardian = guardian_of(message.user) if message.user is not None else None
    return guardian.language if guardian is not None else settings.LANGUAGE_CODE


def _text(message: Message, go: Go, *, link: str) -> Text:
    wanted = _spoken(message)
    return render(
        template=SEVERAL if go.several else go.purpose.template,
        variant="" if go.several else message.variant,
        channel=go.channel,
        language=language_for(wanted),
        clinic=message.clinic,
        link=link,
    )

"""Texts as patients would get them, for those who decide about them: nothing is sent."""

from dataclasses import dataclass

from django.conf import settings

from messaging import purposes
from messaging.models import Delivery
from messaging.purposes import Audience
from messaging.rendering import SEVERAL, render
from people.models import Clinic

_LINK = f"{settings.SITE_URL}/t/…"
# Texts that belong to no purpose: the one that stands for several, and the answers to a text.
_WITHOUT_PURPOSE = {
    "welcome": ("welcome", ("",)),
    SEVERAL: (SEVERAL, ("",)),
    "reply": ("reply", ("stop", "start", "help", "other")),
}
_CHANNELS = (Delivery.Channel.SMS, Delivery.Channel.EMAIL, Delivery.Channel.PUSH)


@dataclass(frozen=True, slots=True)
class Sample:
    """One text: ``variant`` says which step it is for, ``subject`` is an e-mail's."""

    variant: str
    channel: str
    language: str
    subject: str
    body: str


def texted() -> tuple[str, ...]:
    """Names under which there are texts to patients."""
    names = [each.name for each in purposes.all_purposes() if each.audience is Audience.PATIENT]
    return (*names, *_WITHOUT_PURPOSE)


def samples(name: str, clinic: Clinic) -> list[Sample]:
    """Every variant of a purpose's text by channel and language, with the clinic's own name.

    Raises:
        UnknownPurpose: there is no such purpose.
    """
    if name in _WITHOUT_PURPOSE:
        template, variants = _WITHOUT_PURPOSE[name]
    else:
        purpose = purposes.named(name)
        template, variants = purpose.template, purpose.variants
    channels = _CHANNELS[:1] if name == "reply" else _CHANNELS
    found = []
    for variant in variants:
        for channel in channels:
            for language, spoken in settings.LANGUAGES:
                text = render(
                    template=template,
                    variant=variant,
                    channel=channel.value,
                    language=language,
                    clinic=clinic,
                    link=_LINK,
                )
                way, said = str(channel.label), str(spoken)
                found.append(Sample(variant, way, said, text.subject, text.body))
    return found

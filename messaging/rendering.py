"""From a message to the text that leaves: rendered at the moment of sending (R4)."""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.template import Context, Engine, Template
from django.template.loader import render_to_string

from messaging.neutrality import fits_one_text, forbidden_words, gsm
from people.models import Clinic

# What a clinic is called where its own name says too much, or does not fit.
_PLAIN_NAME = {"en": "Your clinic", "es": "Tu clinica"}
_FALLBACK = "en"
# Takes the link's room in a text that is kept; of the GSM alphabet, and in no text of ours.
_LINK_HERE = "§"
# The text that stands for several reminders of one day.
SEVERAL = "several"


class NotNeutral(ValueError):
    """A text would say something about somebody's health; it is not sent."""


@dataclass(frozen=True, slots=True)
class Text:
    """What one person will read: ``subject`` is empty but for e-mail."""

    language: str
    sender: str
    subject: str
    body: str


def language_for(wanted: str) -> str:
    """The language we have texts in that is nearest to the wanted one: ``es-MX`` reads ``es``."""
    base = wanted.replace("_", "-").split("-")[0].lower()
    return base if base in dict(settings.LANGUAGES) else _FALLBACK


def neutral_name(clinic: str, language: str) -> str:
    """The clinic's name, or a plain one where its own says what it treats."""
    name = " ".join(clinic.split())
    return _PLAIN_NAME.get(language, _PLAIN_NAME[_FALLBACK]) if forbidden_words(name) else name


def render(
    *, template: str, variant: str, channel: str, language: str, clinic: Clinic, link: str
) -> Text:
    """The text of a message for one channel.

    A text message whose clinic name is too long, or not writable in the GSM alphabet, carries a
    plain name instead, so that the whole text with its full link stays one segment.

    Args:
        template: the purpose's base name; ``variant`` chooses among its texts.
        channel: ``sms``, ``email``, or ``push``, which shows the subject of the e-mail.
        language: one of ``settings.LANGUAGES``.
        link: absolute address; the only thing in the text that belongs to the person.

    Raises:
        NotNeutral: the text says more than it may (REM-18).
        TemplateDoesNotExist: nobody wrote it.
    """
    name = f"{template}.{variant}" if variant else template
    kind = "email" if channel == "push" else channel
    source = Engine.get_default().get_template(f"messages/{language}/{name}.{kind}.txt")
    sender, frame = _framed(source, channel, language, clinic.name, clinic.phone, len(link))
    text = frame.replace(_LINK_HERE * len(link), link)
    if channel == "sms":
        return Text(language=language, sender=sender, subject="", body=text)
    subject, _, body = text.partition("\n\n")
    if channel == "push":
        # The clinic's name is the title already.
        words = subject.removeprefix(f"{sender}: ")
        said = f"{words[:1].upper()}{words[1:]}\n{link}"
        return Text(language=language, sender=sender, subject="", body=said)
    return Text(language=language, sender=sender, subject=subject, body=body)


@lru_cache(maxsize=512)
def _framed(
    source: Template, channel: str, language: str, clinic: str, phone: str, room: int
) -> tuple[str, str]:
    """The sender and the text with room for the link: the same for everybody whom it is sent to."""
    plain = _PLAIN_NAME.get(language, _PLAIN_NAME[_FALLBACK])
    sender = neutral_name(clinic, language)
    if channel == "sms":
        sender = gsm(sender) or plain

    def written(as_name: str) -> str:
        values = {"clinic": as_name, "link": _LINK_HERE * room, "phone": phone}
        return str(source.render(Context(values))).strip()

    text = written(sender)
    if channel == "sms" and not fits_one_text(text):
        text = written(plain)
    if found := forbidden_words(text):
        raise NotNeutral(f"{source.name}: {', '.join(found)}")
    return sender, text


def as_html(text: Text, *, link: str) -> str:
    """The body of an e-mail marked up: paragraphs, and the link as a link."""
    return render_to_string(
        "messages/email.html",
        {
            "language": text.language,
            "subject": text.subject,
            "paragraphs": text.body.split("\n\n"),
            "link": link,
        },
    )

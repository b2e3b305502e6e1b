"""E-mail over SMTP."""

import smtplib
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email

from messaging.channels.base import Accepted, NoAnswer, Outgoing, Refused, Unreachable

_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
_MAILBOX_UNKNOWN = {550, 551, 553}


class Email:
    """One SMTP message per delivery, one connection per message.

    ``Message-ID`` and ``X-IsoTrack-Delivery`` are the delivery's key, the same on a retry, so that
    a mailbox or a relay may drop the second copy.
    """

    name = "email"

    def send(self, outgoing: Outgoing) -> Accepted:
        """See :class:`messaging.channels.base.Channel`."""
        check_address(outgoing)
        connection = get_connection(_BACKEND)
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(type(error).__name__) from None
        try:
            connection.send_messages([letter(outgoing)])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _refusal(code, text) from None
        except smtplib.SMTPResponseException as error:
            # SMTPSenderRefused and SMTPDataError: the server answered, and the answer was no.
            raise _refusal(error.smtp_code, b"5.7.0 not about the address") from None
        except (OSError, smtplib.SMTPException) as error:
            raise NoAnswer(type(error).__name__) from None
        finally:
            _hang_up(connection)
        return Accepted()

    def close(self) -> None:
        """Nothing is kept open."""


def check_address(outgoing: Outgoing) -> None:
    """Refuse before the network what is no address; a line break in it is never a header."""
    try:
        validate_email(outgoing.address)
    except ValidationError:
        raise Refused("not an address", bad_address=True) from None


def letter(outgoing: Outgoing) -> EmailMultiAlternatives:
    """The e-mail of a delivery, the same whoever carries it."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    message = EmailMultiAlternatives(
        subject=outgoing.subject,
        body=outgoing.body,
        # The clinic's name, not the product's, which would say what the message is about.
        from_email=formataddr((outgoing.sender, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[outgoing.address],
        headers={
            "Message-ID": f"<{outgoing.key}@{host}>",
            "X-IsoTrack-Delivery": str(outgoing.key),
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(outgoing.html, "text/html")
    return message


def _refusal(code: int, text: bytes | str) -> Refused | Unreachable:
    """5xx is for good; 4xx is "come back later". A 5.7 status is about policy, not the mailbox."""
    if not 500 <= code < 600:
        return Unreachable(f"smtp {code}")
    said = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    about_policy = said.startswith("5.7.")
    return Refused(f"smtp {code}", bad_address=code in _MAILBOX_UNKNOWN and not about_policy)


def _hang_up(connection: object) -> None:
    """Close; how the farewell goes changes nothing about what was accepted."""
    try:
        connection.close()  # type: ignore[attr-defined]
    except (OSError, smtplib.SMTPException):
        return

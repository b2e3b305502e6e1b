"""The channels of this installation: one file each, one contract."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings

from messaging.channels.base import Channel
from messaging.channels.console import Console
from messaging.channels.email import Email
from messaging.channels.email_hosted import HostedEmail
from messaging.channels.push import Push
from messaging.channels.sms_twilio import SmsTwilio
from messaging.channels.sms_webhook import SmsWebhook


@contextmanager
def opened() -> Iterator[Mapping[str, Channel]]:
    """The configured channels by name, closed at the end.

    Without a provider there is no text channel: a text printed where nobody reads it would be a
    text lost in silence. The next channel of the person is used instead.
    """
    email = Email() if settings.EMAIL_PROVIDER == "smtp" else HostedEmail()
    channels: dict[str, Channel] = {"email": email}
    if settings.SMS_PROVIDER == "webhook":
        channels["sms"] = SmsWebhook()
    elif settings.SMS_PROVIDER == "twilio":
        channels["sms"] = SmsTwilio()
    elif settings.SMS_PROVIDER == "console" and settings.DEBUG:
        channels["sms"] = Console()
    if settings.VAPID_PUBLIC_KEY:
        channels["push"] = Push()
    try:
        yield channels
    finally:
        for channel in channels.values():
            channel.close()

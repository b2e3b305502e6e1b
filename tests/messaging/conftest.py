"""Servers to send to, and a clean slate."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from isotrack import env
from tests.messaging import world
from tests.messaging.sinks import (
    Sink,
    mail_sink,
    mailgun_sink,
    postmark_sink,
    push_sink,
    sms_sink,
    twilio_sink,
)

# Made for these tests; it opens nothing.
VAPID_KEY = urlsafe_b64encode(b"\x07" * 32).decode().rstrip("=")
SECRET = "shared-with-the-sms-provider"


@pytest.fixture(autouse=True)
def _nothing_is_unwanted() -> Iterator[None]:
    world.ANSWERS.clear()
    yield
    world.ANSWERS.clear()


@pytest.fixture
def sms(settings: Any) -> Iterator[Sink]:
    """An SMS provider, and settings that use it."""
    with sms_sink() as sink:
        settings.SMS_PROVIDER = "webhook"
        settings.SMS_WEBHOOK_URL = sink.address
        settings.SMS_WEBHOOK_SECRET = SECRET
        yield sink


@pytest.fixture
def twilio(settings: Any) -> Iterator[Sink]:
    """Twilio, and settings that use it."""
    with twilio_sink() as sink:
        settings.SMS_PROVIDER = "twilio"
        settings.TWILIO_ACCOUNT_SID = "AC1"
        settings.TWILIO_AUTH_TOKEN = SECRET
        settings.TWILIO_FROM = "+12025550100"
        settings.TWILIO_MESSAGING_SERVICE_SID = ""
        settings.TWILIO_API_URL = sink.address.removesuffix("/send")
        yield sink


@pytest.fixture
def mail(settings: Any) -> Iterator[Sink]:
    """A mail server, and settings that use it."""
    with mail_sink() as sink:
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = sink.port
        yield sink


@pytest.fixture
def mailgun(settings: Any) -> Iterator[Sink]:
    """Mailgun, and settings that use it."""
    with mailgun_sink() as sink:
        hosted(settings, "mailgun")
        settings.ANYMAIL = {
            "MAILGUN_API_KEY": "key-1",
            "MAILGUN_API_URL": sink.address.removesuffix("/send"),
            "MAILGUN_SENDER_DOMAIN": "mg.example.org",
            "MAILGUN_WEBHOOK_SIGNING_KEY": SECRET,
        }
        yield sink


@pytest.fixture
def postmark(settings: Any) -> Iterator[Sink]:
    """Postmark, and settings that use it."""
    with postmark_sink() as sink:
        hosted(settings, "postmark")
        settings.ANYMAIL = {
            "POSTMARK_SERVER_TOKEN": "token-1",
            "POSTMARK_API_URL": sink.address.removesuffix("/send"),
            "WEBHOOK_SECRET": f"postmark:{SECRET}",
        }
        yield sink


@pytest.fixture
def push(settings: Any) -> Iterator[Sink]:
    """A push service with one browser, and settings that use it."""
    with push_sink() as sink:
        use_push(settings)
        yield sink


def use_push(settings: Any) -> None:
    """A key of ours, and loopback as the only push service."""
    settings.VAPID_PRIVATE_KEY = VAPID_KEY
    settings.VAPID_PUBLIC_KEY = env.vapid_keys("VAPID_PRIVATE_KEY", VAPID_KEY)[1]
    settings.VAPID_SUBJECT = "mailto:clinic@example.org"
    settings.PUSH_HOSTS = ["127.0.0.1"]


def hosted(settings: Any, provider: str) -> None:
    """Send e-mail by a hosted provider."""
    settings.EMAIL_PROVIDER = provider
    settings.EMAIL_BACKEND = f"anymail.backends.{provider}.EmailBackend"

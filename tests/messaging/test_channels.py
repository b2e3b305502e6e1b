"""One contract for every channel, against real servers with faults."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from messaging import channels
from messaging.channels import base, http
from messaging.channels.base import (
    Accepted,
    Channel,
    NoAnswer,
    Outgoing,
    Refused,
    Throttled,
    Unreachable,
)
from messaging.channels.console import Console
from messaging.channels.email import Email
from messaging.channels.email_hosted import HostedEmail
from messaging.channels.push import Push
from messaging.channels.sms_twilio import SmsTwilio
from messaging.channels.sms_webhook import SmsWebhook
from tests.messaging.conftest import SECRET
from tests.messaging.sinks import Sink, free_port
from tests.messaging.world import NOON


@dataclass
class Rig:
    """A channel, its server, and how this server is made to fail."""

    channel: Channel
    sink: Sink
    address: str
    refusal: str
    for_later: str


def outgoing(address: str = "+12025550143", key: uuid.UUID | None = None) -> Outgoing:
    return Outgoing(
        key=key or uuid.uuid4(),
        address=address,
        sender="Elm Street Clinic",
        subject="Elm Street Clinic: you have a message",
        body="You have a message: https://x.example/ ñ",
        html="<p>You have a message</p>",
        at=NOON,
    )


@pytest.fixture(params=["email", "sms", "twilio", "mailgun", "postmark", "push"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    if request.param == "email":
        sink = request.getfixturevalue("mail")
        yield Rig(
            Email(),
            sink,
            "ana@example.org",
            "rcpt 550 5.1.1 no such mailbox",
            "rcpt 451 4.3.0 later",
        )
    elif request.param in {"mailgun", "postmark"}:
        sink = request.getfixturevalue(request.param)
        yield Rig(HostedEmail(), sink, "ana@example.org", "400", "429")
    elif request.param == "push":
        sink = request.getfixturevalue("push")
        channel: Channel = Push()
        yield Rig(channel, sink, sink.address, "410", "429")
        channel.close()
    elif request.param == "twilio":
        sink = request.getfixturevalue("twilio")
        channel = SmsTwilio()
        yield Rig(channel, sink, "+12025550143", "400 code=21211", "429")
        channel.close()
    else:
        sink = request.getfixturevalue("sms")
        channel = SmsWebhook()
        yield Rig(channel, sink, "+12025550143", "400", "429")
        channel.close()


def test_returning_means_accepted_with_the_key(rig: Rig) -> None:
    first = outgoing(rig.address)
    assert isinstance(rig.channel.send(first), Accepted)
    accept = rig.sink.accepted[0]
    assert accept.key == str(first.key)
    assert "ñ" in accept.body
    assert accept.to in {first.address, ""}  # a push service is not told whose browser it is


def test_retry_carries_the_same_key(rig: Rig) -> None:
    key = uuid.uuid4()
    rig.channel.send(outgoing(rig.address, key))
    rig.channel.send(outgoing(rig.address, key))
    assert rig.sink.by_key == {str(key): 2}


def test_refusal_is_definite(rig: Rig) -> None:
    rig.sink.fault = rig.refusal
    with pytest.raises(Refused):
        rig.channel.send(outgoing(rig.address))
    assert rig.sink.accepted == []


def test_later_is_not_a_refusal(rig: Rig) -> None:
    rig.sink.fault = rig.for_later
    with pytest.raises((Throttled, Unreachable)):
        rig.channel.send(outgoing(rig.address))
    assert rig.sink.accepted == []


@pytest.mark.parametrize("fault", ["drop", "drop-after-accept"])
def test_silence_is_unknown_whether_it_was_taken_or_not(rig: Rig, fault: str) -> None:
    """From here the two look the same, and must be called the same."""
    rig.sink.fault = fault
    with pytest.raises(NoAnswer):
        rig.channel.send(outgoing(rig.address))
    assert len(rig.sink.accepted) == (fault == "drop-after-accept")


def test_nobody_there_is_certainly_not_sent(rig: Rig, settings: Any) -> None:
    port = free_port()
    settings.EMAIL_PORT = port
    nobody = f"http://127.0.0.1:{port}"
    settings.SMS_WEBHOOK_URL = settings.TWILIO_API_URL = nobody
    settings.ANYMAIL = {
        **settings.ANYMAIL,
        "MAILGUN_API_URL": nobody,
        "POSTMARK_API_URL": nobody,
    }
    with pytest.raises(Unreachable):
        rig.channel.send(outgoing(rig.address.replace(f":{rig.sink.port}/", f":{port}/")))


def test_codes_of_failures_name_nobody(rig: Rig) -> None:
    for fault in (rig.refusal, rig.for_later, "drop"):
        rig.sink.fault = fault
        with pytest.raises((base.NotAccepted, NoAnswer)) as failure:
            rig.channel.send(outgoing(rig.address))
        assert rig.address.strip("+") not in str(failure.value)
        assert len(str(failure.value)) < 60


@pytest.mark.parametrize("status", ["500", "503", "302"])
def test_sms_other_statuses_are_unknown(sms: Sink, status: str) -> None:
    sms.fault = status
    with pytest.raises(NoAnswer):
        SmsWebhook().send(outgoing())


@pytest.mark.parametrize("status", ["400", "401", "404", "410", "422"])
def test_sms_client_errors_are_refusals_but_blame_no_address(sms: Sink, status: str) -> None:
    """R18: a refusal may be our own fault; only the carrier's receipts condemn a number."""
    sms.fault = status
    with pytest.raises(Refused) as refused:
        SmsWebhook().send(outgoing())
    assert not refused.value.bad_address


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("429 60", 60.0),
        ("429 0", 1.0),
        ("429 -5", 1.0),
        ("429 1e9", 6 * 3600.0),
        ("429 nan", 1.0),
        ("429 soon", 60.0),
        ("429", 60.0),
        ("429 Mon, 23 Nov 2026 17:02:00 GMT", 120.0),
    ],
)
def test_sms_retry_after_is_read(sms: Sink, header: str, seconds: float) -> None:
    sms.fault = header
    with pytest.raises(Throttled) as throttled:
        SmsWebhook().send(outgoing())
    assert throttled.value.retry_after_s == seconds


def test_sms_request_is_as_the_contract_says(sms: Sink) -> None:
    text = outgoing()
    accepted = SmsWebhook().send(text)
    assert accepted.provider_id == "p-1"
    headers = sms.accepted[0].headers
    raw = headers["raw"]
    assert json.loads(raw) == {"to": text.address, "body": text.body, "reference": str(text.key)}
    timestamp = headers["X-IsoTrack-Timestamp"]
    digest = hmac.new(SECRET.encode(), f"{timestamp}.{raw}".encode(), hashlib.sha256).hexdigest()
    assert headers["X-IsoTrack-Signature"] == f"sha256={digest}"
    assert int(timestamp) == int(NOON.timestamp())
    assert headers["Content-Type"] == "application/json"


def test_sms_accept_stands_although_the_answer_is_broken(sms: Sink) -> None:
    sms.fault = "broken-answer"
    assert SmsWebhook().send(outgoing()) == Accepted(provider_id="")


def test_sms_slow_provider_is_given_up(sms: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT_S", 0.2)
    sms.fault = "slow"
    with pytest.raises(NoAnswer, match="ReadTimeout"):
        SmsWebhook().send(outgoing())


def test_email_says_who_writes_and_that_it_is_automatic(mail: Sink) -> None:
    text = outgoing("ana@example.org")
    Email().send(text)
    headers = mail.accepted[0].headers
    assert headers["Message-ID"] == f"<{text.key}@localhost>"
    assert headers["X-IsoTrack-Delivery"] == str(text.key)
    assert headers["From"] == "Elm Street Clinic <no-reply@localhost>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Subject"] == text.subject


@pytest.mark.parametrize(
    ("fault", "bad"),
    [
        ("rcpt 550 5.1.1 no such mailbox", True),
        ("rcpt 551 5.1.6 moved", True),
        ("rcpt 550 5.7.1 your server is not liked", False),
        ("rcpt 552 5.2.2 mailbox full", False),
        ("data 554 5.6.0 content refused", False),
    ],
)
def test_email_only_a_missing_mailbox_condemns_the_address(
    mail: Sink, fault: str, bad: bool
) -> None:
    mail.fault = fault
    with pytest.raises(Refused) as refused:
        Email().send(outgoing("ana@example.org"))
    assert refused.value.bad_address is bad


@pytest.mark.parametrize("address", ["ana@example.org\r\nBcc: x@example.org", "ana", "", "a@b@c.d"])
def test_email_what_is_no_address_is_refused_before_the_network(mail: Sink, address: str) -> None:
    """AT-33: a line break in an address is never a header."""
    with pytest.raises(Refused) as refused:
        Email().send(outgoing(address))
    assert refused.value.bad_address
    assert mail.requests == 0


def test_console_shows_the_text_and_hides_the_number() -> None:
    out = io.StringIO()
    Console(out).send(outgoing())
    assert "You have a message" in out.getvalue()
    assert "+1202555" not in out.getvalue()


@pytest.mark.parametrize(
    ("provider", "debug", "expected"),
    [
        ("webhook", False, {"email", "sms"}),
        ("twilio", False, {"email", "sms"}),
        ("console", True, {"email", "sms"}),
        ("console", False, {"email"}),
    ],
)
def test_without_a_provider_there_is_no_text_channel(
    settings: Any, provider: str, debug: bool, expected: set[str]
) -> None:
    settings.SMS_PROVIDER = provider
    settings.DEBUG = debug
    with channels.opened() as available:
        assert set(available) == expected
        assert all(channel.name == name for name, channel in available.items())


def test_every_step_on_the_network_ends_within_ten_seconds(settings: Any) -> None:
    """REM-23; and a lease outlasts the steps of one sending."""
    assert base.TIMEOUT_S <= 10
    assert settings.EMAIL_TIMEOUT <= 10
    assert timedelta(seconds=6 * base.TIMEOUT_S) < timedelta(minutes=2)

"""Hosted e-mail: what the provider reports, and what a bad address leads to (REM-16, SEC-23)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import uuid
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from messaging import dispatch
from messaging.channels.base import Refused
from messaging.channels.email_hosted import HostedEmail
from messaging.models import AddressReport, Message
from messaging.webhooks import door
from people.models import ContactPoint
from tests.messaging import world
from tests.messaging.conftest import SECRET
from tests.messaging.sinks import Sink
from tests.messaging.test_channels import outgoing
from tests.messaging.world import NOON

pytestmark = pytest.mark.django_db

HOOK = "/hooks/email/"


def mailgun_says(
    event: str, key: object, *, token: str = "", secret: str = SECRET, **data: Any
) -> Any:
    """A report of Mailgun's, signed over its time and token."""
    token = token or uuid.uuid4().hex
    digest = hmac.new(secret.encode(), f"1795000000{token}".encode(), hashlib.sha256)
    said = {
        "signature": {"timestamp": "1795000000", "token": token, "signature": digest.hexdigest()},
        "event-data": {
            "event": event,
            "recipient": "ana@example.org",
            "user-variables": {"delivery": str(key)},
            **data,
        },
    }
    return post(said)


def postmark_says(kind: str, key: object, *, login: str = f"postmark:{SECRET}", **data: Any) -> Any:
    """A report of Postmark's, with its password."""
    said = {
        "RecordType": kind,
        "Recipient": "ana@example.org",
        "Email": "ana@example.org",
        "Metadata": {"delivery": str(key)},
        **data,
    }
    return post(said, Authorization=f"Basic {base64.b64encode(login.encode()).decode()}")


def post(said: object, **headers: str) -> Any:
    return Client(enforce_csrf_checks=True).post(
        HOOK, data=json.dumps(said), content_type="application/json", headers=headers
    )


def sent(purpose: Any = world.SAFETY, **person: Any) -> tuple[Message, uuid.UUID]:
    """A message that the provider has taken over."""
    planned = world.message(world.patient(**{"phone": None, **person}), purpose)
    dispatch.run(now=NOON)
    return planned, planned.deliveries.get().key


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.state_reason


def bad() -> list[str]:
    return [str(each.address) for each in ContactPoint.objects.filter(bad_at__isnull=False)]


HARD = {"severity": "permanent", "reason": "bounce"}


def test_letter_is_the_clinics_and_carries_its_key(mailgun: Sink) -> None:
    text = outgoing("ana@example.org")
    accepted = HostedEmail().send(text)
    said = {name.lower(): value for name, value in mailgun.accepted[0].headers.items()}
    assert accepted.provider_id == "<m-1@mg>"
    assert said["path"] == "/mg.example.org/messages"
    assert said["from"] == "Elm Street Clinic <no-reply@localhost>"
    assert said["h:message-id"] == f"<{text.key}@localhost>"
    assert said["v:delivery"] == str(text.key)


def test_address_that_the_provider_has_shut_off_is_bad(postmark: Sink) -> None:
    postmark.fault = "422 code=406"
    with pytest.raises(Refused) as refused:
        HostedEmail().send(outgoing("ana@example.org"))
    assert refused.value.bad_address


@pytest.mark.parametrize("fault", ["401", "422 code=400", "422 code=406-unsaid"])
def test_refusal_of_the_account_blames_no_address(postmark: Sink, fault: str) -> None:
    address = "bea@example.org" if fault.endswith("-unsaid") else "ana@example.org"
    postmark.fault = fault.removesuffix("-unsaid")
    with pytest.raises(Refused) as refused:
        HostedEmail().send(outgoing(address))
    assert not refused.value.bad_address


def test_delivered_is_delivered(mailgun: Sink) -> None:
    planned, key = sent()
    assert mailgun_says("delivered", key).status_code == 200
    assert state(planned) == ("delivered", "")


def test_hard_bounce_condemns_the_address_and_the_next_way_is_used(
    mailgun: Sink, sms: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The report comes at once: the next way is free from its moment on, and not for days.
    monkeypatch.setattr(door, "database_now", lambda: NOON)
    planned = world.message(world.patient(), about="due-item:1")
    ContactPoint.objects.filter(channel="email").update(rank=0)
    ContactPoint.objects.filter(channel="sms").update(rank=1)
    dispatch.run(now=NOON)
    assert mailgun_says("failed", planned.deliveries.get().key, **HARD).status_code == 200
    assert bad() == ["ana@example.org"]
    assert state(planned) == ("planned", "not-delivered")
    dispatch.run(now=NOON)
    assert len(sms.accepted) == 1
    event = Event.objects.get(kind="contact.changed")
    assert event.detail["why"] == "bounce"
    assert "ana@example.org" not in json.dumps(event.detail)


def test_bounce_that_comes_late_still_condemns_what_was_called_delivered(mailgun: Sink) -> None:
    """A server may take a letter and send it back afterwards; delivered is never taken back."""
    planned, key = sent()
    mailgun_says("delivered", key)
    mailgun_says("failed", key, **HARD)
    assert bad() == ["ana@example.org"]
    assert state(planned) == ("delivered", "")


@pytest.mark.parametrize(
    "data",
    [
        {"severity": "temporary", "reason": "bounce"},
        {"severity": "permanent", "reason": "generic"},
        {"severity": "permanent", "reason": "suppress-complaint"},
    ],
)
def test_mailbox_that_is_only_full_is_not_condemned(mailgun: Sink, data: dict[str, str]) -> None:
    _, key = sent()
    assert mailgun_says("failed", key, **data).status_code == 200
    assert bad() == []


def test_complaint_stops_mail_to_the_address(mailgun: Sink) -> None:
    planned, key = sent()
    mailgun_says("delivered", key)
    mailgun_says("complained", key)
    assert bad() == ["ana@example.org"]
    assert AddressReport.objects.get().kind == "complaint"
    assert state(planned) == ("delivered", "")


def test_unsubscribing_at_the_provider_opts_out(mailgun: Sink) -> None:
    _, key = sent()
    mailgun_says("unsubscribed", key)
    assert ContactPoint.objects.get().opted_out_at is not None
    assert bad() == []
    assert Event.objects.filter(kind="contact.opted-out").count() == 1


def test_report_played_again_does_not_condemn_what_a_person_has_cleared(mailgun: Sink) -> None:
    """SEC-23: each report counts once, however often it comes."""
    _, key = sent()
    for _ in range(3):
        assert mailgun_says("failed", key, token="t-1", **HARD).status_code == 200
    ContactPoint.objects.update(bad_at=None)
    mailgun_says("failed", key, token="t-1", **HARD)
    assert bad() == []
    assert AddressReport.objects.count() == 1


def test_report_about_an_address_the_patient_no_longer_has_is_ignored(mailgun: Sink) -> None:
    _, key = sent()
    mailgun_says("failed", key, recipient="old@example.org", **HARD)
    assert bad() == []


def test_lost_answer_is_settled_by_the_first_report(mailgun: Sink) -> None:
    """G5: once the provider has shown that it has the letter, it is not sent again."""
    mailgun.fault = "drop-after-accept"
    planned, key = sent()
    assert state(planned) == ("planned", "trying-again")
    mailgun_says("accepted", key, message={"headers": {"message-id": "m-1@mg"}})
    assert state(planned) == ("accepted", "")
    dispatch.run(now=NOON + dispatch.settling.TRY_AGAIN_AFTER)
    assert len(mailgun.accepted) == 1


def test_unknown_letter_changes_nothing(mailgun: Sink) -> None:
    """The account may carry other mail, such as that of the sign-in."""
    planned, _ = sent()
    for key in (uuid.uuid4(), "", "x", None):
        assert mailgun_says("failed", key, **HARD).status_code == 200
    assert (state(planned), bad()) == (("accepted", ""), [])


def test_forged_report_changes_nothing(mailgun: Sink) -> None:
    planned, key = sent()
    assert mailgun_says("failed", key, secret="another", **HARD).status_code == 403
    assert post({"event-data": {"event": "failed"}}).status_code == 403
    assert (state(planned), bad()) == (("accepted", ""), [])


def test_without_a_hosted_provider_nothing_is_genuine(settings: Any) -> None:
    assert settings.EMAIL_PROVIDER == "smtp"
    assert mailgun_says("delivered", uuid.uuid4(), secret="").status_code == 403


@pytest.mark.parametrize("body", [{"event-data": {}}, {"event-data": []}, {"event-data": "x"}])
def test_report_that_makes_no_sense_is_refused(mailgun: Sink, body: dict[str, Any]) -> None:
    digest = hmac.new(SECRET.encode(), b"1t", hashlib.sha256).hexdigest()
    signature = {"timestamp": "1", "token": "t", "signature": digest}
    assert post({"signature": signature, **body}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "data", "spoilt", "expected"),
    [
        ("Delivery", {}, False, "delivered"),
        ("Bounce", {"Type": "HardBounce", "ID": 7}, True, "planned"),
        ("Bounce", {"Type": "SoftBounce", "ID": 7}, False, "planned"),
        ("Bounce", {"Type": "BadEmailAddress", "ID": 7}, True, "planned"),
        ("Bounce", {"Type": "Transient", "ID": 7}, False, "accepted"),
        ("SpamComplaint", {"Type": "SpamComplaint", "ID": 7}, True, "accepted"),
        ("Open", {}, False, "accepted"),
    ],
)
def test_reports_of_postmark(
    postmark: Sink, kind: str, data: dict[str, Any], spoilt: bool, expected: str
) -> None:
    planned, key = sent()
    assert postmark_says(kind, key, **data).status_code == 200
    assert (bool(bad()), state(planned)[0]) == (spoilt, expected)


@pytest.mark.parametrize("login", ["postmark:another", "", "another:" + SECRET])
def test_postmark_without_its_password_changes_nothing(postmark: Sink, login: str) -> None:
    _, key = sent()
    answer = postmark_says("Bounce", key, login=login, Type="HardBounce", ID=7)
    assert answer.status_code == 403
    assert bad() == []


def started(**given: str) -> Any:
    script = (
        "from isotrack import settings as s; print(s.EMAIL_PROVIDER, s.EMAIL_BACKEND, s.ANYMAIL)"
    )
    return subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_provider_is_named_by_the_address() -> None:
    done = started(
        EMAIL_URL="mailgun://key%2F1@mg.example.org?api=https://api.eu.mailgun.net/v3",
        EMAIL_WEBHOOK_SECRET="sign",
    )
    assert done.stdout.startswith("mailgun anymail.backends.mailgun.EmailBackend"), done.stderr
    for part in ("'key/1'", "'mg.example.org'", "'https://api.eu.mailgun.net/v3'", "'sign'"):
        assert part in done.stdout


@pytest.mark.parametrize(
    ("address", "secret", "complaint"),
    [
        ("mailgun://key@mg.example.org", "", "needs EMAIL_WEBHOOK_SECRET"),
        ("mailgun://mg.example.org", "s", "must look like mailgun://KEY@"),
        ("mailgun://key@", "s", "must look like mailgun://KEY@"),
        ("postmark://token@", "no-colon", "needs EMAIL_WEBHOOK_SECRET, user:password"),
        ("carrierpigeon://x@y", "s", "or name a provider: mailgun://, postmark://"),
    ],
)
def test_start_is_refused_in_plain_words(address: str, secret: str, complaint: str) -> None:
    done = started(EMAIL_URL=address, EMAIL_WEBHOOK_SECRET=secret)
    assert done.returncode == 1
    assert complaint in done.stderr.splitlines()[-1]

"""Twilio: what is asked of it, what it calls back, and what its silence means (SEC-23, G5)."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from messaging import dispatch
from messaging.channels.base import NoAnswer, Refused, Throttled
from messaging.channels.sms_twilio import SmsTwilio
from messaging.models import Delivery, InboundText, Message
from messaging.webhooks.twilio import signature
from people.models import ContactPoint
from tests.messaging import world
from tests.messaging.conftest import SECRET
from tests.messaging.sinks import Sink
from tests.messaging.test_channels import outgoing
from tests.messaging.world import NOON

pytestmark = pytest.mark.django_db

INBOUND = "/hooks/twilio/inbound/"


def call(path: str, *, token: str = SECRET, signed: str | None = None, **fields: str) -> Any:
    """A call of Twilio's, without a CSRF token, as it is."""
    form = {"AccountSid": "AC1", "MessageSid": "SM1", **fields}
    given = signature(token, url=f"http://localhost:8000{path}", fields=list(form.items()))
    return Client(enforce_csrf_checks=True).post(
        path,
        data=urlencode(form),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": given if signed is None else signed},
    )


def status_path(key: object) -> str:
    return f"/hooks/twilio/status/{key}/"


def sent(twilio: Sink, **person: Any) -> tuple[Message, str]:
    """A safety message that Twilio has taken over, and where it reports on it."""
    planned = world.message(world.patient(**person))
    dispatch.run(now=NOON)
    return planned, status_path(planned.deliveries.get().key)


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.state_reason


def test_signature_is_the_one_that_twilio_publishes() -> None:
    """Their own worked example."""
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    found = signature("12345", url=url, fields=list(fields.items()))
    assert found == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_request_names_the_account_the_sender_and_where_to_report(twilio: Sink) -> None:
    text = outgoing()
    accepted = SmsTwilio().send(text)
    assert accepted.provider_id == "SM1"
    said = twilio.accepted[0].headers
    assert said["path"] == "/2010-04-01/Accounts/AC1/Messages.json"
    assert said["From"] == "+12025550100"
    assert said["StatusCallback"] == f"http://localhost:8000{status_path(text.key)}"
    login = base64.b64decode(said["Authorization"].removeprefix("Basic ")).decode()
    assert login == f"AC1:{SECRET}"


def test_messaging_service_takes_the_place_of_the_number(twilio: Sink, settings: Any) -> None:
    settings.TWILIO_MESSAGING_SERVICE_SID = "MG1"
    SmsTwilio().send(outgoing())
    said = twilio.accepted[0].headers
    assert said["MessagingServiceSid"] == "MG1"
    assert "From" not in said


@pytest.mark.parametrize(
    ("fault", "code", "bad"),
    [
        ("400 code=21211", "twilio 21211", True),
        ("400 code=21614", "twilio 21614", True),
        ("400 code=21610", "twilio 21610", False),
        ("401 code=20003", "twilio 20003", False),
        ("404", "http 404", False),
    ],
)
def test_only_a_number_that_is_none_is_condemned(
    twilio: Sink, fault: str, code: str, bad: bool
) -> None:
    """R18: a wrong password or a person who said STOP says nothing about the number."""
    twilio.fault = fault
    with pytest.raises(Refused) as refused:
        SmsTwilio().send(outgoing())
    assert (refused.value.code, refused.value.bad_address) == (code, bad)


def test_busy_and_broken_are_told_apart(twilio: Sink) -> None:
    twilio.faults = ["429 7", "500", "503"]
    with pytest.raises(Throttled) as throttled:
        SmsTwilio().send(outgoing())
    assert throttled.value.retry_after_s == 7
    for _ in range(2):
        with pytest.raises(NoAnswer):
            SmsTwilio().send(outgoing())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"MessageStatus": "delivered"}, ("delivered", "")),
        ({"MessageStatus": "read"}, ("delivered", "")),
        ({"MessageStatus": "undelivered", "ErrorCode": "30003"}, ("planned", "not-delivered")),
        ({"MessageStatus": "failed", "ErrorCode": "30007"}, ("planned", "not-delivered")),
        ({"MessageStatus": "sent"}, ("accepted", "")),
    ],
)
def test_status_moves_the_message(
    twilio: Sink, said: dict[str, str], expected: tuple[str, str]
) -> None:
    planned, path = sent(twilio)
    assert call(path, **said).status_code == 200
    assert state(planned) == expected


def test_status_only_rises_however_often_it_comes(twilio: Sink) -> None:
    """F-19: reordered, repeated, and played again later."""
    planned, path = sent(twilio)
    for word in ["sent", "delivered", "undelivered", "queued", *["delivered"] * 20]:
        assert call(path, MessageStatus=word).status_code == 200
    assert state(planned) == ("delivered", "")


def test_number_is_bad_after_two_texts_to_no_mobile_but_not_after_a_dead_battery(
    twilio: Sink,
) -> None:
    person = world.patient(email=None)
    contact = ContactPoint.objects.get(patient=person)
    for day, (error, bad) in enumerate([("30003", False), ("30005", False), ("30006", True)]):
        message = world.message(person, kind=f"kind-{day}")
        dispatch.run(now=NOON)
        path = status_path(message.deliveries.get().key)
        call(path, MessageStatus="undelivered", ErrorCode=error)
        contact.refresh_from_db()
        assert (contact.bad_at is not None) is bad


def test_lost_answer_is_unknown_until_twilio_calls(twilio: Sink) -> None:
    """G5: nothing is sent a second time once Twilio has said that it has the text."""
    twilio.fault = "drop-after-accept"
    planned, path = sent(twilio, email=None)
    assert state(planned) == ("planned", "trying-again")
    assert call(path, MessageStatus="sent").status_code == 200
    assert state(planned) == ("accepted", "")
    dispatch.run(now=NOON + dispatch.settling.TRY_AGAIN_AFTER)
    assert len(twilio.accepted) == 1


def test_call_that_is_quicker_than_the_lost_answer_counts_too(twilio: Sink) -> None:
    planned = world.message(world.patient(email=None))
    twilio.fault = "drop-after-accept"

    class Quick(SmsTwilio):
        def send(self, outgoing: Any) -> Any:
            try:
                return super().send(outgoing)
            finally:
                call(status_path(outgoing.key), MessageStatus="queued")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("messaging.channels.SmsTwilio", Quick)
        dispatch.run(now=NOON)
    assert state(planned) == ("accepted", "")


def test_lost_answer_and_silence_are_tried_once_more(twilio: Sink) -> None:
    twilio.fault = "drop-after-accept"
    planned, _ = sent(twilio, email=None)
    dispatch.run(now=NOON + dispatch.settling.TRY_AGAIN_AFTER)
    dispatch.run(now=NOON + 9 * dispatch.settling.TRY_AGAIN_AFTER)
    assert state(planned) == ("unknown", "no-answer")
    assert len(twilio.accepted) == 2


def test_unknown_text_is_404(twilio: Sink) -> None:
    for word in ("sent", "delivered"):
        assert call(status_path(uuid.uuid4()), MessageStatus=word).status_code == 404


@pytest.mark.parametrize("said", [{}, {"MessageStatus": "eaten"}, {"MessageSid": ""}])
def test_malformed_status_is_refused(twilio: Sink, said: dict[str, str]) -> None:
    planned, path = sent(twilio)
    assert call(path, **said).status_code == 400
    assert state(planned) == ("accepted", "")


@pytest.mark.parametrize(
    "forgery",
    [
        {"token": "another"},
        {"signed": ""},
        {"signed": "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
        {"signed": "é"},
        {"AccountSid": "AC2"},
    ],
)
def test_forged_call_changes_nothing(twilio: Sink, forgery: dict[str, str]) -> None:
    planned, path = sent(twilio)
    assert call(path, MessageStatus="delivered", **forgery).status_code == 403
    assert call(INBOUND, From="+12025550143", Body="STOP", **forgery).status_code == 403
    assert state(planned) == ("accepted", "")
    assert not ContactPoint.objects.filter(opted_out_at__isnull=False).exists()


def test_signature_of_another_address_does_not_open_this_one(twilio: Sink) -> None:
    """A genuine call about one text cannot be played again for another."""
    _, path = sent(twilio)
    form = {"AccountSid": "AC1", "MessageSid": "SM1", "MessageStatus": "delivered"}
    url = f"http://localhost:8000{status_path(uuid.uuid4())}"
    genuine = signature(SECRET, url=url, fields=list(form.items()))
    assert call(path, signed=genuine, MessageStatus="delivered").status_code == 403


def test_without_a_token_nothing_is_genuine(settings: Any) -> None:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "", ""
    answer = call(INBOUND, token="", AccountSid="", From="+12025550143", Body="STOP")
    assert answer.status_code == 403


def test_stop_opts_out_and_is_answered(twilio: Sink) -> None:
    world.patient(email=None)
    answer = call(INBOUND, From="+12025550143", Body="Stop")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/xml")
    assert "<Message>Elm Street Clinic: you will get no more texts" in answer.content.decode()
    assert ContactPoint.objects.filter(opted_out_at__isnull=False).count() == 1


def test_what_twilio_has_answered_itself_is_obeyed_without_a_second_answer(twilio: Sink) -> None:
    world.patient(email=None)
    answer = call(INBOUND, From="+12025550143", Body="STOP", OptOutType="STOP")
    assert b"<Message>" not in answer.content
    assert ContactPoint.objects.filter(opted_out_at__isnull=False).exists()


def test_reply_cannot_carry_markup_of_its_own(twilio: Sink) -> None:
    world.patient(world.clinic(name="Elm & <Say>"), email=None)
    answer = call(INBOUND, From="+12025550143", Body="HELP")
    assert b"<Say>" not in answer.content


def test_old_stop_played_again_changes_nothing(twilio: Sink) -> None:
    """Twilio signs no time, so the text's own name must make a repeat harmless."""
    world.patient(email=None)
    call(INBOUND, From="+12025550143", Body="STOP", MessageSid="SM7")
    call(INBOUND, From="+12025550143", Body="START", MessageSid="SM8")
    call(INBOUND, From="+12025550143", Body="STOP", MessageSid="SM7")
    assert not ContactPoint.objects.filter(opted_out_at__isnull=False).exists()
    assert InboundText.objects.count() == 2


def test_unknown_number_gets_no_answer(twilio: Sink) -> None:
    answer = call(INBOUND, From="+12025550177", Body="STOP")
    assert answer.status_code == 200
    assert b"<Message>" not in answer.content


@pytest.mark.parametrize("said", [{"Body": "STOP"}, {"From": "+1"}, {"From": "+1", "Body": "\0"}])
def test_malformed_text_is_refused(twilio: Sink, said: dict[str, str]) -> None:
    assert call(INBOUND, **said).status_code == 400
    assert not InboundText.objects.exists()


def test_huge_call_is_refused_unread(twilio: Sink) -> None:
    assert call(INBOUND, From="+1", Body="x" * 30_000).status_code == 413


def test_receipt_of_a_refused_text_is_unknown(twilio: Sink) -> None:
    twilio.fault = "400"
    world.message(world.patient(email=None))
    dispatch.run(now=NOON)
    path = status_path(Delivery.objects.get().key)
    assert call(path, MessageStatus="delivered").status_code == 404


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"),
        ({"TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"),
        (
            {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"},
            "either TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID",
        ),
        (
            {
                "TWILIO_ACCOUNT_SID": "AC1",
                "TWILIO_AUTH_TOKEN": "t",
                "TWILIO_FROM": "+1",
                "TWILIO_MESSAGING_SERVICE_SID": "MG1",
            },
            "either TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID",
        ),
    ],
)
def test_start_is_refused_with_the_name_of_what_is_missing(
    given: dict[str, str], missing: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import isotrack.settings"],
        env={**os.environ, "SMS_PROVIDER": "twilio", **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"SMS_PROVIDER=twilio needs {missing}." in done.stderr

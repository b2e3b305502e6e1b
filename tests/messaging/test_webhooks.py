"""What providers call: genuine, fresh, once; and STOP at once (F-19, F-20, SEC-23, R13, R14)."""

from __future__ import annotations

import itertools
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit import trail
from audit.models import Event
from messaging import dispatch
from messaging.actions import reaching
from messaging.actions.inbound import receive_text
from messaging.keywords import keyword
from messaging.models import Delivery, InboundText, Message
from messaging.receipts import NO_RECEIPT_AFTER, apply, miss_receipts
from messaging.signatures import sign, timestamp_of
from messaging.webhooks import door
from people.actions import ways
from people.models import ContactPoint
from tests.messaging import world
from tests.messaging.conftest import SECRET
from tests.messaging.sinks import Sink
from tests.messaging.world import NOON

pytestmark = pytest.mark.django_db

RECEIPTS, INBOUND = "/hooks/sms/", "/hooks/sms/inbound/"


def post(
    path: str,
    said: object,
    *,
    secret: str = SECRET,
    sent: datetime | None = None,
    raw: bytes | None = None,
    **headers: str,
) -> Any:
    """A provider's call, signed; without a CSRF token, as providers are."""
    body = json.dumps(said).encode() if raw is None else raw
    timestamp = timestamp_of(sent or dispatch.database_now())
    given = {
        "X-IsoTrack-Timestamp": timestamp,
        "X-IsoTrack-Signature": sign(secret, timestamp=timestamp, body=body),
        **headers,
    }
    return Client(enforce_csrf_checks=True).post(
        path, data=body, content_type="application/json", headers=given
    )


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.state_reason


def sent(sms: Sink, purpose: Any = world.SAFETY, **person: Any) -> tuple[Message, str]:
    """A message that a provider has accepted, and its delivery's key."""
    planned = world.message(world.patient(**person), purpose)
    dispatch.run(now=NOON)
    assert planned.deliveries.count() == 1
    return planned, str(planned.deliveries.get().key)


def test_paths_are_those_of_the_contract() -> None:
    assert reverse("messaging:receipts") == RECEIPTS
    assert reverse("messaging:inbound") == INBOUND


def test_receipt_says_delivered(sms: Sink) -> None:
    planned, key = sent(sms)
    answer = post(RECEIPTS, {"reference": key, "status": "delivered", "at": "2026-11-23T17:01Z"})
    assert answer.status_code == 200
    assert state(planned) == ("delivered", "")


def test_receipt_repeated_46_times_and_reordered_changes_the_state_once(sms: Sink) -> None:
    """F-19."""
    planned, key = sent(sms)
    answers = [
        post(RECEIPTS, {"reference": key, "status": status}).json()["effect"]
        for status in ["delivered", "undelivered", "failed", *["delivered"] * 46]
    ]
    assert answers == ["changed"] + ["repeated"] * 48
    assert state(planned) == ("delivered", "")


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["undelivered", "failed", "delivered"]))
)
def test_delivered_never_regresses_in_any_order(sms: Sink, order: tuple[str, ...]) -> None:
    planned, key = sent(sms, email=None)
    for status in order:
        apply(uuid.UUID(key), status=status, now=NOON)
    dispatch.run(now=NOON)
    assert state(planned) == ("delivered", "")


@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_undelivered_safety_text_goes_by_email(sms: Sink, mail: Sink, status: str) -> None:
    planned, key = sent(sms)
    post(RECEIPTS, {"reference": key, "status": status})
    assert state(planned) == ("planned", "not-delivered")
    Message.objects.filter(pk=planned.pk).update(send_after=NOON)
    dispatch.run(now=NOON + timedelta(minutes=1))
    assert state(planned) == ("accepted", "")
    assert len(mail.accepted) == 1


def test_undelivered_text_without_another_way_asks_a_person(sms: Sink) -> None:
    planned, key = sent(sms, email=None)
    apply(uuid.UUID(key), status="undelivered", now=NOON)
    dispatch.run(now=NOON)
    assert state(planned) == ("undelivered", "not-delivered")


def test_undelivered_courtesy_stays_so(sms: Sink) -> None:
    planned, key = sent(sms, world.COURTESY)
    apply(uuid.UUID(key), status="undelivered", now=NOON)
    dispatch.run(now=NOON)
    assert state(planned) == ("undelivered", "not-delivered")


def test_number_is_bad_after_two_texts_that_failed_for_good(sms: Sink) -> None:
    """R18: one failure may be the provider's own."""
    person = world.patient(email=None)
    contact = ContactPoint.objects.get(patient=person)
    for number, bad in ((1, False), (2, True)):
        message = world.message(person, kind=f"kind-{number}")
        dispatch.run(now=NOON)
        apply(message.deliveries.get().key, status="failed", now=NOON)
        contact.refresh_from_db()
        assert (contact.bad_at is not None) is bad
    assert Event.objects.filter(kind="contact.changed").count() == 1


def test_receipt_during_sending_is_seen_when_settling(sms: Sink) -> None:
    """The carrier may be quicker than our commit."""
    planned = world.message(world.patient())
    settle = dispatch._settle

    def early(held: Any, attempt: Any, answer: Any, *, now: datetime) -> bool:
        apply(attempt.outgoing.key, status="delivered", now=now)
        return settle(held, attempt, answer, now=now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatch, "_settle", early)
        dispatch.run(now=NOON)
    assert state(planned) == ("delivered", "")


def test_text_without_receipt_for_a_day_counts_as_not_delivered(sms: Sink) -> None:
    """REM-16, but only where the provider sends receipts at all."""
    silent, _ = sent(sms)
    courtesy, _ = sent(sms, world.COURTESY)
    assert miss_receipts(now=NOON + NO_RECEIPT_AFTER) == 0
    _, key = sent(sms)
    apply(uuid.UUID(key), status="delivered", now=NOON)
    assert miss_receipts(now=NOON + NO_RECEIPT_AFTER - timedelta(seconds=1)) == 0
    assert miss_receipts(now=NOON + NO_RECEIPT_AFTER) == 1
    assert state(silent) == ("undelivered", "no-receipt")
    assert state(courtesy) == ("accepted", "")


@pytest.mark.parametrize("path", [RECEIPTS, INBOUND])
@pytest.mark.parametrize(
    "forgery",
    [
        {"secret": "another-secret"},
        {"X-IsoTrack-Signature": ""},
        {"X-IsoTrack-Signature": "sha256="},
        {"X-IsoTrack-Signature": "sha256=é"},
        {"X-IsoTrack-Timestamp": ""},
        {"X-IsoTrack-Timestamp": "0"},
        {"X-IsoTrack-Timestamp": "١٧"},
    ],
)
def test_forged_call_changes_nothing(sms: Sink, path: str, forgery: dict[str, str]) -> None:
    planned, key = sent(sms)
    said = {"reference": key, "status": "delivered", "from": "+12025550143", "body": "STOP"}
    assert post(path, said, **forgery).status_code == 403
    assert state(planned) == ("accepted", "")
    assert not ContactPoint.objects.filter(opted_out_at__isnull=False).exists()


@pytest.mark.parametrize(("seconds", "status"), [(290, 200), (302, 403), (-299, 200), (-302, 403)])
def test_stale_call_changes_nothing(sms: Sink, seconds: int, status: int) -> None:
    """Over 300 s old, or from the future, it may be a recording."""
    planned, key = sent(sms)
    moment = dispatch.database_now() - timedelta(seconds=seconds)
    answer = post(RECEIPTS, {"reference": key, "status": "delivered"}, sent=moment)
    assert answer.status_code == status
    assert state(planned)[0] == ("delivered" if status == 200 else "accepted")


@pytest.mark.parametrize("odd", ["99999999999999999999", "1e9", "-5", "1.5", "+1795000000"])
def test_odd_timestamp_is_refused_even_if_signed(sms: Sink, odd: str) -> None:
    body = b"{}"
    headers = {
        "X-IsoTrack-Timestamp": odd,
        "X-IsoTrack-Signature": sign(SECRET, timestamp=odd, body=body),
    }
    assert post(RECEIPTS, {}, raw=body, **headers).status_code == 403


def test_without_a_secret_nothing_is_genuine(settings: Any) -> None:
    settings.SMS_WEBHOOK_SECRET = ""
    assert post(RECEIPTS, {}, secret="").status_code == 403


def test_huge_body_is_refused_unread(sms: Sink) -> None:
    assert post(RECEIPTS, {}, raw=b"x" * 10_000_000).status_code == 413


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":' * 900])
def test_body_that_is_not_json_is_refused(sms: Sink, raw: bytes) -> None:
    assert post(RECEIPTS, {}, raw=raw).status_code == 400
    assert post(INBOUND, {}, raw=raw).status_code == 400


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"reference": str(uuid.UUID(int=5)), "status": "delivered"}, 404),
        ({"reference": "not-a-key", "status": "delivered"}, 404),
        ({"status": "delivered"}, 404),
        ({"reference": str(uuid.UUID(int=5)), "status": "eaten"}, 400),
        ({"reference": str(uuid.UUID(int=5))}, 400),
        ({"reference": str(uuid.UUID(int=5)), "status": ["delivered"]}, 400),
    ],
)
def test_unknown_receipt_changes_nothing(sms: Sink, said: dict[str, Any], status: int) -> None:
    assert post(RECEIPTS, said).status_code == status


@pytest.mark.parametrize("path", [RECEIPTS, INBOUND])
def test_only_post_is_answered(client: Client, path: str) -> None:
    assert client.get(path).status_code == 405


def test_calls_are_counted(sms: Sink) -> None:
    counter = door._CALLS.labels(hook="receipt", effect="not-genuine")
    before = counter._value.get()
    post(RECEIPTS, {}, secret="forged")
    assert counter._value.get() == before + 1


# --- Texts from people ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        ("STOP", "stop"),
        ("stop", "stop"),
        (" Stop. ", "stop"),
        ("STOP!!", "stop"),
        ("Stop please", "stop"),
        ("please stop", "stop"),
        ("stop all", "stop"),
        ("UNSUBSCRIBE", "stop"),
        ("opt-out", "stop"),
        ("Baja", "stop"),
        ("no más", "stop"),
        ("STOP 12345", ""),
        ("STOP 12345 please", ""),
        ("I cannot stop crying", ""),
        ("when can I stop?", ""),
        ("stopped", ""),
        ("", ""),
        ("START", "start"),
        ("unstop", "start"),
        ("start the capsules today?", ""),
        ("yes", ""),
        ("HELP", "help"),
        ("Help?", "help"),
        ("ayuda", "help"),
        ("help me please my head hurts", ""),
        ("ＳＴＯＰ", "stop"),
        ("🛑", ""),
    ],
)
def test_keyword_is_the_whole_text_or_none(body: str, meaning: str) -> None:
    """R14: the parser's table."""
    assert keyword(body).value == meaning


def test_stop_is_obeyed_at_once_for_everyone_with_the_number(sms: Sink) -> None:
    """Messages planned before it are not sent; the reply names the clinic (R13, R14)."""
    parent = world.patient(email=None)
    child = world.patient(email=None)
    stranger = world.patient(email=None, phone="+12025550199")
    planned = [world.message(person) for person in (parent, child, stranger)]
    answer = post(INBOUND, {"from": "+1 (202) 555-0143", "body": "Stop"})
    assert answer.json()["reply"].startswith("Elm Street Clinic: you will get no more texts")
    dispatch.run(now=NOON)
    assert [state(each)[1] for each in planned] == ["opted-out", "opted-out", ""]
    events = Event.objects.filter(kind="contact.opted-out")
    assert {event.patient for event in events} == {parent.public_id, child.public_id}


def test_stop_before_anybody_has_the_number_holds_for_whoever_gets_it() -> None:
    assert _receive("+12025550143", "STOP") == ""
    text = ContactPoint.objects.get(patient=world.patient(), channel="sms")
    assert text.opted_out_at == NOON
    _receive("+12025550143", "START")
    text.refresh_from_db()
    later = ContactPoint.objects.get(patient=world.patient(), channel="sms")
    assert (text.opted_out_at, later.opted_out_at) == (None, None)


def test_who_wants_the_number_again_on_their_page_keeps_it_when_staff_try_it_anew() -> None:
    person = world.patient()
    _receive("+12025550143", "STOP")
    text = ContactPoint.objects.get(patient=person, channel="sms")
    reaching.switch(person, text.pk, on=True, now=NOON)
    ContactPoint.objects.filter(pk=text.pk).update(bad_at=NOON)
    staff = trail.System("test")
    tried = ways.correct_address(person, text.pk, address="+12025550143", by=staff, now=NOON)
    assert (tried.bad_at, tried.opted_out_at) == (None, None)


def test_start_opts_in_again_and_clears_a_bad_mark() -> None:
    person = world.patient()
    ContactPoint.objects.filter(patient=person).update(opted_out_at=NOON, bad_at=NOON)
    _receive("+12025550143", "START")
    text = ContactPoint.objects.get(patient=person, channel="sms")
    email = ContactPoint.objects.get(patient=person, channel="email")
    assert (text.opted_out_at, text.bad_at) == (None, None)
    assert email.opted_out_at is not None


def _receive(sender: str, body: str, fingerprint: str = "") -> str:
    return receive_text(
        sender=sender, body=body, fingerprint=fingerprint or uuid.uuid4().hex, now=NOON
    )


def test_same_text_sent_again_by_the_provider_changes_nothing() -> None:
    person = world.patient()
    _receive("+12025550143", "STOP", "same")
    ContactPoint.objects.filter(patient=person).update(opted_out_at=None)
    assert _receive("+12025550143", "STOP", "same") != ""
    assert not ContactPoint.objects.filter(opted_out_at__isnull=False).exists()
    assert InboundText.objects.count() == 1


def test_help_gives_the_clinics_number() -> None:
    world.patient(world.clinic(phone="+1 202 555 0100"))
    assert "+1 202 555 0100" in _receive("+12025550143", "HELP")


def test_free_text_is_kept_sealed_and_its_sender_told_that_nobody_reads_it() -> None:
    world.patient()
    reply = _receive("+12025550143", "my head hurts terribly")
    assert "nobody reads this number" in reply
    text = InboundText.objects.get()
    assert (text.body, text.known) == ("my head hurts terribly", True)
    raw = str(InboundText.objects.extra(select={"raw": "body"}).values_list("raw")[0])
    assert "head" not in raw


@pytest.mark.parametrize("sender", ["+12025550177", "12345", "ALERTS", "'; DROP TABLE"])
def test_unknown_number_is_ignored_politely(sms: Sink, sender: str) -> None:
    world.patient()
    answer = post(INBOUND, {"from": sender, "body": "STOP"})
    assert (answer.status_code, answer.json()) == (200, {"reply": ""})
    assert not InboundText.objects.get().known
    assert not ContactPoint.objects.filter(opted_out_at__isnull=False).exists()


@pytest.mark.parametrize(
    "said",
    [{}, {"from": "+1"}, {"body": "STOP"}, {"from": 5, "body": "x"}, {"from": " ", "body": ""},
     {"from": "+12025550143", "body": "a\x00b"}],
)  # fmt: skip
def test_malformed_text_is_refused(sms: Sink, said: dict[str, Any]) -> None:
    assert post(INBOUND, said).status_code == 400
    assert not InboundText.objects.exists()


def test_deliveries_of_a_refused_attempt_take_no_receipt(sms: Sink) -> None:
    sms.fault = "400"
    world.message(world.patient(email=None))
    dispatch.run(now=NOON)
    key = Delivery.objects.get().key
    assert post(RECEIPTS, {"reference": str(key), "status": "delivered"}).status_code == 404

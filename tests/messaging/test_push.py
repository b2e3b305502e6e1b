"""Notifications: encrypted for one browser, shown once, ended when the browser says so."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from py_vapid import Vapid02

from isotrack import env
from messaging import channels, dispatch
from messaging.actions import reaching
from messaging.channels.base import Refused
from messaging.channels.push import BadSubscription, Push, subscription
from messaging.models import Delivery, Message
from people.models import ContactPoint, Patient
from tests.messaging import world
from tests.messaging.conftest import use_push
from tests.messaging.sinks import Sink, mail_sink, push_sink
from tests.messaging.test_channels import outgoing
from tests.messaging.world import NOON


def subscribe(patient: Patient, sink: Sink, label: str = "Firefox, Android") -> ContactPoint:
    """The patient's browser, before all other ways."""
    said = json.loads(sink.address)
    return reaching.add_device(patient, **said, label=label, now=NOON)


def test_request_proves_who_sends_and_reveals_nothing(push: Sink, settings: Any) -> None:
    Push().send(outgoing(push.address))
    headers = push.accepted[0].headers
    assert Vapid02.verify(headers["Authorization"])
    assert headers["TTL"] == "86400"
    assert re.fullmatch(r"[0-9a-f]{32}", headers["Topic"])
    assert "message" not in str(headers)


@pytest.mark.parametrize(
    ("status", "ended"), [("404", True), ("410", True), ("400", False), ("413", False)]
)
def test_only_a_subscription_that_is_gone_is_ended(push: Sink, status: str, ended: bool) -> None:
    push.fault = status
    with pytest.raises(Refused) as refused:
        Push().send(outgoing(push.address))
    assert refused.value.bad_address is ended


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com.evil.example/x",
        "https://169.254.169.254/latest/meta-data",
        "http://fcm.googleapis.com/x",
        "https://xpush.apple.com/x",
        "file:///etc/passwd",
        "https://fcm.googleapis.com/" + "x" * 1_000,
        "",
    ],
)
def test_nothing_but_services_of_browsers_is_ever_called(
    push: Sink, settings: Any, endpoint: str
) -> None:
    """The address comes from outside: our server must not be led to call another."""
    settings.PUSH_HOSTS = ["fcm.googleapis.com", "*.push.apple.com"]
    said = json.loads(push.address)
    with pytest.raises(BadSubscription):
        subscription(endpoint, p256dh=said["p256dh"], auth=said["auth"])
    with pytest.raises(Refused):
        Push().send(outgoing(json.dumps({**said, "endpoint": endpoint})))
    assert push.requests == 0


def test_services_of_browsers_are_taken(push: Sink, settings: Any) -> None:
    settings.PUSH_HOSTS = ["fcm.googleapis.com", "*.push.apple.com"]
    said = json.loads(push.address)
    for endpoint in ("https://fcm.googleapis.com/x", "https://api.push.apple.com/x"):
        assert endpoint in subscription(endpoint, p256dh=said["p256dh"], auth=said["auth"])


@pytest.mark.parametrize(("p256dh", "auth"), [("", ""), ("AAAA", "AAAA"), ("ñ", "ñ")])
def test_keys_that_cannot_be_used_are_refused(push: Sink, p256dh: str, auth: str) -> None:
    with pytest.raises(BadSubscription):
        subscription(json.loads(push.address)["endpoint"], p256dh=p256dh, auth=auth)


@pytest.mark.django_db(transaction=True)
def test_notification_goes_first_and_says_nothing(push: Sink, settings: Any) -> None:
    patient = world.patient()
    subscribe(patient, push)
    message = world.message(patient)
    dispatch.run(now=NOON)

    message.refresh_from_db()
    assert message.state == Message.State.ACCEPTED
    title, words, url = push.accepted[0].body.split("\n")
    assert title == "Elm Street Clinic"
    assert words == "Your monthly check-in is still open"
    assert re.fullmatch(r"http\S+/t/[\w-]{22}/", url)
    delivery = Delivery.objects.get(message=message)
    assert delivery.channel == "push"
    assert "[link]" in delivery.body and "/t/" not in delivery.body


@pytest.mark.django_db(transaction=True)
def test_browser_that_is_gone_is_not_asked_again_and_mail_goes_in_the_same_run(
    push: Sink, settings: Any
) -> None:
    push.fault = "410"
    with mail_sink() as mail:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail.port
        patient = world.patient(phone=None)
        device = subscribe(patient, push)
        world.message(patient)
        dispatch.run(now=NOON)
        device.refresh_from_db()
        assert device.bad_at == NOON
        assert len(mail.accepted) == 1
        world.message(patient, purpose=world.COURTESY)
        dispatch.run(now=NOON)
        assert (push.requests, len(mail.accepted)) == (1, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("gone", [False, True])
def test_every_device_gets_it_and_it_counts_as_one_message(push: Sink, gone: bool) -> None:
    """Nobody knows which one is at hand; one that is gone is not asked again."""
    person = world.patient(email=None, phone=None)
    with push_sink() as other:
        first, second = subscribe(person, push), subscribe(person, other)
        if gone:
            other.fault = "410"
        planned = world.message(person)
        dispatch.run(now=NOON)
        assert dispatch.run(now=NOON) == 0
        assert (len(push.accepted), len(other.accepted)) == (1, 0 if gone else 1)
    assert Message.objects.get(pk=planned.pk).state == "accepted"
    assert Delivery.objects.filter(message=planned).count() == 1
    second.refresh_from_db()
    first.refresh_from_db()
    assert (first.bad_at, second.bad_at) == (None, NOON if gone else None)


@pytest.mark.django_db
def test_same_browser_twice_is_one_device_and_comes_back_to_life(push: Sink) -> None:
    patient = world.patient()
    first = subscribe(patient, push)
    ContactPoint.objects.filter(pk=first.pk).update(bad_at=NOON)
    second = subscribe(patient, push)
    assert second.pk == first.pk
    assert second.bad_at is None
    order = patient.contact_points.order_by("rank").values_list("channel", flat=True)
    assert list(order) == ["push", "sms", "email"]


@pytest.mark.django_db
def test_five_devices_are_enough(settings: Any) -> None:
    use_push(settings)
    patient = world.patient()
    for _ in range(5):
        with push_sink() as sink:
            subscribe(patient, sink)
    with push_sink() as sink, pytest.raises(reaching.NotThisWay):
        subscribe(patient, sink)


def test_without_a_key_there_are_no_notifications(settings: Any) -> None:
    settings.VAPID_PUBLIC_KEY = ""
    with channels.opened() as available:
        assert "push" not in available


def test_key_that_is_none_refuses_to_start_and_is_not_told(capsys: Any) -> None:
    call_command("vapid_key")
    _, _, key = capsys.readouterr().out.strip().partition("=")
    private, public = env.vapid_keys("VAPID_PRIVATE_KEY", key)
    assert (private, len(public)) == (key, 87)
    wrong = f"secret-{uuid.uuid4().hex}"
    with pytest.raises(ImproperlyConfigured, match="VAPID_PRIVATE_KEY") as refusal:
        env.vapid_keys("VAPID_PRIVATE_KEY", wrong)
    assert wrong not in str(refusal.value)
    assert env.vapid_keys("VAPID_PRIVATE_KEY", "") == ("", "")

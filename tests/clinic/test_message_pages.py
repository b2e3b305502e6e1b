"""Why did she not get a text? The ledger answers, and staff can act on it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from messaging.models import Delivery, Message
from people.models import Clinic, Patient
from tests import world
from tests.messaging import world as letters

pytestmark = pytest.mark.django_db


def written(person: Patient, state: str, why: str = "") -> Message:
    message = letters.message(person, send_after=world.NOW, now=world.NOW)
    Message.objects.filter(pk=message.pk).update(state=state, state_reason=why)
    message.refresh_from_db()
    return message


@pytest.mark.parametrize(
    ("state", "why", "group", "words"),
    [
        ("planned", "quiet-hours", "waiting", "waiting for the morning where the patient lives"),
        ("suppressed", "opted-out", "not-sent", "the person asked for no messages"),
        ("superseded", "together", "not-sent", "told in one message with another reminder"),
        ("unknown", "no-answer", "failed", "the provider gave no clear answer"),
    ],
)
def test_ledger_of_a_patient_says_why(
    desk: Client, here: Clinic, state: str, why: str, group: str, words: str
) -> None:
    person, other = world.patient(here), world.patient(here, given_name="Zora")
    written(person, state, why)
    written(other, "accepted")
    page = f"{reverse('clinic:messages')}?patient={person.public_id}"

    shown = desk.get(page).content.decode()
    assert words in shown
    assert "Zora" not in shown
    assert words in desk.get(f"{page}&show={group}").content.decode()
    assert words not in desk.get(f"{page}&show=sent").content.decode()


def test_ledger_of_another_clinics_patient_does_not_exist(desk: Client) -> None:
    foreign = world.patient(world.clinic())
    page = reverse("clinic:messages")
    assert desk.get(f"{page}?patient={foreign.public_id}").status_code == 404
    assert desk.get(f"{page}?patient=nonsense").status_code == 404


def test_message_tells_its_story(desk: Client, here: Clinic) -> None:
    message = written(world.patient(here), "undelivered", "not-delivered")
    Delivery.objects.create(
        message=message, channel="sms", attempt=1, language="en", body="Elm: [link]",
        started_at=world.NOW, outcome="accepted", outcome_at=world.NOW, detail="30003",
        receipt="failed", receipt_at=world.NOW,
    )  # fmt: skip
    shown = desk.get(reverse("clinic:message", args=[message.public_id])).content.decode()
    for words in ("the carrier could not deliver it", "Text message", "30003", "Failed for good"):
        assert words in shown
    assert "[link]" in shown


def test_message_that_waits_is_taken_back_once_with_a_reason(desk: Client, here: Clinic) -> None:
    message = written(world.patient(here), "planned")
    page = reverse("clinic:message", args=[message.public_id])
    assert desk.post(page, {"cancel": "1", "reason": ""}).status_code == 422
    desk.post(page, {"cancel": "1", "reason": "She was told in person"})
    message.refresh_from_db()
    assert (message.state, message.state_reason) == ("withdrawn", "She was told in person")
    again = desk.post(page, {"cancel": "1", "reason": "She was told in person"})
    assert again.status_code == 422
    assert "its state has changed" in again.content.decode()
    assert Event.objects.filter(kind="message.cancelled").count() == 1


def test_message_that_failed_is_sent_again_once_however_often_it_is_pressed(
    desk: Client, here: Clinic
) -> None:
    message = written(world.patient(here), "refused", "address-refused")
    page = reverse("clinic:message", args=[message.public_id])
    for _ in range(2):
        desk.post(page, {"again": "1", "reason": "The number is right now"})
    again = Message.objects.get(key=f"again:{message.public_id}")
    assert (again.state, again.about, again.purpose) == ("planned", message.about, message.purpose)
    message.refresh_from_db()
    assert message.handled_note == "sent again: The number is right now"
    assert Event.objects.filter(kind="message.sent-again").count() == 1


@pytest.mark.parametrize("state", ["accepted", "delivered", "withdrawn", "superseded", "planned"])
def test_what_is_on_its_way_or_was_not_wanted_is_not_sent_again(
    desk: Client, here: Clinic, state: str
) -> None:
    why = "newer" if state in {"withdrawn", "superseded"} else ""
    message = written(world.patient(here), state, why)
    page = reverse("clinic:message", args=[message.public_id])
    assert "Send once more" not in desk.get(page).content.decode()
    assert desk.post(page, {"again": "1", "reason": "Once more"}).status_code == 422
    assert not Message.objects.filter(key__startswith="again:").exists()


def test_forecast_names_each_message_to_come(desk: Client, here: Clinic) -> None:
    world.course(world.patient(here, family_name="Okonkwo"), days=10)
    shown = desk.get(reverse("clinic:messages-to-come")).content.decode()
    assert "Okonkwo" in shown
    assert "Foretold" in shown
    assert "Monthly check-in" in shown


def test_empty_clinic_has_a_calm_ledger_and_forecast(desk: Client) -> None:
    assert "No message" in desk.get(reverse("clinic:messages")).content.decode()
    assert "Nothing is to come" in desk.get(reverse("clinic:messages-to-come")).content.decode()

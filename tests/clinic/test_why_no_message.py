"""Within ten seconds: why did she not get a text? And a wrong address becomes somebody's task."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from messaging.actions import inbound, reaching
from messaging.models import Message, PurposeOptOut
from people.models import Clinic, ContactPoint
from people.permissions import Role
from tests import world
from tests.clinic.test_message_pages import written
from tests.messaging import world as letters

pytestmark = pytest.mark.django_db
MESSAGES = "/clinic/messages/"


def test_a_name_leads_to_the_answer_and_stands_in_no_address(desk: Client, here: Clinic) -> None:
    person = world.patient(here, given_name="Zora", family_name="Quillfeather")
    written(person, "suppressed", "opted-out")
    answer = desk.post(MESSAGES, {"q": "quillfeather"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{MESSAGES}?patient={person.public_id}"
    shown = desk.get(answer.headers["Location"]).content.decode()
    assert "In short" in shown
    assert "Not sent: not allowed: the person asked for no messages, on 22-Nov-2026" in shown


def test_two_of_one_name_are_offered_and_nobody_of_another_clinic(
    desk: Client, here: Clinic
) -> None:
    for given in ("Ana", "Bea"):
        world.patient(here, given_name=given, family_name="Quillfeather")
    world.patient(world.clinic(), given_name="Zoe", family_name="Quillfeather")
    shown = desk.post(MESSAGES, {"q": "Quillfeather"}).content.decode()
    assert "Ana" in shown and "Bea" in shown and "Zoe" not in shown
    assert "Nobody found" in desk.post(MESSAGES, {"q": "Nemo"}).content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"opted_out_at": world.NOW}, "switched off by the patient"),
        ({"bad_at": world.NOW}, "does not work"),
    ],
)
def test_the_answer_names_what_stands_in_the_way(
    desk: Client, here: Clinic, change: dict[str, object], words: str
) -> None:
    person = world.patient(here)
    ContactPoint.objects.filter(patient=person).update(**change)
    PurposeOptOut.objects.create(patient=person, purpose="check-in", since=world.NOW)
    shown = desk.get(f"{MESSAGES}?patient={person.public_id}").content.decode()
    assert "Nothing can be sent now" in shown
    assert words in shown
    assert "Kinds the patient does not want: Monthly check-in" in shown
    assert "No message was ever planned" in shown


def test_the_answer_tells_what_comes_next_and_what_was_read(desk: Client, here: Clinic) -> None:
    person = world.patient(here)
    old = written(person, "withdrawn", "read-in-inbox")
    Message.objects.filter(pk=old.pk).update(read_at=world.NOW)
    later = world.NOW + timedelta(days=2)
    letters.message(person, letters.TASK, send_after=later, now=world.NOW)
    shown = desk.get(f"{MESSAGES}?patient={person.public_id}").content.decode()
    assert "the person has read it on their own page" in shown
    assert "Read on their own page on 22-Nov-2026" in shown
    assert "It goes out on 24-Nov-2026" in shown


# --- A wrong address is a task -----------------------------------------------------------------


def wrong(here: Clinic) -> ContactPoint:
    point = world.patient(here).contact_points.get()
    point.bad_at = world.NOW
    point.save()
    return point


def test_wrong_address_stands_on_the_first_page_until_it_is_corrected(
    desk: Client, here: Clinic
) -> None:
    point = wrong(here)
    ways = reverse("clinic:ways", args=[point.patient.public_id])
    assert "1 address does not work" in " ".join(desk.get("/clinic/").content.decode().split())
    assert ways in desk.get(MESSAGES).content.decode()
    sent = {"pk": point.pk, "address": "Right@Mail.test"}
    assert desk.post(ways, sent).status_code == 302
    point.refresh_from_db()
    assert (point.address, point.bad_at) == ("right@mail.test", None)
    assert "does not work" not in desk.get("/clinic/").content.decode()
    assert Event.objects.get(kind="contact.changed").detail["change"] == "corrected"


def test_the_same_address_is_given_another_try(desk: Client, here: Clinic) -> None:
    point = wrong(here)
    ways = reverse("clinic:ways", args=[point.patient.public_id])
    assert desk.post(ways, {"pk": point.pk, "address": point.address}).status_code == 302
    point.refresh_from_db()
    assert point.bad_at is None
    assert Event.objects.get(kind="contact.changed").detail["change"] == "tried-again"


@pytest.mark.parametrize("address", ["not an address", "", "a@b@c"])
def test_what_is_no_address_is_refused_and_kept_on_the_page(
    desk: Client, here: Clinic, address: str
) -> None:
    point = wrong(here)
    ways = reverse("clinic:ways", args=[point.patient.public_id])
    assert desk.post(ways, {"pk": point.pk, "address": address}).status_code == 422
    point.refresh_from_db()
    assert point.bad_at is not None


def test_correcting_never_opts_a_patient_in_and_never_reaches_another(
    desk: Client, here: Clinic
) -> None:
    point = wrong(here)
    point.opted_out_at = world.NOW
    point.save()
    ways = reverse("clinic:ways", args=[point.patient.public_id])
    desk.post(ways, {"pk": point.pk, "address": "right@mail.test"})
    point.refresh_from_db()
    assert point.opted_out_at == world.NOW
    foreign = world.patient(here).contact_points.get()
    assert desk.post(ways, {"pk": foreign.pk, "address": "x@mail.test"}).status_code == 404


def test_who_may_only_read_messages_sees_no_whole_address(client: Client, here: Clinic) -> None:
    """Everybody who reads messages may also correct addresses; an administrator may neither."""
    point = wrong(here)
    client.force_login(world.staff(here, Role.ADMINISTRATOR))
    ways = reverse("clinic:ways", args=[point.patient.public_id])
    assert client.get(ways).status_code == 403


def test_what_was_agreed_to_stands_with_when_and_how_it_was_taken_back(
    desk: Client, here: Clinic
) -> None:
    """Asked by an auditor: who agreed to texts, since when, and who ended it."""
    person = world.patient(here, phone="+12025550177")
    ContactPoint.objects.filter(patient=person).update(created_at=world.NOW - timedelta(days=1))
    text = ContactPoint.objects.get(patient=person, channel="sms")
    for number, word in enumerate(("STOP", "START")):
        at = world.NOW + timedelta(hours=number)
        inbound.receive_text(sender=text.address, body=word, fingerprint=word, now=at)
    reaching.switch(person, text.pk, on=False, now=world.NOW + timedelta(days=1))
    reaching.choose_purposes(person, {"check-in"}, now=world.NOW + timedelta(days=2))
    shown = desk.get(reverse("clinic:ways", args=[person.public_id])).content.decode()
    told = shown[shown.index("Agreements") :]
    for what, how in (
        ("No longer wanted: Monthly check-in", "on the patient’s own page"),
        ("Text message: taken back", "on the patient’s own page"),
        ("Text message: agreed to again", "by text from the number itself"),
        ("Text message: taken back", "by text from the number itself"),
        ("Text message: given for messages", "at the clinic"),
    ):
        told = told[told.index(what) :]
        assert how in told[: told.index("</tr>")]


def test_escalated_shows_what_went_to_staff_or_by_another_way(desk: Client, here: Clinic) -> None:
    person = world.patient(here)
    plain, other = (written(person, "accepted") for _ in range(2))
    Message.objects.filter(pk=other.pk).update(other_way=True)
    shown = desk.get(f"{MESSAGES}?show=escalated").content.decode()
    assert str(other.public_id) in shown
    assert str(plain.public_id) not in shown

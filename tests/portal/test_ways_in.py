"""Getting in anew, through a mail scanner too; and the lock, which ends all that was handed out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.account.forms import default_token_generator
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from monitoring.actions import calendar_feeds, locking, ways_in
from people import links, sign_in
from people.models import ContactPoint, Patient, SignInLink, User
from tests import world
from tests.world import BY, NOW, PASSWORD

BORN = {"born_0": "12", "born_1": "3", "born_2": "1999"}
NEW = "four calm words here"


@pytest.fixture
def path(patient: Patient) -> str:
    """A link that staff sent by e-mail."""
    ways_in.invite(patient, way="email", by=BY, now=NOW)
    return sign_in.path_of(patient.messages.get(purpose="sign-in-link").key)


def choose(client: Client, password: str = NEW) -> int:
    return client.post("/new-password/", {"password": password, "again": password}).status_code


def is_in(client: Client) -> bool:
    return client.get("/home/").status_code == 200


def test_known_and_unknown_get_the_very_same_answer(client: Client, patient: Patient) -> None:
    known = patient.contact_points.get().address
    said = [
        client.post("/recover/", {"named": named, **BORN}).content
        for named in (known, "nobody@mail.test", "+1 202 555 0199", "rubbish")
    ]
    assert len({page.split(b"<main")[1].split(b"</main>")[0] for page in said}) == 1


def test_scanner_that_opens_every_link_twice_uses_nothing_up(path: str) -> None:
    scanner = Client()
    for look in (scanner.head, scanner.get, scanner.get, scanner.head):
        assert look(path).status_code == 200
    # Some press the button as well; they have no date of birth.
    assert scanner.post(path).status_code == 422
    link = SignInLink.objects.get()
    assert (link.used_at, link.failures) == (None, 0)
    person = Client()
    assert person.post(path, BORN).headers["Location"] == "/new-password/"
    assert choose(person) == 302 and is_in(person)


def test_link_works_once_and_for_its_browser_only(client: Client, path: str) -> None:
    assert client.post(path, BORN).status_code == 302
    other = Client()
    assert "We could not open this" in other.post(path, BORN).content.decode()
    assert other.get("/new-password/").headers["Location"] == "/recover/"
    assert choose(other) == 302 and not is_in(other)


def test_link_ends_with_its_time_and_with_a_newer_one(
    client: Client, path: str, patient: Patient, clock: time_machine.Coordinates
) -> None:
    ways_in.invite(patient, way="email", by=BY, now=NOW)
    assert client.post(path, BORN).status_code == 200
    newer = sign_in.path_of(patient.messages.filter(purpose="sign-in-link").latest("pk").key)
    clock.shift(timedelta(hours=72))
    assert client.post(newer, BORN).status_code == 200
    assert not SignInLink.objects.filter(used_at__isnull=False).exists()


def test_weak_password_is_sent_back_and_the_link_stays_open(client: Client, path: str) -> None:
    client.post(path, BORN)
    assert choose(client, "short") == 422
    assert choose(client) == 302


def test_new_password_proves_the_address_and_ends_other_sessions(
    client: Client, signed_in: Client, path: str, patient: Patient
) -> None:
    elsewhere = Client()
    elsewhere.force_login(patient.user)
    assert is_in(elsewhere)
    client.post(path, BORN)
    choose(client)
    assert not is_in(elsewhere)
    assert patient.contact_points.get().verified_at == NOW
    assert patient.messages.filter(purpose="sign-in-changed").exists()


def test_patient_without_an_account_makes_one(client: Client, db: None) -> None:
    person = world.patient(world.clinic())
    ways_in.invite(person, way="email", by=BY, now=NOW)
    client.post(sign_in.path_of(person.messages.get().key), BORN)
    assert choose(client) == 302 and is_in(client)
    person.refresh_from_db()
    assert person.user == User.objects.get(email=person.contact_points.get().address)


def test_lock_ends_everything_and_nothing_of_it_comes_back(
    client: Client, patient: Patient, clock: time_machine.Coordinates
) -> None:
    by_link, by_password = Client(), Client()
    task = links.issue(
        patient, about="course:1", expires_at=NOW + timedelta(days=3), key="k", now=NOW
    )
    by_link.post(task, BORN)
    by_password.force_login(patient.user)
    feed = reverse("portal:calendar-file", args=[calendar_feeds.give(patient, now=NOW)])
    ContactPoint.objects.create(
        patient=patient,
        channel="push",
        address="x",
        address_index="x",
        label="Firefox",
        created_at=NOW,
    )
    Authenticator.objects.create(user=patient.user, type="webauthn", data={})
    letter = default_token_generator.make_token(patient.user)
    ways_in.invite(patient, way="email", by=BY, now=NOW)
    sent = sign_in.path_of(patient.messages.get(purpose="sign-in-link").key)
    clock.shift(timedelta(minutes=1))

    page = by_password.post("/lock/", {"lost": "phone"})

    assert "Your page is locked" in page.content.decode()
    later = NOW + timedelta(minutes=2)
    clock.move_to(later)
    for _ in range(2):
        # The second time round it is open again, and still nothing old opens anything.
        assert not is_in(by_link) and not is_in(by_password)
        assert client.post(task, BORN).status_code == 200
        assert client.post(sent, BORN).status_code == 200
        assert client.get(feed).status_code == 404
        user = User.objects.get(pk=patient.user.pk)
        assert not default_token_generator.check_token(user, letter)
        assert not client.login(email=user.email, password=PASSWORD)
        assert not Authenticator.objects.filter(user=user).exists()
        assert not patient.contact_points.filter(channel="push").exists()
        locking.unlock(patient, checked="in person", by=BY, now=later)


def test_patient_opens_it_again_over_the_other_way(client: Client, db: None) -> None:
    person = world.patient(world.clinic(), login=True, phone="+12025550143")
    world.course(person)
    locking.lock(person, lost=locking.Lost.PHONE, by=person, now=NOW)
    client.post("/recover/", {"named": "(202) 555-0143", **BORN})
    message = person.messages.get(purpose="sign-in-link")
    assert message.only_way == "email"
    client.post(sign_in.path_of(message.key), BORN)
    assert choose(client) == 302 and is_in(client)
    person.refresh_from_db()
    assert person.locked_at is None


def test_staff_lock_and_unlock_after_looking_who_it_is(patient: Patient) -> None:
    nurse = Client()
    nurse.force_login(world.staff(patient.clinic))
    page = reverse("clinic:account", args=[patient.public_id])
    assert nurse.post(page, {"do": "lock", "lost": "nothing"}).status_code == 302
    assert "Locked" in nurse.get(page).content.decode()
    assert nurse.post(page, {"do": "unlock", "checked": ""}).status_code == 422
    said = {"do": "unlock", "checked": "called back on the number on file"}
    assert nurse.post(page, said).status_code == 302
    patient.refresh_from_db()
    assert patient.locked_at is None


def test_locked_person_is_told_after_the_right_password(client: Client, patient: Patient) -> None:
    Patient.objects.filter(pk=patient.pk).update(locked_at=NOW)
    client.post("/account/login/", {"login": patient.user.email, "password": PASSWORD})
    page = client.get("/home/", follow=True).content.decode()
    assert "Your page is locked." in page


def test_guardian_chooses_a_password_by_the_childs_birth_date(
    client: Client, patient: Patient
) -> None:
    guardian = world.guardian(patient)
    ways_in.invite_guardian(guardian, by=BY, now=NOW)
    key = guardian.user.messages.get().key
    assert client.post(sign_in.path_of(key), BORN).headers["Location"] == "/new-password/"
    assert choose(client) == 302
    assert client.get("/").headers["Location"] == "/family/"

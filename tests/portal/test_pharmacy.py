"""The pharmacist's page: who gets in, green or red, what is shown, what is recorded (US-21)."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from audit.models import Access, Event
from courses.actions import dosing
from courses.models import Course, Dispense, Prescription
from messaging.models import Message
from monitoring.actions import pharmacy, pregnancy_tests
from monitoring.models import CourseStanding, PharmacyLink, PharmacyReport, WorkItem
from monitoring.pharmacy import token_of
from people.models import User
from protocol.supplies import SupplyLine
from tests import ready, world
from tests.world import BY, NOW, TODAY

pytestmark = pytest.mark.django_db
FORTY_5 = (Decimal(45),)
DOOR = {"pharmacy": "Town pharmacy, Elm", "born_0": "12", "born_1": "3", "born_2": "1999"}
WRONG = {**DOOR, "born_2": "1998"}


@pytest.fixture
def doctor(db: None) -> User:
    return world.staff(world.clinic())


@pytest.fixture
def course(doctor: User) -> Course:
    """A US course on which nothing is open."""
    return ready.course(doctor.memberships.get().clinic)


@pytest.fixture
def rx(course: Course, doctor: User) -> Prescription:
    """Signed a moment ago, with its link."""
    return world.signed(course, doctor)


@pytest.fixture
def path(rx: Prescription) -> str:
    return f"/p/{token_of(PharmacyLink.objects.get(prescription=rx))}/"


@pytest.fixture
def inside(client: Client, path: str) -> Client:
    """A pharmacist who has opened it."""
    assert client.post(path, DOOR).url == path
    return client


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode().replace("\xa0", " ")


def test_looking_spends_nothing_and_shows_nothing(client: Client, rx: Any, path: str) -> None:
    for address in (path, "/p/AAAAAAAAAAAAAAAAAAAAAA/"):
        page = text(client, address)
        assert "Check before handing out" in page
        assert "Rivera" not in page and "RIVERA" not in page and "sotretinoin" not in page
    assert not Access.objects.filter(page="pharmacy").exists()


def test_green_says_what_to_hand_out_until_when_and_keeps_who_looked(
    inside: Client, path: str, course: Course
) -> None:
    page = text(inside, path)
    for words in (
        "Ready to dispense",
        "RIVERA, Ana",
        "ISOtretinoin capsules",
        '30</b> capsules of <b class="fw-semibold"><span class="num">40 mg',
        "For 30 days",
        "27-Nov-2026 23:59 EST",
        "21-Nov-2026",
        "get the RMA number",
    ):
        assert words in page, words
    look = Access.objects.filter(page="pharmacy").latest("pk")
    assert (look.actor_name, look.patient) == (DOOR["pharmacy"], course.patient.public_id)
    title = page.split("<title>")[1].split("</title>")[0]
    assert "sotretinoin" not in title and "Ana" not in title


def test_every_strength_is_shown_with_its_number(client: Client) -> None:
    at = world.clinic("uk-mhra")
    lines = (SupplyLine(30, Decimal(40)), SupplyLine(30, Decimal(5)))
    signed = world.signed(
        ready.british_course(at), world.staff(at), supply=ready.supply(lines=lines, pattern=FORTY_5)
    )
    path = f"/p/{token_of(PharmacyLink.objects.get(prescription=signed))}/"
    client.post(path, DOOR)
    page = re.sub(r"<[^>]+>", "", text(client, path))
    for words in (
        "30 capsules of 40 mg",
        "30 capsules of 5 mg",
        "60 capsules of 2 strengths, for 30 days",
        "45 mg a day",
        "Hand out none of them",
        "Dispensed 60 capsules",
    ):
        assert words in page, words


def test_nothing_that_is_the_patients_own_is_shown(inside: Client, path: str) -> None:
    page = text(inside, path).casefold()
    for word in ("implant", "condom", "phq", "mood", "alt ", "sexual", "mail.test"):
        assert word not in page, word


def test_handing_out_needs_the_number_and_happens_once(
    inside: Client, path: str, course: Course
) -> None:
    refused = inside.post(path, {"did": "dispensed", "rma": ""})
    assert refused.status_code == 422 and "RMA" in refused.content.decode()
    for _ in range(2):
        inside.post(path, {"did": "dispensed", "rma": "RMA-77", "brand": "Generic"})
    row = Dispense.objects.get()
    assert (row.rma, row.pharmacy, row.dispensed_on) == ("RMA-77", DOOR["pharmacy"], TODAY)
    page = text(inside, path)
    assert "Handed out" in page and "Ready to dispense" not in page
    assert Event.objects.filter(kind="prescription.dispensed").count() == 1


def test_the_gate_is_asked_again_at_the_moment_of_handing_out(
    inside: Client, path: str, course: Course
) -> None:
    """The page was green when it was opened; a positive test came before the press."""
    assert "Ready to dispense" in text(inside, path)
    pregnancy_tests.record_test(
        course,
        collected_on=TODAY,
        result="positive",
        setting="clinic",
        specimen="serum",
        verified=True,
        cycle_day=None,
        by=BY,
        now=NOW,
    )
    answer = inside.post(path, {"did": "dispensed", "rma": "RMA-77"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Do not dispense" in page and "positive" not in page.casefold()
    assert not Dispense.objects.exists()
    assert Event.objects.filter(kind="pharmacy.stopped-by-gate").count() == 1


def test_red_while_treatment_is_on_hold_and_green_again_when_it_is_resumed(
    inside: Client, path: str, course: Course, doctor: User
) -> None:
    dosing.hold(course, held_on=TODAY, reason="ALT 171", by=doctor, now=NOW)

    page = text(inside, path)
    pressed = inside.post(path, {"did": "dispensed", "rma": "RMA-1"})

    assert "Do not dispense" in page and "paused this treatment" in page and "ALT" not in page
    assert pressed.status_code == 422 and not Dispense.objects.exists()
    dosing.resume(course, resumed_on=TODAY, by=doctor, now=NOW)
    assert "Ready to dispense" in text(inside, path)


@pytest.mark.parametrize(("days", "green"), [(5, True), (6, False)])
def test_red_after_the_last_day(
    client: Client, path: str, clock: time_machine.Coordinates, days: int, green: bool
) -> None:
    clock.shift(timedelta(days=days))
    client.post(path, DOOR)
    page = text(client, path)
    assert ("Ready to dispense" in page) is green
    assert ("The window is over" in page) is not green


def test_out_of_stock_tells_clinic_and_patient_once_in_neutral_words(
    inside: Client, path: str, course: Course
) -> None:
    for _ in range(2):
        inside.post(path, {"did": "out-of-stock", "note": "Tuesday"})
    assert Message.objects.filter(purpose="pharmacy-note", patient=course.patient).count() == 1
    assert WorkItem.objects.filter(course=course, reason="pharmacy:out-of-stock").count() == 1
    inside.post(path, {"did": "dispensed", "rma": "RMA-77"})
    assert not WorkItem.objects.filter(course=course, reason="pharmacy:out-of-stock").exists()


def test_what_was_not_collected_goes_back_to_stock(
    inside: Client, path: str, course: Course
) -> None:
    assert inside.post(path, {"did": "returned"}).status_code == 422
    inside.post(path, {"did": "dispensed", "rma": "RMA-77"})
    assert CourseStanding.objects.get(course=course).capsules_left
    inside.post(path, {"did": "returned"})
    assert Dispense.objects.get().reversed_at is not None
    # What is back in stock is in nobody's hand: it does not count in the forecast either.
    assert CourseStanding.objects.get(course=course).capsules_left is None
    assert WorkItem.objects.filter(course=course, reason="pharmacy:returned").exists()


def test_a_problem_needs_words_and_reaches_the_worklist(
    inside: Client, path: str, course: Course
) -> None:
    assert inside.post(path, {"did": "problem"}).status_code == 422
    inside.post(path, {"did": "problem", "note": "The name differs"})
    assert PharmacyReport.objects.get().note == "The name differs"
    assert WorkItem.objects.filter(course=course, reason="pharmacy:problem").exists()


def test_five_wrong_birth_dates_close_the_link(client: Client, path: str) -> None:
    for _ in range(5):
        assert client.post(path, WRONG).status_code == 422
    assert client.post(path, DOOR).status_code == 422
    assert Event.objects.filter(kind="pharmacy-link.refused").count() == 6


def test_twenty_wrong_tries_close_the_door_for_where_they_came_from(client: Client) -> None:
    for number in range(20):
        client.post(f"/p/guess-{number}/", DOOR)
    assert client.post("/p/guess-21/", DOOR).status_code == 429


def test_a_withdrawn_link_shuts_the_page_that_is_open(
    inside: Client, path: str, rx: Prescription, doctor: User
) -> None:
    pharmacy.replace(rx, by=doctor, now=NOW)
    assert "Ready to dispense" not in text(inside, path)
    assert inside.post(path, {"did": "dispensed", "rma": "RMA-77"}).status_code == 422
    assert client_opens(rx)


def client_opens(rx: Prescription) -> bool:
    """The new link opens."""
    link = PharmacyLink.objects.get(prescription=rx, revoked_at__isnull=True)
    return Client().post(f"/p/{token_of(link)}/", DOOR).status_code == 302


def test_a_link_ends_and_so_does_the_look(
    inside: Client, path: str, clock: time_machine.Coordinates
) -> None:
    clock.shift(timedelta(minutes=31))
    assert "Ready to dispense" not in text(inside, path)
    clock.shift(timedelta(days=30))
    assert inside.post(path, DOOR).status_code == 422


def test_only_the_hash_of_a_token_is_kept(rx: Prescription, path: str) -> None:
    token = path.split("/")[2]
    link = PharmacyLink.objects.get()
    assert len(token) == 22
    assert token not in {str(value) for value in vars(link).values()}
    assert not Event.objects.filter(detail__icontains=token).exists()


def test_a_british_fill_asks_for_no_number() -> None:
    at = world.clinic("uk-mhra")
    doctor = world.staff(at)
    found = world.signed(ready.british_course(at), doctor)
    link = PharmacyLink.objects.get(prescription=found)
    browser, where = Client(), f"/p/{token_of(link)}/"
    browser.post(where, DOOR)
    page = text(browser, where)
    assert "Ready to dispense" in page and "RMA" not in page
    browser.post(where, {"did": "dispensed"})
    assert Dispense.objects.filter(prescription=found).exists()

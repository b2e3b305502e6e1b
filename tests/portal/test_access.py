"""Getting in: links that scanners cannot spend, one answer for every failure, short sessions."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audit.models import Access, Event
from monitoring.models import DueItem
from people import links
from people.models import LinkFailure, Patient, TaskLink
from tests import world
from tests.world import NOW

RIGHT = {"born_0": "12", "born_1": "3", "born_2": "1999"}
WRONG = {"born_0": "13", "born_1": "3", "born_2": "1999"}
REFUSED = "This link or the date does not match"


@pytest.fixture
def path(patient: Patient) -> str:
    item = DueItem.objects.get(course__patient=patient, requirement="check-in", ended="")
    about = f"due-item:{item.public_id}"
    return links.issue(patient, about=about, expires_at=NOW + timedelta(days=3), key="one", now=NOW)


def test_looking_at_a_link_spends_nothing(client: Client, path: str) -> None:
    for _ in range(2):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    link = TaskLink.objects.get()
    assert (link.failures, link.revoked_at) == (0, None)
    assert not LinkFailure.objects.exists()
    assert not Access.objects.exists()
    assert client.post(path, RIGHT).status_code == 302


def test_the_page_before_the_birth_date_says_nothing(client: Client, path: str) -> None:
    html = client.get(path).content.decode().casefold()
    text = re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)
    for word in ("rivera", "ana ", "isotretinoin", "pregnan", "northgate", "capsule", "check-in"):
        assert word not in text


def test_the_right_date_leads_to_the_task(client: Client, path: str, patient: Patient) -> None:
    response = client.post(path, RIGHT, follow=True)
    assert response.redirect_chain == [("/check-in/", 302)]
    assert "Your monthly check-in" in response.content.decode()
    seen = Access.objects.get()
    assert (seen.actor, seen.page) == (patient.audit_id, "portal:check-in")
    assert Event.objects.filter(kind="link.opened").count() == 1


@pytest.mark.parametrize("month", ["3", "03", "March", "mar"])
def test_a_month_may_be_a_number_or_a_name(client: Client, path: str, month: str) -> None:
    assert client.post(path, {**RIGHT, "born_1": month}).status_code == 302


def test_wrong_link_and_wrong_date_get_the_same_page(client: Client, path: str) -> None:
    wrong_date = client.post(path, WRONG)
    wrong_link = client.post("/t/" + "x" * 22 + "/", WRONG)
    assert wrong_date.status_code == wrong_link.status_code == 200
    assert _without_token(wrong_date) == _without_token(wrong_link)
    assert REFUSED in wrong_date.content.decode()
    assert 'value="1999"' in wrong_date.content.decode()


def _without_token(response: Any) -> str:
    lines = response.content.decode().splitlines()
    return "\n".join(
        line for line in lines if "csrf" not in line.casefold() and "nonce" not in line
    )


@pytest.mark.parametrize(
    "date", [{}, {"born_0": "31", "born_1": "2", "born_2": "1999"}, {**RIGHT, "born_1": "x"}]
)
def test_an_unreadable_date_is_asked_again_and_counts_for_nothing(
    client: Client, path: str, date: dict[str, str]
) -> None:
    page = client.post(path, date).content.decode()
    assert "There is a problem" in page
    assert 'href="#id_born_0"' in page
    assert "<title>Error:" in page
    assert not LinkFailure.objects.exists()


def test_five_wrong_dates_close_the_link(client: Client, path: str) -> None:
    for _ in range(5):
        client.post(path, WRONG)
    assert REFUSED in client.post(path, RIGHT).content.decode()


def test_too_many_failures_get_a_calm_page(client: Client, path: str) -> None:
    for _ in range(19):
        client.post("/t/" + "y" * 22 + "/", WRONG)
    response = client.post("/t/" + "y" * 22 + "/", WRONG)
    assert response.status_code == 429
    assert "Please wait a while" in response.content.decode()
    assert client.post(path, RIGHT).status_code == 429


def test_an_expired_link_is_refused(client: Client, path: str, clock: Any) -> None:
    clock.move_to(NOW + timedelta(days=3))
    assert REFUSED in client.post(path, RIGHT).content.decode()


def test_the_session_key_changes_and_staff_is_signed_out(client: Client, path: str) -> None:
    client.force_login(world.staff(world.clinic()))
    before = client.session.session_key
    client.post(path, RIGHT)
    assert client.session.session_key != before
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("page", ["/results/", "/messages/"])
def test_a_link_opens_the_next_step_and_the_task_only(client: Client, path: str, page: str) -> None:
    client.post(path, RIGHT)
    text = client.get(page).content.decode()
    assert "Sign in to see this" in text
    assert "Rivera" not in text


def test_another_reminders_link_leads_to_the_next_step(client: Client, patient: Patient) -> None:
    other = links.issue(
        patient, about="clinic:1", expires_at=NOW + timedelta(days=3), key="two", now=NOW
    )
    response = client.post(other, RIGHT, follow=True)
    assert response.redirect_chain == [("/home/", 302)]
    assert "Your next step" in response.content.decode()
    assert 'aria-label="Main"' not in response.content.decode()


def test_a_link_session_ends_after_thirty_idle_minutes(
    client: Client, path: str, clock: Any
) -> None:
    client.post(path, RIGHT)
    clock.shift(timedelta(minutes=29))
    assert client.get("/check-in/").status_code == 200
    clock.shift(timedelta(minutes=31))
    assert client.get("/check-in/").status_code == 302


def test_a_busy_link_session_ends_after_two_hours(client: Client, path: str, clock: Any) -> None:
    client.post(path, RIGHT)
    for _ in range(5):
        clock.shift(timedelta(minutes=25))
        response = client.get("/check-in/")
    assert response.status_code == 302


@pytest.mark.parametrize("by_link", [True, False])
def test_locking_the_patient_ends_every_session(
    client: Client, path: str, patient: Patient, by_link: bool
) -> None:
    if by_link:
        client.post(path, RIGHT)
    else:
        client.force_login(patient.user)
    assert client.get("/check-in/").status_code == 200
    patient.locked_at = NOW
    patient.save(update_fields=["locked_at"])
    response = client.get("/check-in/")
    assert response.status_code == 302
    assert response.url.startswith("/account/login/")


@pytest.mark.parametrize(
    "page",
    ["/home/", "/check-in/", "/check-in/10/", "/check-in/answers/", "/results/", "/help/"],
)
def test_nobody_gets_in_without_a_session(client: Client, db: None, page: str) -> None:
    response = client.get(page)
    assert response.status_code == 302
    assert response.url.startswith("/account/login/")


def test_staff_has_no_patient_pages(client: Client, db: None) -> None:
    client.force_login(world.staff(world.clinic()))
    assert client.get("/home/").status_code == 404


def test_every_reading_is_logged(signed_in: Client, patient: Patient) -> None:
    for page in ("/home/", "/results/", "/messages/"):
        signed_in.get(page)
    seen = Access.objects.filter(patient=patient.public_id).order_by("pk")
    assert [row.page for row in seen] == ["portal:home", "portal:results", "portal:messages"]
    assert {row.actor for row in seen} == {patient.audit_id}


def test_the_front_door_sends_everybody_home(client: Client, patient: Patient) -> None:
    assert client.get("/").url == "/account/login/"
    client.force_login(patient.user)
    assert client.get("/").url == "/home/"


def test_leaving_signs_out(signed_in: Client) -> None:
    assert signed_in.get("/leave/").status_code == 302
    assert signed_in.get("/home/").status_code == 302

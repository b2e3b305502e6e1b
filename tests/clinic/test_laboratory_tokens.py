"""The administrator's pages for laboratories' tokens: shown once, replaced, revoked."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.models import LabToken
from people.models import Clinic
from tests import world
from tests.monitoring.exchange.laboratory_system import administrator

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r"itl_[\w-]{43}")


@pytest.fixture
def clinic() -> Clinic:
    return world.clinic()


@pytest.fixture
def browser(clinic: Clinic) -> Client:
    browser = Client()
    browser.force_login(administrator(clinic))
    return browser


def make(browser: Client, label: str = "Riverside", lifetime: str = "0") -> tuple[int, str]:
    page = reverse("clinic:laboratories")
    response = browser.post(page, {"label": label, "lifetime": lifetime})
    return response.status_code, response.content.decode()


def test_token_is_shown_once_and_never_again(browser: Client) -> None:
    _, shown = make(browser)
    (text,) = TOKEN.findall(shown)

    token = LabToken.objects.get()
    for page in (
        reverse("clinic:laboratories"),
        reverse("clinic:laboratory", args=[token.public_id]),
    ):
        later = browser.get(page).content.decode()
        assert token.prefix in later
        assert text not in later
    assert text not in str(dict(browser.session))


def test_sending_the_form_again_makes_no_second_token(browser: Client) -> None:
    make(browser)
    status, page = make(browser)
    assert status == 422
    assert "replace that one" in page
    assert LabToken.objects.count() == 1


@pytest.mark.parametrize(
    ("label", "lifetime"), [("", "0"), ("x" * 81, "0"), ("A", "9"), ("A\x00", "0")]
)
def test_impossible_tokens_are_not_made(browser: Client, label: str, lifetime: str) -> None:
    assert make(browser, label, lifetime)[0] == 422
    assert LabToken.objects.count() == 0


def test_replacing_shows_the_next_token_and_keeps_the_old_one_for_a_while(browser: Client) -> None:
    (first,) = TOKEN.findall(make(browser, lifetime="365")[1])
    page = reverse("clinic:laboratory", args=[LabToken.objects.get().public_id])

    shown = browser.post(page, {"overlap": "7", "rotate": "1"}).content.decode()

    (second,) = TOKEN.findall(shown)
    assert second != first
    listed = browser.get(reverse("clinic:laboratories")).content.decode()
    assert "replaced by a newer one" in listed
    assert browser.post(page, {"overlap": "7", "rotate": "1"}).status_code == 422


def test_revoking_ends_it(browser: Client) -> None:
    make(browser)
    token = LabToken.objects.get()
    page = reverse("clinic:laboratory", args=[token.public_id])

    assert browser.post(page, {"revoke": "1"}).status_code == 302

    token.refresh_from_db()
    assert token.revoked_at is not None
    assert "Revoke now" not in browser.get(page).content.decode()


def test_token_of_another_clinic_does_not_exist(browser: Client) -> None:
    abroad = world.clinic()
    elsewhere = Client()
    elsewhere.force_login(administrator(abroad))
    make(elsewhere)
    token = LabToken.objects.get()
    page = reverse("clinic:laboratory", args=[token.public_id])

    assert browser.get(page).status_code == 404
    assert browser.post(page, {"revoke": "1"}).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None
    assert token.prefix not in browser.get(reverse("clinic:laboratories")).content.decode()

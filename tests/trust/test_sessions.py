"""Sessions, sign-in and the second factor (SEC-07, 09, 10; AT-07 to 09, 12, 17, 32, 35)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from people.models import Membership, User
from people.permissions import Role
from tests import world
from tests.world import NOW, PASSWORD, TOTP_SECRET

pytestmark = pytest.mark.django_db
TODAY_PAGE = "/clinic/"


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def nurse(clock: time_machine.Coordinates) -> User:
    return world.staff(world.clinic(), Role.NURSE)


@pytest.fixture
def browser(client: Client, nurse: User) -> Client:
    """The nurse, signed in with password and code."""
    _sign_in(client, nurse)
    assert client.get(TODAY_PAGE).status_code == 200
    return client


def _sign_in(client: Client, user: User, *, password: str = PASSWORD, **extra: str) -> str:
    """The address one is sent to after the last step."""
    client.post("/account/login/", {"login": user.email, "password": password}, **extra)
    code = format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30))
    response = client.post("/account/2fa/authenticate/", {"code": code}, **extra)
    return str(response.headers.get("Location", ""))


def _is_out(client: Client) -> bool:
    response = client.get(TODAY_PAGE)
    return response.status_code == 302 and response.url.startswith("/account/login/")


def test_a_session_ends_after_fifteen_idle_minutes(
    browser: Client, clock: time_machine.Coordinates
) -> None:
    clock.shift(timedelta(minutes=14, seconds=59))
    assert not _is_out(browser)
    clock.shift(timedelta(minutes=15, seconds=1))
    assert _is_out(browser)


def test_what_a_page_asks_by_itself_does_not_keep_a_session(
    browser: Client, clock: time_machine.Coordinates
) -> None:
    for _ in range(15):
        clock.shift(timedelta(minutes=1))
        assert browser.get(TODAY_PAGE, headers={"X-IsoTrack-Poll": "1"}).status_code == 200
    clock.shift(timedelta(seconds=1))
    assert _is_out(browser)


def test_a_busy_session_ends_after_twelve_hours(
    browser: Client, clock: time_machine.Coordinates
) -> None:
    for _ in range(72):
        clock.shift(timedelta(minutes=10))
        assert not _is_out(browser)
    clock.shift(timedelta(minutes=1))
    assert _is_out(browser)


def test_a_deactivated_person_is_out_at_the_next_request(browser: Client, nurse: User) -> None:
    User.objects.filter(pk=nurse.pk).update(is_active=False)
    assert _is_out(browser)


def test_a_new_epoch_signs_out_everywhere(browser: Client, nurse: User) -> None:
    other = Client()
    other.force_login(nurse)
    assert not _is_out(other)
    User.objects.filter(pk=nurse.pk).update(session_epoch=1)
    assert _is_out(browser)
    assert _is_out(other)


def test_a_role_that_was_taken_away_is_gone_at_the_next_request(
    browser: Client, nurse: User
) -> None:
    Membership.objects.filter(user=nurse).update(active=False)
    assert browser.get(TODAY_PAGE).status_code == 404


def test_a_role_that_was_given_asks_for_a_second_factor_at_once(client: Client) -> None:
    person = User.objects.create_user("new@clinic.test", PASSWORD)
    client.force_login(person)
    client.get("/")
    client.force_login(person)
    assert client.get(TODAY_PAGE).status_code == 404
    Membership.objects.create(user=person, clinic=world.clinic(), role=Role.DERMATOLOGIST)
    response = client.get(TODAY_PAGE)
    assert (response.status_code, response.headers.get("Location")) == (
        302,
        "/account/2fa/totp/activate/",
    )


def test_the_password_alone_opens_nothing(client: Client, nurse: User) -> None:
    response = client.post("/account/login/", {"login": nurse.email, "password": PASSWORD})
    assert response.url.startswith("/account/2fa/authenticate/")
    assert _is_out(client)


def test_a_session_from_before_the_second_factor_does_not_inherit_it(client: Client) -> None:
    """Somebody who only knows the password waits at the set-up page; they must not get in later."""
    user = world.staff(world.clinic(), second_factor=False)
    client.force_login(user)
    assert client.get(TODAY_PAGE).url == "/account/2fa/totp/activate/"
    world.TOTP.activate(user, TOTP_SECRET)
    assert client.get(TODAY_PAGE).status_code == 302


def test_whoever_sets_up_the_second_factor_goes_on_with_it(client: Client) -> None:
    user = world.staff(world.clinic(), second_factor=False)
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert client.get(TODAY_PAGE).url == "/account/2fa/totp/activate/"
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.get("/account/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert client.post("/account/2fa/totp/activate/", {"code": code}).status_code == 302
    assert client.get(TODAY_PAGE).status_code == 200


def test_a_code_opens_once(client: Client, nurse: User) -> None:
    assert _sign_in(client, nurse) == TODAY_PAGE
    assert _sign_in(Client(), nurse) != TODAY_PAGE


def test_forged_addresses_do_not_help_to_guess_passwords(client: Client, nurse: User) -> None:
    for number in range(10):
        client.post(
            "/account/login/",
            {"login": nurse.email, "password": f"wrong {number}"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
    last = client.post(
        "/account/login/",
        {"login": nurse.email, "password": PASSWORD},
        headers={"X-Forwarded-For": "198.51.100.7"},
    )
    assert last.status_code in {200, 429}
    assert "account_authentication_methods" not in client.session


@pytest.mark.parametrize(
    "target",
    ["//evil.test/", "https://evil.test/", "/\\evil.test", "javascript:alert(1)", "\\\\evil.test"],
)
def test_nobody_is_sent_elsewhere_after_signing_in(
    client: Client, nurse: User, target: str
) -> None:
    client.post(
        f"/account/login/?next={target}",
        {
            "login": nurse.email,
            "password": PASSWORD,
            "next": target,
        },
    )
    code = format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30))
    response = client.post("/account/2fa/authenticate/", {"code": code})
    assert response.headers["Location"] == TODAY_PAGE


@pytest.mark.parametrize(
    "path", ["/account/login/", "/account/logout/", "/t/abc/", "/account/theme/"]
)
def test_forms_from_elsewhere_are_refused(path: str, nurse: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(nurse)
    assert strict.post(path, {"login": "x"}).status_code == 403


def test_the_reset_letter_names_our_host_whatever_the_request_says(
    client: Client, nurse: User, settings: object, mailoutbox: list[object]
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    refused = client.post(
        "/account/password/reset/", {"email": nurse.email}, headers={"host": "evil.test"}
    )
    assert refused.status_code == 400
    client.post(
        "/account/password/reset/",
        {"email": nurse.email},
        headers={"X-Forwarded-Host": "evil.test"},
    )
    assert len(mailoutbox) == 1
    assert "evil.test" not in mailoutbox[0].body  # type: ignore[attr-defined]

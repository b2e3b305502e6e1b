"""A patient makes a passkey and signs in with it; the phone is a virtual authenticator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from tests import world
from tests.journeys.pages import PHONE, Patient
from tests.world import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]


def test_a_passkey_opens_the_page_without_the_password(arrive: Callable[..., Any]) -> None:
    ana = world.patient(world.clinic(), login=True)
    phone: Patient = arrive(Patient, PHONE)
    page = phone.page
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.goto(f"{phone.home}/account/login/")
    page.get_by_label("Email").fill(ana.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/home/")

    page.goto(f"{phone.home}/passkeys/")
    # Something new to get in with: so the password is asked for once more.
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.get_by_role("button", name="Make a passkey here").click()
    page.get_by_role("heading", name="Your passkeys").wait_for()
    phone.look()

    page.context.clear_cookies()
    page.goto(f"{phone.home}/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/home/")
    assert "Hello Ana" in page.content()
    assert Authenticator.objects.get(user=ana.user).last_used_at is not None

"""The clinic's own rules about reading results, chosen on the Rules page."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from clinic.forms.rules import chosen
from monitoring.models import ClinicPolicyVersion
from monitoring.policies import policies_for
from people.models import Clinic
from people.permissions import Role
from protocol.policy import ClinicPolicy
from tests import world


@pytest.fixture
def office(client: Client, here: Clinic) -> Client:
    """An administrator of the clinic, signed in."""
    client.force_login(world.staff(here, Role.ADMINISTRATOR))
    return client


def said(**changes: object) -> dict[str, object]:
    """The form as it opens, with changes; an unticked box sends nothing."""
    values = {**chosen(ClinicPolicy()), "reason": "agreed in the team meeting", **changes}
    return {name: value for name, value in values.items() if value is not False}


def test_normal_results_stay_open_and_hours_are_the_rule_books_until_chosen(here: Clinic) -> None:
    policy = policies_for([here.pk], on=world.TODAY)[here.pk]
    assert policy.close_normal_results is False
    assert policy.result_hours == {"t2": 48, "t3": 24, "t4": 1, "doubtful": 24}


def test_administrator_chooses_switch_and_hours_from_today_on(office: Client, here: Clinic) -> None:
    response = office.post("/clinic/rules/", said(close_normal_results="on", hours_t3=8))
    assert response.status_code == 302
    policy = policies_for([here.pk], on=world.TODAY)[here.pk]
    assert policy.close_normal_results is True
    assert policy.result_hours == {"t2": 48, "t3": 8, "t4": 1, "doubtful": 24}
    before = policies_for([here.pk], on=date(2026, 11, 21))[here.pk]
    assert before.close_normal_results is False


@pytest.mark.parametrize("changes", [{"hours_t2": 49}, {"hours_t3": 25}, {"hours_t3": 0}])
def test_hours_can_be_shortened_and_never_lengthened_beyond_the_rule_book(
    office: Client, changes: dict[str, int]
) -> None:
    assert office.post("/clinic/rules/", said(**changes)).status_code == 422
    assert not ClinicPolicyVersion.objects.exists()

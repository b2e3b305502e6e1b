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
from protocol.vocabulary import Level, Reason
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


def test_administrator_makes_the_gate_stricter_and_takes_it_back(
    office: Client, here: Clinic
) -> None:
    reason = "two draws were missed in spring"
    stricter = {"LAB_OVERDUE": "block", "WEIGHT_STALE": "override", "reason": reason}
    assert office.post("/clinic/rules/levels/", stricter).status_code == 302
    assert "Blood test overdue: Cannot go on" in office.get("/clinic/rules/").content.decode()
    policy = policies_for([here.pk], on=world.TODAY)[here.pk]
    assert policy.review_levels == {
        Reason.LAB_OVERDUE: Level.BLOCK,
        Reason.WEIGHT_STALE: Level.OVERRIDE,
    }
    assert office.post("/clinic/rules/levels/", {"reason": "no longer needed"}).status_code == 302
    assert policies_for([here.pk], on=world.TODAY)[here.pk].review_levels == {}


@pytest.mark.parametrize(
    "said", [{"LAB_OVERDUE": "warn"}, {"MH_ITEM9": "allow"}, {"WEIGHT_STALE": "warn"}]
)
def test_no_level_is_lowered(office: Client, said: dict[str, str]) -> None:
    body = {**said, "reason": "agreed in the team meeting"}
    assert office.post("/clinic/rules/levels/", body).status_code == 422
    assert not ClinicPolicyVersion.objects.exists()


def test_raising_a_level_needs_a_reason(office: Client) -> None:
    assert office.post("/clinic/rules/levels/", {"LAB_OVERDUE": "block"}).status_code == 422
    assert not ClinicPolicyVersion.objects.exists()


def test_only_the_administrator_sees_the_levels(client: Client, here: Clinic) -> None:
    client.force_login(world.staff(here, Role.NURSE))
    assert client.get("/clinic/rules/levels/").status_code in {403, 404}


def test_an_unconfirmed_edition_says_so_until_somebody_sets_its_first_day(office: Client) -> None:
    page = office.get("/clinic/rules/").content.decode()
    assert "US-2026 is not confirmed" in page
    assert "Confirm in iPLEDGE" in page
    assert "MHRA Drug Safety Update, October 2023" in page
    response = office.post(
        "/clinic/rules/us-2026/",
        {"effective_from": "2026-11-15", "reason": "read in iPLEDGE today"},
    )
    assert response.status_code == 302
    assert "is not confirmed" not in office.get("/clinic/rules/").content.decode()

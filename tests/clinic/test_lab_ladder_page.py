"""An administrator moves a step of the ladder of results, and sees first whom it would change."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from clinic.forms.lab_ladder import written
from monitoring.actions import planning
from monitoring.models import ClinicPolicyVersion, CourseStanding, ResultReview
from monitoring.policies import policies_for
from people.models import Clinic
from protocol.ladders import DEFAULT_LADDER
from tests import world
from tests.monitoring.desk import send
from tests.monitoring.exchange.laboratory_system import administrator
from tests.monitoring.intake import messages
from tests.trust.cast import pid

pytestmark = pytest.mark.django_db
PAGE = "clinic:lab-ladder"
REASON = "Agreed in the team, AAD 2024."
MOVED = {"triglycerides-mg-dl-t2": "350", "triglycerides-mmol-l-t2": "3.95"}
SEEN = json.dumps({"triglycerides.mg/dL.t2": "350", "triglycerides.mmol/L.t2": "3.95"})


def said(**changes: str) -> dict[str, str]:
    return {**written(DEFAULT_LADDER), "reason": REASON, **changes}


@pytest.fixture
def office(client: Client, here: Clinic) -> Client:
    """The clinic's administrator, signed in."""
    client.force_login(administrator(here))
    return client


def test_a_step_is_moved_only_after_it_was_seen_whom_it_changes(
    office: Client, here: Clinic
) -> None:
    patient = world.patient(here)
    course = world.course(patient, days=30)
    raised = messages.obx("2571-8^TG^LN", "320", "mg/dL", "<150")
    send(here, pid(patient), messages.OBR, raised)
    assert ResultReview.objects.get().needs_decision

    preview = office.post(reverse(PAGE), said(**MOVED)).content.decode()

    assert "1 patient would stand elsewhere" in preview
    assert "Triglycerides: 1 patient from raised to mildly raised" in preview
    assert "Rivera" not in preview
    unseen = office.post(reverse(PAGE), said(**MOVED, **{"save": "{}"}))
    assert "Whom it would change" in unseen.content.decode()
    assert not ClinicPolicyVersion.objects.exists()

    saved = office.post(reverse(PAGE), said(**MOVED, save=SEEN), follow=True)

    assert "Every course is read anew" in saved.content.decode()
    ladder = policies_for([here.pk], on=world.TODAY)[here.pk].ladder
    assert ladder is not None
    assert as_number(ladder) == Decimal(350)
    assert CourseStanding.objects.get(course=course).replan_after == world.NOW
    planning.tick(now=world.NOW)
    assert not ResultReview.objects.get().needs_decision


def as_number(ladder: object) -> Decimal:
    return Decimal(written(ladder)["triglycerides-mg-dl-t2"])  # type: ignore[arg-type]


def test_numbers_that_make_no_ladder_are_said_at_their_field(office: Client) -> None:
    answer = office.post(reverse(PAGE), said(**{"alt-t2": "3"}))
    assert answer.status_code == 422
    assert "High must lie above raised" in answer.content.decode()


def test_saving_the_rule_books_own_changes_nothing(office: Client) -> None:
    answer = office.post(reverse(PAGE), said(save="{}"), follow=True)
    assert "Nothing was different" in answer.content.decode()
    assert not ClinicPolicyVersion.objects.exists()

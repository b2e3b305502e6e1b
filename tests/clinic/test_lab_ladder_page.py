"""An administrator moves a step of the ladder of results, and sees first whom it would change."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from clinic.forms.lab_ladder import written
from monitoring.actions import planning, policies
from monitoring.models import (
    Acknowledgement,
    ClinicPolicyVersion,
    CourseStanding,
    ResultReview,
)
from monitoring.policies import policies_for
from people.models import Clinic
from protocol.ladders import DEFAULT_LADDER
from protocol.vocabulary import Tier
from tests import world
from tests.forms import hidden
from tests.monitoring.desk import send
from tests.monitoring.exchange.laboratory_system import administrator
from tests.monitoring.intake import messages
from tests.trust.cast import pid

pytestmark = pytest.mark.django_db
PAGE = "clinic:lab-ladder"
TG_320 = messages.obx("2571-8^TG^LN", "320", "mg/dL", "<150")
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
    send(here, pid(patient), messages.OBR, TG_320)
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


def test_what_waits_stays_on_the_list_when_the_ladder_calls_it_milder(
    office: Client, here: Clinic
) -> None:
    """UX-06: nothing leaves the list without a person; what comes is read by the new ladder."""
    waiting, fresh = (world.course(world.patient(here), days=30) for _ in range(2))
    came = world.NOW - timedelta(hours=5)
    send(here, pid(waiting.patient), messages.OBR, TG_320, now=came)
    (row,) = ResultReview.objects.all()
    assert (row.needs_decision, row.tier) == (True, Tier.T2)
    due = row.escalates_at

    # Two press it at once: the second finds nothing to change.
    for _ in range(2):
        office.post(reverse(PAGE), said(**MOVED, save=SEEN))
    assert ClinicPolicyVersion.objects.count() == 1
    # Even where the clinic lets normal results close by themselves.
    policies.change_policy(
        here,
        settings={"close_normal_results": True},
        effective_from=world.TODAY,
        reason=REASON,
        by=administrator(here),
        now=world.NOW,
    )
    planning.tick(now=world.NOW)
    planning.rebuild(now=world.NOW)
    send(here, pid(fresh.patient), messages.OBR, TG_320, control_id="2")

    row.refresh_from_db()
    assert (row.ended, row.needs_decision, row.tier) == ("", True, Tier.T2)
    assert (row.since, row.escalates_at) == (came, due)
    assert (row.lines[0]["tier"], row.lines[0]["asks"]) == (Tier.T1, Tier.T2)
    new = ResultReview.objects.exclude(pk=row.pk).get()
    assert (new.needs_decision, new.tier) == (False, Tier.T1)
    assert not Acknowledgement.objects.exists()

    doctor = Client()
    doctor.force_login(world.staff(here))
    assert "raised when it came" in doctor.get(reverse("clinic:to-read")).content.decode()
    address = reverse("clinic:acknowledge", args=[waiting.public_id, row.specimen.public_id])
    page = doctor.get(address).content.decode()
    assert "Triglycerides: raised when it came, mildly raised as it is read now" in page
    said_so = {"action": "no-action", "plan": "Milder by the new steps"}
    doctor.post(address, said_so | hidden(doctor, address))
    row.refresh_from_db()
    assert row.ended == "decided"


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

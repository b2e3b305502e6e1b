"""Rubbish leaves the laboratory's queue in one go, with one reason, and can be put back."""

from __future__ import annotations

import io
import re
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from audit.models import Event
from monitoring import lab_files
from monitoring.actions import results as arriving
from monitoring.models import LabReport
from people.models import Clinic
from tests import world
from tests.monitoring.desk import foreign, send
from tests.monitoring.intake import messages
from tests.trust.cast import pid

pytestmark = pytest.mark.django_db

RESULTS, TAKEN_OFF = "/clinic/results/", "/clinic/results/taken-off/"
WHY = "An advertisement, not a report"


def rubbish(at: Clinic, number: int) -> list[LabReport]:
    """So many files that are no report at all."""
    origin = arriving.Origin(at, "upload", "spam.hl7")
    for count in range(number):
        raw = f"Buy now, offer {count} of {at.slug}".encode()
        parts = lab_files.messages(
            io.BytesIO(raw), file="spam.hl7", zone=ZoneInfo(at.timezone), as_of=world.TODAY
        )
        for part in parts:
            arriving.receive(*part, origin=origin, by=world.BY, now=world.NOW)
    return list(LabReport.objects.filter(clinic=at, status="rejected").order_by("pk"))


def picks(desk: Client, address: str) -> list[str]:
    return re.findall(r'name="pick" value="([^"]+)"', desk.get(address).content.decode())


def waiting(at: Clinic) -> int:
    return LabReport.objects.filter(clinic=at, settled_at__isnull=True).count()


def test_twenty_leave_with_one_reason_and_can_be_put_back(desk: Client, here: Clinic) -> None:
    rubbish(here, 20)
    ticked = picks(desk, RESULTS)
    assert len(ticked) == 20
    answer = desk.post(RESULTS, {"take-off": "1", "pick": ticked, "why": WHY}, follow=True)
    assert "20 taken off the queue" in answer.content.decode()
    assert waiting(here) == 0
    assert Event.objects.filter(kind="result.rejected").count() == 20

    assert WHY in desk.get(TAKEN_OFF).content.decode()
    back = picks(desk, TAKEN_OFF)[:3]
    assert (
        "3 wait on the queue again"
        in desk.post(TAKEN_OFF, {"pick": back}, follow=True).content.decode()
    )
    assert waiting(here) == 3
    assert set(picks(desk, RESULTS)) == set(back)
    assert Event.objects.filter(kind="result.put-back").count() == 3
    desk.post(TAKEN_OFF, {"pick": back})  # a second press
    assert Event.objects.filter(kind="result.put-back").count() == 3


def test_a_report_with_results_is_looked_at_by_itself(desk: Client, here: Clinic) -> None:
    """It cannot be ticked; a forged tick, or one of another clinic, takes nothing off."""
    patient = world.patient(here)
    report = send(here, foreign(patient), messages.OBR, messages.obx())
    (other,) = rubbish(world.clinic(), 1)
    assert picks(desk, RESULTS) == []
    forged = [str(report.public_id), str(other.public_id), "nonsense"]
    answer = desk.post(RESULTS, {"take-off": "1", "pick": forged, "why": WHY}, follow=True)
    assert "2 of the ticked wait no more, or hold results" in answer.content.decode()
    assert waiting(here) == 1 and waiting(other.clinic) == 1


def test_without_a_reason_nothing_leaves_and_the_ticks_stay(desk: Client, here: Clinic) -> None:
    rubbish(here, 2)
    ticked = picks(desk, RESULTS)[:1]
    answer = desk.post(RESULTS, {"take-off": "1", "pick": ticked, "why": "no"})
    body = answer.content.decode()
    assert answer.status_code == 422 and "Say why they are not filed" in body
    assert body.count(" checked") == 1 and 'value="no"' in body
    assert desk.post(RESULTS, {"take-off": "1", "why": WHY}).status_code == 422
    assert desk.post(TAKEN_OFF).status_code == 422
    assert waiting(here) == 2


def test_what_was_filed_is_not_put_back(desk: Client, here: Clinic) -> None:
    patient = world.patient(here)
    filed = send(here, pid(patient), messages.OBR, messages.obx())
    desk.post(TAKEN_OFF, {"pick": [str(filed.public_id)]})
    filed.refresh_from_db()
    assert filed.status == filed.Status.ACCEPTED

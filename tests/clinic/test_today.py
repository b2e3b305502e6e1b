"""Today: what the tiles count and open, and what the page does by itself (UX-09, UX-22, SEC-10)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Access
from monitoring.actions import escalations, planning
from monitoring.models import Pulse, WorkItem
from people.models import Clinic
from tests import ready, world
from tests.world import BY, NOW

pytestmark = pytest.mark.django_db
POLL = {"X-IsoTrack-Poll": "1"}


def concern(course: Any, kind: str) -> None:
    """An open concern, with the lists made anew."""
    escalations.raise_for(course, kind=kind, reasons=[], evidence="", by=BY, now=NOW)
    planning.replan(course, now=NOW)


def have(page: str) -> str:
    """What the page says that it shows already."""
    found = re.search(r'hx-vals=\'\{"have": "([0-9a-f]+)"', page.replace("&quot;", '"'))
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("kind", "tile", "label"),
    [
        ("pregnancy-test", "pregnancy-test", "Pregnancy test"),
        ("result", "critical-result", "Critical labs"),
        ("mood", "mood", "Mood alert"),
        ("symptom", "symptom", "Red symptom"),
    ],
)
def test_a_tile_opens_the_list_of_those_it_counts(
    desk: Client, here: Clinic, kind: str, tile: str, label: str
) -> None:
    course = world.course(world.patient(here, family_name="Tiles"))
    assert f"?show={tile}" not in desk.get("/clinic/").content.decode()
    concern(course, kind)

    page = desk.get("/clinic/").content.decode()
    listed = desk.get(f"/clinic/worklist/?show={tile}").content.decode()

    assert re.search(
        rf'href="[^"]*\?show={tile}"[^>]*>\s*<span class="it-tile-label">.*?{label}', page
    )
    assert "TILES, Ana" in listed


def test_one_patient_with_two_reasons_has_two_rows(desk: Client, here: Clinic) -> None:
    course = world.course(world.patient(here))
    concern(course, "mood")
    concern(course, "result")
    reasons = WorkItem.objects.filter(course=course, attention=0).values_list("reason", flat=True)
    assert set(reasons) == {"concern:mood", "concern:result"}


def test_ready_and_its_number_stand_on_the_page_and_in_the_title(
    desk: Client, here: Clinic
) -> None:
    ready.course(here)
    concern(world.course(world.patient(here)), "mood")
    page = desk.get("/clinic/").content.decode()
    assert "<title>(1) Today – IsoTrack</title>" in page
    # The tile and the button lead who signs to the list that is signed, others to who is ready.
    assert page.count('href="/clinic/ready/"') == 2
    assert "as of <time" in page


def test_an_empty_clinic_says_what_to_do_first(desk: Client) -> None:
    page = desk.get("/clinic/").content.decode()
    assert "No courses yet" in page and "it-tile" not in page


def test_what_has_not_changed_is_neither_sent_nor_logged_again(desk: Client, here: Clinic) -> None:
    concern(world.course(world.patient(here, family_name="Unmoved")), "mood")
    known = have(desk.get("/clinic/").content.decode())
    looks = Access.objects.count()

    answer = desk.get("/clinic/", {"have": known}, headers=POLL)

    assert "UNMOVED" not in answer.content.decode()
    assert 'id="as-of"' in answer.content.decode()
    assert answer.headers["HX-Reswap"] == "none"
    assert Access.objects.count() == looks


def test_what_has_changed_comes_with_title_and_time_and_is_logged(
    desk: Client, here: Clinic
) -> None:
    known = have(desk.get("/clinic/").content.decode())
    course = world.course(world.patient(here, family_name="Arrived"))
    concern(course, "mood")

    answer = desk.get("/clinic/", {"have": known}, headers=POLL).content.decode()

    assert "<title>(1) Today" in answer and "ARRIVED" in answer
    assert "<html" not in answer and "it-rail" not in answer
    assert Access.objects.filter(page="today", patient=course.patient.public_id).exists()


def test_a_page_left_open_is_loaded_anew_when_its_session_has_ended(
    client: Client, here: Clinic, clock: time_machine.Coordinates
) -> None:
    client.force_login(world.staff(here))
    client.get("/clinic/")
    for _ in range(15):
        clock.shift(timedelta(minutes=1))
        assert client.get("/clinic/", headers=POLL).status_code == 200
    clock.shift(timedelta(seconds=1))

    answer = client.get("/clinic/", headers=POLL)

    assert (answer.status_code, answer.headers["HX-Refresh"], answer.content) == (204, "true", b"")
    assert client.get("/clinic/").url.startswith("/account/login/")


@pytest.mark.parametrize(("minutes", "old"), [(15, False), (16, True)])
def test_lists_that_nobody_has_sorted_say_so(desk: Client, minutes: int, old: bool) -> None:
    Pulse.objects.create(name="tick", at=NOW - timedelta(minutes=minutes))
    assert ("may be old" in desk.get("/clinic/").content.decode().split('id="live"')[1]) is old


@pytest.mark.parametrize(
    ("address", "most"),
    [("/clinic/", 18), ("/clinic/worklist/", 11), ("/clinic/worklist/?show=act&who=me", 11)],
)
def test_a_list_asks_as_often_for_many_as_for_few(
    desk: Client, here: Clinic, address: str, most: int
) -> None:
    desk.get(address)  # the first one of a session writes the session down
    few, many = _queries(desk, here, address, 1), _queries(desk, here, address, 3)
    assert many == few <= most


def _queries(desk: Client, here: Clinic, address: str, more: int) -> int:
    for _ in range(more):
        concern(world.course(world.patient(here)), "mood")
    with CaptureQueriesContext(connection) as asked:
        assert desk.get(address).status_code == 200
    return len(asked)

"""What has changed: who was away reads one page, and its number stands on Today."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit import kinds
from audit.models import Access
from courses.actions import dosing
from monitoring.actions import care, escalations, letters
from monitoring.queries import changes
from people.models import Clinic, User
from tests import world
from tests.world import BY, NOW

pytestmark = pytest.mark.django_db


def alert(course: Any, *, by: Any = BY) -> None:
    """A red symptom, an hour ago."""
    escalations.raise_for(
        course, kind="symptom", reasons=[], evidence="", by=by, now=NOW - timedelta(hours=1)
    )


def written(course: Any, *, days: float = 0) -> None:
    """A message of the patient, so many days ago."""
    at = NOW - timedelta(days=days)
    letters.write(course.patient, text=f"A question at {at}.", nonce=uuid.uuid4(), now=at)


def course(here: Clinic, name: str) -> Any:
    """A running course that began long ago."""
    old = NOW - timedelta(days=60)
    return world.course(world.patient(here, family_name=name, now=old), now=old)


def names(page: str) -> list[str]:
    """Family names in the order of the rows."""
    return re.findall(r'it-who"[^>]*>\s*([A-Z]+),', page)


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (date(2026, 11, 24), date(2026, 11, 23)),  # Tuesday
        (date(2026, 11, 23), date(2026, 11, 20)),  # Monday
        (date(2026, 11, 22), date(2026, 11, 20)),  # Sunday
        (date(2026, 11, 21), date(2026, 11, 20)),  # Saturday
    ],
)
def test_who_comes_back_on_monday_reads_from_friday_on(today: date, since: date) -> None:
    assert changes.last_working_day(today) == since


@pytest.mark.parametrize(
    ("asked", "since"),
    [
        ("2026-11-15", date(2026, 11, 15)),
        ("2026-11-08", date(2026, 11, 8)),
        ("2026-11-07", date(2026, 11, 8)),
        ("2030-01-01", date(2026, 11, 22)),
        ("yesterday", date(2026, 11, 20)),
    ],
)
def test_nobody_looks_back_further_than_two_weeks(asked: str, since: date) -> None:
    assert changes.since_day(asked, today=world.TODAY) == since


def test_safety_stands_first_then_the_newest_and_each_patient_once(
    desk: Client, here: Clinic
) -> None:
    first, second, third = (course(here, name) for name in ("Alerted", "Newest", "Earlier"))
    alert(first)
    written(third, days=1)
    written(second)
    written(second)
    written(course(here, "Long-ago"), days=5)

    page = desk.get("/clinic/changed/").content.decode()

    assert names(page) == ["ALERTED", "NEWEST", "EARLIER"]
    assert "Concern raised: red symptom" in page and "patient, 2 times" in page
    seen = Access.objects.filter(page="changed").values_list("patient", flat=True)
    assert set(seen) == {each.patient.public_id for each in (first, second, third)}


def test_the_tile_of_today_counts_the_rows_that_it_opens(desk: Client, here: Clinic) -> None:
    for name in ("One", "Two"):
        written(course(here, name))
    page = desk.get("/clinic/").content.decode()
    found = re.search(r'href="(/clinic/changed/[^"]*)">.*?it-tile-n">(\d+)<', page, re.S)
    assert found
    assert int(found[2]) == len(names(desk.get(found[1]).content.decode())) == 2


def test_what_the_reader_did_is_no_news_to_the_reader(client: Client, here: Clinic) -> None:
    reader, colleague = world.staff(here), world.staff(here)
    running = course(here, "Held")
    care.perform(
        dosing.hold, running, held_on=world.TODAY, reason="patient-wish", by=reader, now=NOW
    )
    assert "HELD" not in _as(client, reader)
    page = _as(client, colleague)
    assert "Treatment on hold" in page and str(reader) in page


def test_another_clinic_and_another_days_dates_are_no_news(desk: Client, here: Clinic) -> None:
    written(course(world.clinic(), "Elsewhere"))
    course(here, "Unmoved")
    page = desk.get("/clinic/changed/").content.decode()
    assert names(page) == [] and "Nothing has changed" in page


def test_the_page_asks_as_often_for_many_as_for_few(desk: Client, here: Clinic) -> None:
    desk.get("/clinic/changed/")
    few, many = _queries(desk, here, 1), _queries(desk, here, 3)
    assert many == few <= 11


def test_all_news_has_an_urgency() -> None:
    assert set(kinds.NEWS) == set(changes.NEWS)


def _queries(desk: Client, here: Clinic, more: int) -> int:
    for number in range(more):
        written(course(here, f"Person{number}"))
    with CaptureQueriesContext(connection) as asked:
        assert desk.get("/clinic/changed/").status_code == 200
    return len(asked)


def _as(client: Client, user: User) -> str:
    client.force_login(user)
    return client.get("/clinic/changed/").content.decode()

"""Ending a course: staff see whether it is shorter than the label's (DOSE-8)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from people.models import Clinic
from tests import world

pytestmark = pytest.mark.django_db

SHORT = "Shorter than the label"


@pytest.mark.parametrize(
    ("programme", "days", "short"),
    [
        ("us-ipledge", 15 * 7 - 1, True),
        ("us-ipledge", 15 * 7, False),
        ("uk-mhra", 16 * 7 - 1, True),
        ("uk-mhra", 16 * 7, False),
        ("au", 10, False),
        ("us-ipledge", None, False),
    ],
)
def test_page_says_when_the_course_would_end_before_the_labels_weeks(
    desk: Client, here: Clinic, programme: str, days: int | None, short: bool
) -> None:
    course = world.course(world.patient(here), programme=programme, days=days)
    body = desk.get(reverse("clinic:record", args=[course.public_id, "stop"])).content.decode()
    assert (SHORT in body) is short


def test_only_the_us_label_lets_fewer_nodules_end_a_course_sooner(
    desk: Client, here: Clinic
) -> None:
    bodies = {}
    for programme in ("us-ipledge", "uk-mhra"):
        course = world.course(world.patient(here), programme=programme, days=10)
        page = reverse("clinic:record", args=[course.public_id, "stop"])
        bodies[programme] = desk.get(page).content.decode()
    assert ("nodules" in bodies["us-ipledge"], "nodules" in bodies["uk-mhra"]) == (True, False)


def test_other_pages_say_nothing_about_it(desk: Client, here: Clinic) -> None:
    course = world.course(world.patient(here), days=10)
    body = desk.get(reverse("clinic:record", args=[course.public_id, "weight"])).content.decode()
    assert SHORT not in body

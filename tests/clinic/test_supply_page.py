"""Capsules against the next pick-up, on the list and on their page; the way back in one press."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from courses.models import Course
from messaging.models import Message
from monitoring.actions import planning
from monitoring.attention import Attention
from monitoring.models import CourseStanding, WorkItem
from monitoring.versions import REQUALIFYING
from people.models import Clinic
from people.permissions import Role
from tests import ready, world
from tests.forms import guard, hidden
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def missed(here: Clinic) -> Course:
    """Signed, not picked up, and the window is over: seven days later."""
    course = ready.course(here)
    planning.replan(course, now=NOW + timedelta(days=7))
    return course


def test_a_missed_window_is_on_the_list_with_its_way_back(
    desk: Client, here: Clinic, missed: Course, clock: Any
) -> None:
    clock.shift(timedelta(days=7))
    desk.force_login(world.staff(here))
    assert WorkItem.objects.filter(course=missed, reason="WINDOW_EXPIRED").exists()
    page = desk.get(f"/clinic/courses/{missed.public_id}/supply/").content.decode()
    assert "A window was missed" in page and "By edition US-2026" in page
    assert "A new test counts from" in page

    said = hidden(desk, f"/clinic/courses/{missed.public_id}/supply/")
    for _ in range(2):
        answer = desk.post(f"/clinic/courses/{missed.public_id}/supply/", said, follow=True)
    assert "Opened for Ana RIVERA already" in answer.content.decode()

    begun = Event.objects.get(kind="requalification.begun")
    assert begun.detail["edition"] == "us-2026"
    assert begun.detail["test_from"] == (TODAY + timedelta(days=7)).isoformat()
    assert Message.objects.filter(key__startswith="requalify:").count() == 1


def test_the_course_page_warns_of_a_missed_window_and_puts_it_right_in_one_press(
    desk: Client, here: Clinic, missed: Course, clock: Any
) -> None:
    clock.shift(timedelta(days=7))
    desk.force_login(world.staff(here))
    page = desk.get(f"/clinic/courses/{missed.public_id}/").content.decode()
    assert "A window was missed" in page
    action = re.search(r'<form method="post" action="([^"]*/supply/)"', page)
    assert action
    shown = page[page.index(action[0]) :]
    said = dict(re.findall(r'name="(guard-[a-z]+)" value="([^"]*)"', shown)[:3])
    assert desk.post(action[1], said).status_code == 302
    assert Event.objects.filter(kind="requalification.begun").count() == 1


@pytest.mark.parametrize(
    ("spoil", "status", "words"),
    [
        ({"guard-patient": str(uuid.uuid4())}, 409, "another patient"),
        ({"guard-version": "0123456789abcdef"}, 422, "has changed since the page was shown"),
        ({"guard-patient": ""}, 422, "does not say whose it is"),
    ],
)
def test_steps_are_opened_for_the_right_patient_on_what_is_still_true(
    desk: Client,
    here: Clinic,
    missed: Course,
    clock: Any,
    spoil: dict[str, str],
    status: int,
    words: str,
) -> None:
    clock.shift(timedelta(days=7))
    desk.force_login(world.staff(here))
    address = f"/clinic/courses/{missed.public_id}/supply/"
    answer = desk.post(address, {**hidden(desk, address), **spoil})
    assert answer.status_code == status and words in answer.content.decode()
    assert not Event.objects.filter(kind="requalification.begun").exists()


@pytest.mark.parametrize(
    ("days", "warned"), [(27, ""), (28, "2 days of capsules left"), (30, "No capsules left")]
)
def test_the_course_page_warns_before_the_last_capsule(
    desk: Client, here: Clinic, clock: Any, days: int, warned: str
) -> None:
    course = ready.course(here)
    world.picked_up(course, world.signed(course, world.staff(here)))
    clock.shift(timedelta(days=days))
    desk.force_login(world.staff(here))
    page = desk.get(f"/clinic/courses/{course.public_id}/").content.decode()
    assert "First day without" in page
    assert ("Capsules run out" in page) is bool(warned) and warned in page


def test_where_no_window_was_missed_nothing_is_opened(desk: Client, here: Clinic) -> None:
    course = ready.course(here)
    said = guard(course, REQUALIFYING)
    answer = desk.post(f"/clinic/courses/{course.public_id}/supply/", said)
    assert "No window is missed" in answer.content.decode()
    assert not Event.objects.filter(kind="requalification.begun").exists()


def test_a_coordinator_sees_it_and_opens_nothing(client: Client, here: Clinic) -> None:
    course = world.course(world.patient(here))
    client.force_login(world.staff(here, Role.COORDINATOR))
    url = f"/clinic/courses/{course.public_id}/supply/"
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 403


def test_whoever_runs_out_behind_a_shut_gate_is_on_the_list_in_time(here: Clinic) -> None:
    """Two days before the last capsule, by the clock alone: no tick is needed to be early.

    While the patient can still be in time the row waits on the patient; then it is for today.
    """
    course = ready.course(here)
    doctor = world.staff(here)
    world.picked_up(course, world.signed(course, doctor))
    standing = CourseStanding.objects.get(course=course)
    assert (standing.runs_out_on, standing.capsules_left) == (TODAY + timedelta(days=30), 30)

    planning.replan(course, now=NOW + timedelta(days=27))
    assert not WorkItem.objects.filter(course=course, reason="runs-out").exists()
    ring = CourseStanding.objects.get(course=course).replan_after
    assert ring is not None and ring <= NOW + timedelta(days=28)
    planning.replan(course, now=NOW + timedelta(days=28))
    assert WorkItem.objects.get(course=course, reason="runs-out").attention == Attention.PATIENT
    planning.replan(course, now=NOW + timedelta(days=30))
    assert WorkItem.objects.get(course=course, reason="runs-out").attention == Attention.ACT

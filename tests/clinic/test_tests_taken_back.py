"""A pregnancy test entered in error: it no longer counts, and nothing it began is forgotten."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import Course
from monitoring.models import CourseStanding, Escalation, PregnancyTest
from people.models import Clinic
from people.permissions import Role
from tests import ready, world
from tests.forms import guard, hidden

pytestmark = pytest.mark.django_db

_WHY = "It was another patient's test."


def page(test: PregnancyTest) -> str:
    return reverse("clinic:withdraw-test", args=[test.course.public_id, test.public_id])


def take_back(desk: Client, test: PregnancyTest, **said: str) -> object:
    return desk.post(page(test), {"reason": _WHY, **guard(test.course), **said})


def newest(course: Course) -> PregnancyTest:
    return course.pregnancy_tests.latest("collected_on", "pk")


def test_taken_back_test_opens_no_gate_and_stays_on_the_list(desk: Client, here: Clinic) -> None:
    course = ready.course(here)
    assert CourseStanding.objects.get(course=course).level != "block"
    assert take_back(desk, newest(course)).status_code == 302

    desk_page = desk.get(reverse("clinic:course", args=[course.public_id])).content.decode()
    assert "Test taken back for Ana RIVERA" in desk_page
    assert CourseStanding.objects.get(course=course).level == "block"
    listed = desk.get(reverse("clinic:tests", args=[course.public_id])).content.decode()
    assert "Taken back" in listed
    assert "another patient&#x27;s test" in listed


def test_pressed_twice_is_said_once(desk: Client, here: Clinic) -> None:
    test = newest(ready.course(here))
    form = {"reason": _WHY, **hidden(desk, page(test))}
    for _ in range(2):
        assert desk.post(page(test), form).status_code == 302
    assert take_back(desk, test).status_code == 422  # another tab, opened before
    test.refresh_from_db()
    assert test.withdrawn_reason == _WHY


def test_reason_is_asked_for(desk: Client, here: Clinic) -> None:
    test = newest(ready.course(here))
    assert take_back(desk, test, reason="x").status_code == 422
    test.refresh_from_db()
    assert test.withdrawn_at is None


def test_signature_that_stood_on_it_is_put_before_the_prescriber(
    desk: Client, here: Clinic
) -> None:
    course = ready.course(here)
    test = newest(course)
    world.signed(course, world.staff(here))
    assert take_back(desk, test).status_code == 302
    concern = Escalation.objects.get(course=course, kind="corrected-result")
    assert concern.reasons == ["TEST_WITHDRAWN"]
    shown = desk.get(reverse("clinic:concern", args=[course.public_id, concern.public_id]))
    assert "was taken back as an error" in shown.content.decode()


def test_alarming_test_is_taken_back_by_a_prescriber_and_its_steps_stay(
    desk: Client, here: Clinic
) -> None:
    course = ready.course(here)
    desk.post(
        reverse("clinic:record", args=[course.public_id, "test"]),
        {
            "result": "positive", "collected_on": f"{world.TODAY:%d-%b-%Y}", "setting": "clinic",
            "specimen": "urine", "reader": "staff", **guard(course),
        },
    )  # fmt: skip
    test = newest(course)
    nurse = Client()
    nurse.force_login(world.staff(here, Role.NURSE))
    assert "A prescriber takes this one back" in nurse.get(page(test)).content.decode()
    assert take_back(nurse, test).status_code == 403
    test.refresh_from_db()
    assert test.withdrawn_at is None

    assert take_back(desk, test).status_code == 302
    concern = Escalation.objects.get(course=course, kind="pregnancy-test")
    assert concern.closed_at is None
    assert CourseStanding.objects.get(course=course).reason == "concern:pregnancy-test"


def test_test_of_another_course_is_not_found(desk: Client, here: Clinic) -> None:
    mine, other = ready.course(here), ready.course(here)
    test = newest(other)
    address = reverse("clinic:withdraw-test", args=[mine.public_id, test.public_id])
    assert desk.get(address).status_code == 404

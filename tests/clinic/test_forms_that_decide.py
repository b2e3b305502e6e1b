"""Concerns, decisions and typed results: the right patient, once, on what is still true (AT-40)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import Course
from monitoring.actions import escalations
from monitoring.models import Acknowledgement, Escalation, Observation, ResultReview
from people.models import Clinic
from tests import ready, world
from tests.forms import hidden
from tests.world import BY, NOW

pytestmark = pytest.mark.django_db

Case = tuple[Course, str, dict[str, str], Callable[[], int]]


@pytest.fixture
def course(here: Clinic) -> Course:
    return world.course(world.patient(here))


def raised(course: Course, reason: str = "SYMPTOM_RED") -> Escalation:
    return escalations.raise_for(
        course, kind="symptom", reasons=[reason], evidence=reason, by=BY, now=NOW
    )


def concern_page(course: Course) -> str:
    row = Escalation.objects.get(course=course)
    return reverse("clinic:concern", args=[course.public_id, row.public_id])


def review(course: Course, *, control: str = "draw", alt: str = "200") -> ResultReview:
    raw = ready.message(
        course.patient, on=world.TODAY - timedelta(days=1), control=control, alt=alt
    )
    ready.receive(course.patient, raw, now=NOW)
    return ResultReview.objects.get(course=course)


def case(course: Course, what: str) -> Case:
    """Address, form and what counts the saves of one kind of form."""
    if what == "concern":
        raised(course)
        closed = Escalation.objects.filter(closed_at__isnull=False)
        return course, concern_page(course), {"outcome": "Spoke to her"}, closed.count
    if what == "result":
        row = review(course)
        address = reverse("clinic:acknowledge", args=[course.public_id, row.specimen.public_id])
        form = {"action": "no-action", "plan": "See her again", "version": row.version}
        return course, address, form, Acknowledgement.objects.count
    form = {
        "collected_on": f"{world.TODAY:%d-%b-%Y}", "laboratory": "Town laboratory",
        "alt_value": "40", "alt_unit": "U/L", "alt_high": "56",
    }  # fmt: skip
    address = reverse("clinic:type-results", args=[course.public_id])
    return course, address, form, Observation.objects.count


KINDS = ["concern", "result", "typed"]


@pytest.mark.parametrize("what", KINDS)
def test_second_press_saves_nothing_twice_and_says_so(
    desk: Client, course: Course, what: str
) -> None:
    _, address, values, saves = case(course, what)
    form = {**values, **hidden(desk, address)}

    first, second = (desk.post(address, form) for _ in range(2))

    assert (first.status_code, second.status_code, saves()) == (302, 302, 1)
    body = desk.get(second["Location"]).content.decode()
    assert "Saved for Ana RIVERA already. Nothing was saved twice" in body


@pytest.mark.parametrize("what", KINDS)
def test_form_of_another_patient_is_stopped_hard(
    desk: Client, here: Clinic, course: Course, what: str
) -> None:
    _, address, values, saves = case(course, what)
    other = world.course(world.patient(here))
    foreign = hidden(desk, reverse("clinic:record", args=[other.public_id, "weight"]))

    response = desk.post(address, {**values, **foreign})

    assert (response.status_code, saves()) == (409, 0)
    assert "Nothing was saved" in response.content.decode()
    unmarked = desk.post(address, values)
    assert (unmarked.status_code, saves()) == (422, 0)


@pytest.mark.parametrize("press", ["take", "outcome"])
def test_concern_with_a_new_reason_is_neither_taken_nor_closed_unread(
    desk: Client, course: Course, press: str
) -> None:
    raised(course)
    address = concern_page(course)
    old = hidden(desk, address)
    raised(course, "MH_ITEM9")

    late = desk.post(address, {press: "Spoke to her", **old})

    assert late.status_code == 422
    assert "has changed since the page was shown" in late.content.decode()
    row = Escalation.objects.get(course=course)
    assert (row.acknowledged_at, row.closed_at) == (None, None)
    assert desk.post(address, {press: "Spoke to her", **hidden(desk, address)}).status_code == 302


def test_who_takes_on_what_a_colleague_has_is_told_the_name(
    desk: Client, client: Client, here: Clinic, course: Course
) -> None:
    raised(course)
    address = concern_page(course)
    old = hidden(desk, address)
    colleague = world.staff(here)
    escalations.acknowledge(Escalation.objects.get(), by=colleague, now=NOW)

    answer = desk.post(address, {"take": "1", **old}, follow=True)

    assert f"{colleague} has taken this on" in answer.content.decode()
    assert Escalation.objects.get().acknowledged_by == colleague


def test_result_that_was_corrected_meanwhile_is_not_decided_on(
    desk: Client, course: Course
) -> None:
    _, address, values, saves = case(course, "result")
    old = hidden(desk, address)
    review(course, control="again", alt="40")

    late = desk.post(address, {**values, **old})

    assert (late.status_code, saves()) == (422, 0)
    assert "since this page was shown" in late.content.decode()


def test_value_typed_in_another_tab_is_not_stored_again(desk: Client, course: Course) -> None:
    _, address, values, saves = case(course, "typed")
    tabs = [hidden(desk, address) for _ in range(2)]
    desk.post(address, {**values, **tabs[0]})
    body = desk.post(address, {**values, **tabs[1]}, follow=True).content.decode()
    assert "not stored again" in body and saves() == 1

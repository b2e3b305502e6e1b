"""The worklist: order, filters, a search that no address holds, calls, hand-over, views."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from courses.models import Course
from monitoring.actions import escalations, planning
from monitoring.contacting import next_contact_on
from monitoring.models import Assignment, Contact, SavedView, WorkItem
from people.models import Clinic
from people.permissions import Role
from tests import world
from tests.world import BY, NOW, TODAY

pytestmark = pytest.mark.django_db
LIST = "/clinic/worklist/"
FRIDAY = date(2026, 11, 27)


@pytest.fixture
def course(here: Clinic) -> Course:
    """A month whose check-in is due soon: it waits on the patient."""
    return world.course(world.patient(here, family_name="Rowe", given_name="Kim", mrn="W-17"))


def names(answer: Any) -> list[str]:
    """Family names in the order of the list."""
    rows = re.findall(r'<a class="it-who"[^>]*>([^,<]+),', answer.content.decode())
    return [name.strip() for name in rows]


def test_danger_first_then_the_soonest_window_then_the_longest_overdue(
    desk: Client, here: Clinic
) -> None:
    wanted = {
        "LATEST": {"attention": 1, "rank": 2, "due_on": TODAY - timedelta(days=2)},
        "CONCERN": {"attention": 0, "rank": 0},
        "WINDOW": {"attention": 0, "rank": 2, "closes_at": NOW + timedelta(hours=9)},
        "LONGEST": {"attention": 1, "rank": 2, "due_on": TODAY - timedelta(days=20)},
        "SOONEST": {"attention": 0, "rank": 2, "closes_at": NOW + timedelta(hours=2)},
        "ALARM": {"attention": 0, "rank": 1},
    }
    for name, values in wanted.items():
        made = world.course(world.patient(here, family_name=name))
        WorkItem.objects.filter(course=made).delete()
        WorkItem.objects.create(
            course=made, clinic=here, reason="overdue:labs", owner="laboratory", **values
        )
    order = ["CONCERN", "ALARM", "SOONEST", "WINDOW", "LONGEST", "LATEST"]
    assert names(desk.get(LIST)) == order


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("rowe", True),
        ("W-17", True),
        ("1999-03-12", True),
        ("12-Mar-1999", True),
        ("nobody", False),
    ],
)
def test_a_search_by_name_number_or_birth_date_is_posted(
    desk: Client, course: Course, typed: str, found: bool
) -> None:
    page = desk.post(LIST, {"q": typed})
    assert (names(page) == ["ROWE"]) is found
    assert f"q={typed}" not in page.content.decode()
    assert f'value="{typed}"' in page.content.decode()


def test_what_is_typed_into_the_address_finds_nothing_and_breaks_nothing(
    desk: Client, course: Course
) -> None:
    assert names(desk.get(LIST, {"q": "nobody", "show": "<x>", "who": "1", "page": "-4"})) == [
        "ROWE"
    ]


@pytest.mark.parametrize(
    ("outcome", "on", "next_on"),
    [
        ("no-answer", TODAY, TODAY + timedelta(days=1)),
        ("no-answer", FRIDAY, date(2026, 11, 30)),
        ("left-message", TODAY, TODAY + timedelta(days=2)),
        ("reached", TODAY, TODAY + timedelta(days=3)),
        ("done-elsewhere", TODAY, TODAY + timedelta(days=5)),
        ("wrong-number", TODAY, None),
        ("declined", TODAY, None),
        ("moved", TODAY, None),
    ],
)
def test_an_outcome_plans_the_next_day(outcome: str, on: date, next_on: date | None) -> None:
    assert next_contact_on(outcome, today=on) == next_on


def test_the_next_call_never_lies_behind_the_last_useful_day() -> None:
    assert next_contact_on("no-answer", today=FRIDAY, last_day=date(2026, 11, 28)) == date(
        2026, 11, 28
    )
    assert next_contact_on("reached", today=FRIDAY, last_day=FRIDAY) == FRIDAY


def test_one_press_notes_the_call_and_the_row_waits_for_its_day(
    desk: Client, course: Course
) -> None:
    url = f"/clinic/courses/{course.public_id}/call/"
    assert "next <time" in desk.get(url).content.decode()

    done = desk.post(url, {"outcome": "no-answer", "back": f"{LIST}?show=patient"})

    assert done.url == f"{LIST}?show=patient"
    row = Contact.objects.get()
    assert (row.outcome, row.next_on) == ("no-answer", TODAY + timedelta(days=1))
    assert Event.objects.filter(kind="contact.logged").count() == 1
    assert names(desk.get(LIST)) == []
    assert names(desk.get(f"{LIST}?show=later")) == ["ROWE"]


def test_the_row_is_back_on_its_day(desk: Client, course: Course, clock: Any) -> None:
    desk.post(f"/clinic/courses/{course.public_id}/call/", {"outcome": "left-message"})
    clock.shift(timedelta(days=2))
    desk.force_login(course.contacts.get().by)
    assert names(desk.get(f"{LIST}?show=no-answer")) == ["ROWE"]


def test_danger_does_not_wait_for_the_next_call(desk: Client, course: Course) -> None:
    escalations.raise_for(course, kind="mood", reasons=[], evidence="", by=BY, now=NOW)
    planning.replan(course, now=NOW)
    desk.post(f"/clinic/courses/{course.public_id}/call/", {"outcome": "no-answer"})
    assert names(desk.get(f"{LIST}?show=act")) == ["ROWE"]


def test_a_call_leads_back_to_no_other_place(desk: Client, course: Course) -> None:
    url = f"/clinic/courses/{course.public_id}/call/"
    done = desk.post(url, {"outcome": "no-answer", "back": "//evil.test/clinic/worklist/"})
    assert done.url == LIST


def test_a_day_that_is_over_is_refused_with_words(desk: Client, course: Course) -> None:
    url = f"/clinic/courses/{course.public_id}/call/"
    answer = desk.post(url, {"outcome": "reached", "next_on": "01-Nov-2026"})
    assert answer.status_code == 422
    assert "This day is over." in answer.content.decode()
    assert not Contact.objects.exists()


def test_courses_change_hands_once_and_leave_a_trace(
    desk: Client, here: Clinic, course: Course
) -> None:
    nurse = world.staff(here, Role.NURSE)
    given = {"pick": [str(course.public_id)] * 2, "to": str(nurse.public_id), "note": "on leave"}
    for _ in range(2):
        assert desk.post("/clinic/worklist/hand-over/", given).url == LIST
    assert list(Assignment.objects.values_list("to", "note")) == [(nurse.pk, "on leave")]
    assert Event.objects.filter(kind="work.assigned").count() == 1
    assert "on leave" not in str(Event.objects.get(kind="work.assigned").detail)

    theirs = Client()
    theirs.force_login(nurse)
    assert names(theirs.get(f"{LIST}?who=me")) == ["ROWE"]
    assert names(theirs.get(f"{LIST}?who=nobody")) == []

    planning.replan(course, now=NOW)
    assert names(theirs.get(f"{LIST}?who=me")) == ["ROWE"]
    theirs.post("/clinic/worklist/hand-over/", {"pick": [course.public_id], "to": "nobody"})
    assert names(theirs.get(f"{LIST}?who=nobody")) == ["ROWE"]


def test_nothing_goes_to_somebody_of_another_clinic(
    desk: Client, here: Clinic, course: Course
) -> None:
    stranger = world.staff(world.clinic())
    asked = {"pick": [course.public_id], "to": str(stranger.public_id)}
    assert desk.post("/clinic/worklist/hand-over/", asked).status_code == 404
    elsewhere = world.course(world.patient(world.clinic()))
    desk.post("/clinic/worklist/hand-over/", {"pick": [elsewhere.public_id], "to": "me"})
    assert not Assignment.objects.exists()


def test_a_kept_view_is_ones_own_and_can_be_forgotten(desk: Client, here: Clinic) -> None:
    asked = {"name": "Mine to chase", "show": "overdue", "who": "me", "back": f"{LIST}?show=act"}
    assert desk.post("/clinic/worklist/views/", asked).url == f"{LIST}?show=act"
    assert "Mine to chase" in desk.get(LIST).content.decode()
    other = Client()
    other.force_login(world.staff(here))
    assert "Mine to chase" not in other.get(LIST).content.decode()
    forget = f"/clinic/worklist/views/{SavedView.objects.get().public_id}/forget/"
    assert other.post(forget).status_code == 404
    assert desk.post(forget).url == LIST
    assert not SavedView.objects.exists()


def test_a_list_that_changed_meanwhile_says_so_and_keeps_its_rows(
    desk: Client, here: Clinic, course: Course
) -> None:
    found = re.search(r'"have": "([0-9a-f]+)"', desk.get(LIST).content.decode())
    assert found
    poll = {"headers": {"X-IsoTrack-Poll": "1"}}
    same = desk.get(LIST, {"have": found[1]}, **poll).content.decode()
    assert "has changed meanwhile" not in same and "ROWE" not in same
    world.course(world.patient(here))
    assert "has changed meanwhile" in desk.get(LIST, {"have": found[1]}, **poll).content.decode()


def test_the_lost_have_a_list_of_their_own(desk: Client, course: Course, clock: Any) -> None:
    clock.shift(timedelta(days=70))
    desk.force_login(world.staff(course.clinic))
    planning.replan(course, now=NOW + timedelta(days=70))
    assert "ROWE" in names(desk.get(f"{LIST}?show=lost"))

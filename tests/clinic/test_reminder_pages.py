"""A clinic changes how it reminds, and sees first what that would do."""

from __future__ import annotations

from datetime import time

import pytest
from django.test import Client
from django.urls import reverse

from messaging.models import ClinicLimits, Message
from messaging.samples import texted
from monitoring.actions import planning
from monitoring.models import ClinicPolicyVersion, CourseStanding, DueItem
from monitoring.queries.reminders import effect_of, forecast, ladders_of
from people.models import Clinic
from people.queries import places_of
from protocol.reminders import ReminderLadder
from tests import world
from tests.monitoring.exchange.laboratory_system import administrator

pytestmark = pytest.mark.django_db
LADDER = {"remind": "-3, 0", "first_month": "", "other_way": "", "nurse": "4", "prescriber": ""}


@pytest.fixture
def office(client: Client, here: Clinic) -> Client:
    """The clinic's administrator, signed in."""
    client.force_login(administrator(here))
    return client


def ladder_page(key: str = "check-in") -> str:
    return reverse("clinic:ladder", args=[key])


def test_change_is_shown_before_it_is_made(office: Client, here: Clinic) -> None:
    world.course(world.patient(here), days=10)
    said = {**LADDER, "reason": "Fewer messages were asked for."}

    preview = office.post(ladder_page(), said).content.decode()
    assert "What would change" in preview
    assert "1 task of this kind is open; 1 patient would notice" in preview
    assert not ClinicPolicyVersion.objects.exists()

    answer = office.post(ladder_page(), {**said, "save": "1"}, follow=True).content.decode()
    assert "Every course is planned anew" in answer
    assert "changed by the clinic" in answer
    row = ClinicPolicyVersion.objects.get()
    assert row.settings["reminders"] == {"check-in": {"remind": [-3, 0], "nurse": 4}}
    assert CourseStanding.objects.get().replan_after == world.NOW


def test_saving_what_holds_already_changes_nothing(office: Client, here: Clinic) -> None:
    shown = office.get(ladder_page()).content.decode()
    assert 'value="-7, -2, 0"' in shown
    same = {
        "remind": "0 -2 -7", "first_month": "-7,-2,-1,0", "other_way": "2", "nurse": "4",
        "prescriber": "7", "reason": "Nothing is different.", "save": "1",
    }  # fmt: skip
    answer = office.post(ladder_page(), same, follow=True).content.decode()
    assert "Nothing was different" in answer
    assert not ClinicPolicyVersion.objects.exists()


def test_ladder_that_is_put_back_is_no_longer_the_clinics_own(office: Client, here: Clinic) -> None:
    office.post(ladder_page(), {**LADDER, "reason": "Fewer messages, please.", "save": "1"})
    shipped = {
        "remind": "-7,-2,0", "first_month": "-7,-2,-1,0", "other_way": "2", "nurse": "4",
        "prescriber": "7", "reason": "As it was before.", "save": "1",
    }  # fmt: skip
    answer = office.post(ladder_page(), shipped, follow=True).content.decode()
    assert "changed by the clinic" not in answer
    assert ClinicPolicyVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"remind": "soon"}, "Write whole days, for example -7, 0, 3."),
        ({"remind": ""}, "This field is required."),
        ({"remind": "−7, 100"}, "does not lie between"),  # noqa: RUF001
        ({"nurse": "", "prescriber": "7"}, "The nurse is told first; give a day for the nurse."),
        ({"nurse": "7", "prescriber": "4"}, "The nurse is told first; this day lies before hers."),
        ({"reason": "short"}, "at least 10 characters"),
    ],
)
def test_mistake_is_explained_where_it_was_made(
    office: Client, changes: dict[str, str], words: str
) -> None:
    said = {**LADDER, "reason": "Fewer messages were asked for.", **changes, "save": "1"}
    answer = office.post(ladder_page(), said)
    assert answer.status_code == 422
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert not ClinicPolicyVersion.objects.exists()


def test_unknown_ladder_and_text_do_not_exist(office: Client) -> None:
    assert office.get(ladder_page("nonsense")).status_code == 404
    assert office.get(reverse("clinic:texts", args=["nonsense"])).status_code == 404


def test_preview_counts_what_the_planner_then_does(here: Clinic) -> None:
    """One check-in due in twenty days: of three reminders one moves, one stays, one goes away."""
    world.course(world.patient(here), days=10)
    (place,) = places_of(world.staff(here))
    ladder = ReminderLadder(remind=(-3, 0), nurse=2, prescriber=9)

    found = effect_of(place, "check-in", ladder, now=world.NOW)

    item = DueItem.objects.get(requirement="check-in", ended="")
    assert (item.due_on - world.TODAY).days == 20
    assert (found.tasks, found.patients) == (1, 1)
    # -7, -2, 0 and by another way 2 become -3, 0.
    assert (found.moved, found.unchanged, found.dropped, found.added) == (1, 1, 2, 0)
    assert (found.sooner, found.later) == (1, 0)


def test_forecast_is_what_the_planner_will_plan(here: Clinic) -> None:
    course = world.course(world.patient(here), days=10)
    (place,) = places_of(world.staff(here))
    foretold = forecast(place, now=world.NOW)
    before = set(Message.objects.values_list("pk", flat=True))
    assert not any(row.planned for row in foretold.rows)

    for row in foretold.rows:
        planning.replan(course, now=row.at)

    planned = Message.objects.exclude(pk__in=before).order_by("send_after", "pk")
    labs = {"due-item-reminder", "check-in", "collect-reminder"}
    told = [(each.send_after, each.purpose) for each in planned if each.purpose in labs]
    assert told == [(row.at, row.purpose) for row in foretold.rows]
    assert sum(count for _, count in foretold.by_day) == len(foretold.rows) > 3


def test_forecast_costs_the_same_for_one_patient_and_for_ten(
    here: Clinic, django_assert_num_queries: object
) -> None:
    (place,) = places_of(world.staff(here))
    for number in range(10):
        world.course(world.patient(here), days=5 + number)
        if number in {0, 9}:
            with django_assert_num_queries(4):  # type: ignore[operator]
                forecast(place, now=world.NOW)


def test_limits_are_the_clinics(office: Client, here: Clinic) -> None:
    page = reverse("clinic:reminders")
    said = {"day_begins": "09:00", "day_ends": "18:30", "most_a_month": "8"}
    assert office.post(page, said, follow=True).status_code == 200
    row = ClinicLimits.objects.get(clinic=here)
    assert (row.day_begins, row.day_ends, row.most_a_month) == (time(9), time(18, 30), 8)
    answer = office.post(page, {**said, "day_ends": "09:30"})
    assert answer.status_code == 422
    assert "At least an hour" in answer.content.decode()


@pytest.mark.parametrize("name", [name for name in texted() if not name.startswith("test-")])
def test_every_text_is_shown_in_every_language(office: Client, here: Clinic, name: str) -> None:
    answer = office.get(reverse("clinic:texts", args=[name]))
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "English" in shown
    assert "Spanish" in shown or "Español" in shown
    assert here.name in shown


def test_ladders_are_listed_as_shipped_until_somebody_changes_them(here: Clinic) -> None:
    (place,) = places_of(world.staff(here))
    rows = ladders_of(place, on=world.TODAY)
    assert [row.key for row in rows] == [
        "labs", "pregnancy-test", "check-in", "final-test", "collect", "note", "look-back"
    ]  # fmt: skip
    assert not any(row.own for row in rows)

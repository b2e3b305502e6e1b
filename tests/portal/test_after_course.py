"""After the course: its dates, how the skin is, another course; and the pages without a network."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client

from courses.actions import stopping
from courses.models import Course
from monitoring.actions import care, escalations, planning
from monitoring.models import CourseStanding, DueItem, Letter, SkinReport
from people.permissions import Role
from tests import world
from tests.world import BY, NOW, TODAY

AFTER, SKIN = "/after/", "/after/now/"
WELL = {"skin": "1", "glad": "yes", "call": "no"}


@pytest.fixture
def ended(course: Course) -> Course:
    """The course has ended with today's dose."""
    world.stopped(course, world.staff(course.clinic))
    return course


def later(course: Course, client: Client, clock: time_machine.Coordinates, days: int) -> None:
    clock.move_to(NOW + timedelta(days=days))
    planning.replan(course, now=NOW + timedelta(days=days))
    client.force_login(course.patient.user)


def test_each_date_says_what_ends_and_when(signed_in: Client, ended: Course) -> None:
    page = signed_in.get(AFTER).content.decode()
    for words, day in (
        ("Your test at the end of the course", "22 November 2026"),
        ("Your last test", "22 December 2026"),
        ("Birth control up to this day", "22 December 2026"),
        ("You can give blood from this day", "23 December 2026"),
        ("No waxing, peel or laser", "22 May 2027"),
    ):
        assert words in page and day in page
    assert "See your dates" in signed_in.get("/home/").content.decode()


def test_nobody_can_become_pregnant_reads_of_no_test(client: Client, db: None) -> None:
    course = world.course(world.patient(world.clinic(), login=True, sex="male"), category="ncp")
    world.stopped(course, world.staff(course.clinic))
    client.force_login(course.patient.user)
    page = client.get(AFTER).content.decode()
    assert "You can give blood" in page
    assert "Your last test" not in page and "Birth control" not in page


def test_skin_is_asked_at_three_months_answered_once_and_shown_to_the_clinic(
    signed_in: Client, ended: Course, clock: time_machine.Coordinates
) -> None:
    assert signed_in.get(SKIN).status_code == 302
    home = signed_in.get("/home/").content.decode()
    assert "The last one follows in a month" in home and "How is your skin?" not in home
    later(ended, signed_in, clock, 92)
    home = signed_in.get("/home/").content.decode()
    assert "Do your last test" in home and f'href="{SKIN}"' in home
    assert "3 months after your course" in signed_in.get(SKIN).content.decode()
    assert signed_in.post(SKIN, {"skin": "1"}).status_code == 422
    for _press in range(2):
        assert signed_in.post(SKIN, WELL).status_code == 302
    row = SkinReport.objects.get()
    assert (row.month, row.skin, row.glad, row.wants_call) == (3, 1, "yes", False)
    item = DueItem.objects.get(key="look-back/month-03")
    assert (item.ended, item.met_by) == ("met", f"skin-report:{row.pk}")
    assert not Letter.objects.exists()
    assert "Nearly clear" in signed_in.get(AFTER).content.decode()
    nurse = Client()
    nurse.force_login(world.staff(ended.clinic, Role.NURSE))
    shown = nurse.get(f"/clinic/courses/{ended.public_id}/").content.decode()
    assert "3 months after: almost clear" in shown
    with pytest.raises(DatabaseError), transaction.atomic():
        SkinReport.objects.update(skin=4)


def test_who_wants_a_call_waits_on_the_clinics_list(
    signed_in: Client, ended: Course, clock: time_machine.Coordinates
) -> None:
    later(ended, signed_in, clock, 92)
    signed_in.post(SKIN, {"skin": "4", "glad": "unsure", "call": "yes"})
    assert "3 months after the course: severe" in Letter.objects.get().text
    assert "letter" in ended.work_items.values_list("reason", flat=True)
    assert CourseStanding.objects.get(course=ended).owner


def test_another_course_is_asked_for_once_a_day(signed_in: Client, ended: Course) -> None:
    for _press in range(2):
        assert signed_in.post(AFTER)["Location"] == "/messages/"
    assert "another course" in Letter.objects.get().text


def test_what_a_button_wrote_is_shown_as_the_patient_knows_it(
    signed_in: Client, ended: Course
) -> None:
    """The clinic's list is in English; the patient's page is in the patient's language."""
    signed_in.post(AFTER)
    assert "Asks to talk" not in signed_in.get("/messages/").content.decode()
    assert "You asked about one more course." in signed_in.get("/messages/").content.decode()


def test_a_pregnancy_that_ended_the_course_is_met_with_no_test_and_no_question(
    signed_in: Client, course: Course
) -> None:
    care.perform(
        stopping.stop, course, last_dose_on=TODAY, reason="pregnancy",
        by=world.staff(course.clinic), now=NOW,
    )  # fmt: skip
    home, after = (signed_in.get(path).content.decode() for path in ("/home/", AFTER))
    assert not course.due_items.filter(ended="").exists()
    assert "Your clinic is there for you" in home
    for page in (home.partition("Next dates")[0], after):
        for words in ("last test", "Birth control", "How is your skin?"):
            assert words not in page, words
    assert "You can give blood from this day" in after


def test_help_for_the_mood_stays_on_top_when_the_course_is_stopped(
    signed_in: Client, course: Course
) -> None:
    escalations.raise_for(course, kind="mood", reasons=["MH_ITEM9"], evidence="", by=BY, now=NOW)
    world.stopped(course, world.staff(course.clinic))
    assert "Please talk to someone now" in signed_in.get("/home/").content.decode()


def test_page_for_no_connection_names_nobody_and_dates_only_when_asked(
    signed_in: Client, course: Course
) -> None:
    plain = signed_in.get("/offline/").content.decode()
    assert 'href="tel:911"' in plain and "988" in plain
    for private in (course.patient.given_name, course.clinic.name, "Next dates"):
        assert private not in plain
    assert "Next dates" in signed_in.get("/offline/?dates=1").content.decode()
    signed_in.logout()
    stranger = signed_in.get("/offline/?dates=1").content.decode()
    assert "Next dates" not in stranger and "findahelpline.com" in stranger


def test_installed_app_says_nothing_of_skin_or_drug(client: Client, db: None) -> None:
    answer = client.get("/app.webmanifest")
    found = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (found["name"], found["start_url"], found["display"]) == (
        "My clinic", "/home/", "standalone",
    )  # fmt: skip
    assert {icon["sizes"] for icon in found["icons"]} == {"192x192", "512x512"}

"""Later, done already, or help: what a patient says about a task is heard, and is no evidence."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from audit.models import Event
from courses.models import Course
from messaging.models import Message
from monitoring.actions import care, planning
from monitoring.models import CourseStanding, DueItem, TaskAnswer
from tests import world
from tests.world import NOW, TODAY


def task_of(course: Course, requirement: str = "check-in") -> DueItem:
    return DueItem.objects.get(course=course, requirement=requirement, ended="")


def page(item: DueItem) -> str:
    return reverse("portal:task", args=[item.public_id])


def says(client: Client, item: DueItem, **fields: str) -> int:
    return client.post(page(item), fields).status_code


DAY = {"on_0": str(TODAY.day), "on_1": str(TODAY.month), "on_2": str(TODAY.year)}


def test_first_page_leads_to_the_answers(signed_in: Client, course: Course) -> None:
    """So does the page of the check-in, to which its reminder's link leads."""
    item = task_of(course)
    for address in ("/home/", "/check-in/"):
        shown = signed_in.get(address).content.decode()
        assert "I can’t do it now" in shown  # noqa: RUF001
        assert page(item) in shown
    assert "Remind me later" in signed_in.get(page(item)).content.decode()


def test_a_blood_test_is_answered_from_the_first_page_while_something_else_comes_first(
    signed_in: Client, course: Course
) -> None:
    """The link of its reminder leads there."""
    item = task_of(course, "labs")
    assert page(item) in signed_in.get("/home/").content.decode()
    assert says(signed_in, item, said="done", **DAY) == 302
    shown = signed_in.get("/home/").content.decode()
    assert page(item) in shown and "Change what you told us" in shown
    care.waive(item, reason="drawn elsewhere", by=world.staff(course.clinic), now=NOW)
    assert page(item) not in signed_in.get("/home/").content.decode()


def test_only_what_is_done_elsewhere_can_have_been_done_already(
    signed_in: Client, course: Course
) -> None:
    shown = signed_in.get(page(task_of(course))).content.decode()
    assert "Do it now" in shown
    assert "I have done it" not in shown and "appointment" not in shown
    shown = signed_in.get(page(task_of(course, "labs"))).content.decode()
    assert "Do it now" not in shown
    assert "I have done it" in shown and "appointment" in shown


def test_later_takes_reminders_back_and_plans_one_on_the_day_asked_for(
    signed_in: Client, course: Course
) -> None:
    item = task_of(course)
    until = TODAY + timedelta(days=3)
    about = f"due-item:{item.public_id}"
    assert Message.objects.filter(about=about, state="planned").exists()

    assert says(signed_in, item, said="later", until=until.isoformat()) == 302

    assert not Message.objects.filter(about=about, state="planned").exists()
    assert "We remind you again on" in signed_in.get(page(item)).content.decode()
    for days in (1, 2):
        planning.replan(course, now=NOW + timedelta(days=days))
    assert not Message.objects.filter(about=about, state="planned").exists()
    planning.replan(course, now=NOW + timedelta(days=3))
    planned = Message.objects.get(about=about, state="planned")
    assert planned.send_after.date() == until


def test_done_ends_the_reminders_but_is_no_evidence(signed_in: Client, course: Course) -> None:
    item = task_of(course, "labs")
    planning.replan(course, now=NOW)
    assert says(signed_in, item, said="done", **DAY) == 302
    item.refresh_from_db()
    assert item.ended == ""
    for days in range(1, 20):
        planning.replan(course, now=NOW + timedelta(days=days))
    assert not Message.objects.filter(
        about=f"due-item:{item.public_id}", created_at__gt=NOW
    ).exists()


def test_blood_test_said_to_be_done_is_the_nurses_after_five_days(course: Course) -> None:
    """Unless something graver is: here everything else has been taken off the course."""
    item = task_of(course, "labs")
    DueItem.objects.filter(course=course).exclude(pk=item.pk).delete()
    TaskAnswer.objects.create(due_item=item, said="done", on=TODAY, at=NOW)
    planning.replan(course, now=NOW + timedelta(days=4))
    assert not CourseStanding.objects.get(course=course).reason.startswith("said-done")
    planning.replan(course, now=NOW + timedelta(days=5))
    standing = CourseStanding.objects.get(course=course)
    assert (standing.reason, standing.owner) == ("said-done:labs", "nurse")


def test_help_is_on_the_nurses_list_at_once_until_somebody_has_called(
    signed_in: Client, course: Course
) -> None:
    item = task_of(course)
    assert says(signed_in, item, said="help", trouble="unsure") == 302
    standing = CourseStanding.objects.get(course=course)
    assert (standing.reason, standing.owner) == ("help:check-in", "nurse")
    assert "will call you" in signed_in.get(page(item)).content.decode()

    care.log_contact(
        course, outcome="reached", next_on=None, note="", by=world.staff(course.clinic), now=NOW
    )
    assert CourseStanding.objects.get(course=course).reason != "help:check-in"
    assert TaskAnswer.objects.get().caller is not None


def test_who_has_asked_for_help_is_called_and_cannot_put_the_call_off(
    signed_in: Client, course: Course
) -> None:
    item = task_of(course)
    says(signed_in, item, said="help", trouble="other")
    assert "Remind me later" not in signed_in.get(page(item)).content.decode()
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    assert says(signed_in, item, said="later", until=tomorrow) == 422
    assert TaskAnswer.objects.get().said == "help"


def test_saying_it_twice_says_it_once_and_another_answer_replaces_it(
    signed_in: Client, course: Course
) -> None:
    item = task_of(course, "labs")
    for _ in range(2):
        says(signed_in, item, said="help", trouble="cost")
    assert TaskAnswer.objects.count() == 1
    assert Event.objects.filter(kind="task.answered").count() == 1
    says(signed_in, item, said="done", **DAY)
    assert TaskAnswer.objects.get(ended_at__isnull=True).said == "done"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"said": "never"},
        {"said": "later"},
        {"said": "later", "until": (TODAY + timedelta(days=2)).isoformat()},
        {"said": "later", "until": (TODAY + timedelta(days=60)).isoformat()},
        {"said": "later", "until": "tomorrow"},
        {"said": "done"},
        {"said": "done", "on_0": "31", "on_1": "2", "on_2": "2026"},
        {"said": "done", "on_0": "1", "on_1": "1", "on_2": "2026"},
        {"said": "done", "on_0": "1", "on_1": "1", "on_2": "2027"},
        {"said": "help"},
        {"said": "help", "trouble": "boredom"},
    ],
)
def test_nonsense_is_refused_and_changes_nothing(
    signed_in: Client, course: Course, fields: dict[str, str]
) -> None:
    assert says(signed_in, task_of(course, "labs"), **fields) == 422
    assert says(signed_in, task_of(course), **fields) == 422
    assert not TaskAnswer.objects.exists()


def test_task_that_has_ended_and_another_persons_do_not_exist(
    signed_in: Client, course: Course
) -> None:
    item = task_of(course)
    other = task_of(world.course(world.patient(course.clinic)))
    assert says(signed_in, other, said="help", trouble="unsure") == 404
    item.ended, item.ended_at = "withdrawn", NOW
    item.save()
    assert says(signed_in, item, said="help", trouble="unsure") == 404
    assert signed_in.get(reverse("portal:task", args=[uuid.uuid4()])).status_code == 404


def test_database_keeps_one_standing_answer_a_task(course: Course) -> None:
    item = task_of(course)
    TaskAnswer.objects.create(due_item=item, said="done", on=TODAY, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskAnswer.objects.create(due_item=item, said="done", on=TODAY, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskAnswer.objects.create(due_item=item, said="later", on=TODAY, at=NOW, ended_at=NOW)

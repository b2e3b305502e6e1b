"""A task that nobody answers climbs the clinic's ladder exactly once, step by step (REM-17)."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from audit.models import Event
from courses.models import Course
from messaging.models import Message
from monitoring.actions import planning, policies
from monitoring.models import CourseStanding, DueItem, DueItemStep
from protocol.reminders import DEFAULT_LADDERS, ReminderLadder, as_settings
from tests import ready, world

pytestmark = pytest.mark.django_db
EASTERN = ZoneInfo("America/New_York")


def live(course: Course, until: date) -> None:
    """Let the clock ring whenever the course itself asks for it, and once more for good measure."""
    for _ in range(200):
        moment = CourseStanding.objects.get(course=course).replan_after
        if moment is None or moment.astimezone(EASTERN).date() > until:
            return
        assert planning.tick(now=moment) == 1
        assert planning.tick(now=moment) == 0
    raise AssertionError("the clock never came to rest")


def told(item: DueItem) -> list[tuple[int, str, bool]]:
    """Days from the due date, text and way of every reminder."""
    return [
        (
            (each.send_after.astimezone(EASTERN).date() - item.due_on).days,
            each.variant,
            each.other_way,
        )
        for each in Message.objects.filter(about=f"due-item:{item.public_id}").order_by("pk")
    ]


def waiting_check_in(course: Course) -> DueItem:
    return DueItem.objects.get(course=course, ended="", requirement="check-in")


def test_nobody_answers_and_the_ladder_is_climbed_to_its_end() -> None:
    course = world.course(world.patient(world.clinic()), days=20)
    item = waiting_check_in(course)

    live(course, item.due_on + timedelta(days=30))

    assert told(item) == [
        (-7, "before", False),
        (-2, "before", False),
        (0, "on", False),
        (2, "after", True),
    ]
    steps = DueItemStep.objects.filter(due_item=item).order_by("on")
    assert [(step.told, (step.on - item.due_on).days) for step in steps] == [
        ("nurse", 4),
        ("prescriber", 7),
    ]
    handed = [
        step
        for event in Event.objects.filter(kind="plan.changed").order_by("pk")
        for step in event.detail.get("handed_over", [])
        if step.startswith(item.key)
    ]
    assert handed == [f"{item.key}:nurse", f"{item.key}:prescriber"]


def test_course_is_the_prescribers_once_every_reminder_went_unanswered() -> None:
    course = world.course(world.patient(world.clinic()), days=20)
    item = waiting_check_in(course)
    DueItem.objects.filter(course=course).exclude(pk=item.pk).delete()

    live(course, item.due_on + timedelta(days=6))
    before = CourseStanding.objects.get(course=course).reason
    live(course, item.due_on + timedelta(days=7))
    after = CourseStanding.objects.get(course=course)

    assert not before.startswith("unanswered")
    assert (after.reason.split(":")[0], after.owner) == ("unanswered", "prescriber")


def test_clinics_own_ladder_is_used_from_the_next_plan_on() -> None:
    at = world.clinic()
    course = world.course(world.patient(at), days=20)
    item = waiting_check_in(course)
    own = ReminderLadder(remind=(-1,), nurse=1)
    policies.change_policy(
        at,
        settings={"reminders": {"check-in": as_settings(own)}},
        effective_from=world.TODAY,
        reason="Fewer messages, sooner a call.",
        by=world.staff(at),
        now=world.NOW,
    )

    live(course, item.due_on + timedelta(days=30))

    assert [day for day, _, _ in told(item)] == [-1]
    assert list(DueItemStep.objects.filter(due_item=item).values_list("told", flat=True)) == [
        "nurse"
    ]
    # What the clinic did not touch stays as shipped.
    labs = DueItem.objects.filter(course=course, requirement="labs", ended="").earliest("due_on")
    assert {day for day, _, _ in told(labs)} <= {
        *DEFAULT_LADDERS["labs"].days(first_month=False),
        *DEFAULT_LADDERS["labs"].days(first_month=True),
    }


def test_window_is_counted_down_and_a_missed_one_leaves_a_trace() -> None:
    at = world.clinic()
    course = ready.course(at)
    planning.replan(course, now=world.NOW)
    item = DueItem.objects.get(course=course, requirement="collect", ended="")
    assert item.closes_on == item.due_on

    live(course, item.due_on + timedelta(days=3))

    item.refresh_from_db()
    assert item.ended == "lapsed"
    assert [day for day, _, _ in told(item)][-1] == 0
    assert not Message.objects.filter(about=f"due-item:{item.public_id}", state="planned").exists()


def test_collected_supply_is_done_and_no_longer_reminded_of() -> None:
    at = world.clinic()
    doctor = world.staff(at)
    course = ready.course(at)
    prescription = world.signed(course, doctor)
    item = DueItem.objects.get(course=course, requirement="collect", ended="")

    world.picked_up(course, prescription)

    item.refresh_from_db()
    assert item.ended == "met"
    assert item.met_by.startswith("dispense:")
    assert not Message.objects.filter(about=f"due-item:{item.public_id}", state="planned").exists()

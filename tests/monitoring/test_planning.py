"""Due items agree with the plan, exactly once, through stops, holds, imports and stampedes."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from courses.actions import dosing, stopping
from courses.models import Course
from messaging.models import Message
from monitoring.actions import care, planning
from monitoring.models import CourseStanding, DueItem
from protocol.facts import CourseFacts
from protocol.plan import Plan
from tests import ready, world

pytestmark = pytest.mark.django_db


def open_keys(course: object) -> list[str]:
    return sorted(DueItem.objects.filter(course=course, ended="").values_list("key", flat=True))


def test_planning_twice_is_planning_once() -> None:
    course = world.course(world.patient(world.clinic()), days=25)
    before = (open_keys(course), Message.objects.count(), Event.objects.count())

    changes = planning.replan(course, now=world.NOW)

    assert not changes
    assert (open_keys(course), Message.objects.count(), Event.objects.count()) == before


def test_running_course_taken_over_is_silent_about_the_past() -> None:
    at = world.clinic()
    course = world.course(world.patient(at), days=200, due_from=world.TODAY)

    due = DueItem.objects.filter(course=course, ended="")
    assert due.exists()
    assert all(item.due_on >= world.TODAY for item in due)
    assert all(message.send_after >= world.NOW - timedelta(days=1) for message in _messages())


def _messages() -> list[Message]:
    return list(Message.objects.filter(purpose__in=["due-item-reminder", "check-in"]))


def test_check_in_reminder_is_planned_in_the_patients_morning() -> None:
    at = world.clinic()
    person = world.patient(at, timezone="America/Los_Angeles")
    world.course(person, days=28)

    message = Message.objects.filter(patient=person, purpose="check-in").latest("send_after")

    local = message.send_after.astimezone(ZoneInfo("America/Los_Angeles"))
    assert (local.hour, local.minute) == (9, 0)


def test_stop_withdraws_what_is_due_and_its_reminders() -> None:
    at = world.clinic()
    course = world.course(world.patient(at), days=28)
    assert "check-in" in " ".join(open_keys(course))

    care.perform(
        stopping.stop,
        course,
        last_dose_on=world.TODAY,
        reason="completed",
        by=world.staff(at),
        now=world.NOW,
    )

    assert not [key for key in open_keys(course) if key.startswith(("check-in", "labs"))]
    gone = DueItem.objects.filter(course=course, ended="withdrawn")
    about = [f"due-item:{item.public_id}" for item in gone]
    assert Message.objects.filter(about__in=about).exists()
    assert not Message.objects.filter(about__in=about, state="planned").exists()
    assert [key for key in open_keys(course) if key.startswith("final-test")]


def test_hold_and_resume_reopen_what_was_due() -> None:
    at = world.clinic()
    doctor = world.staff(at)
    course = world.course(world.patient(at), days=28)
    care.perform(
        dosing.hold, course, held_on=world.TODAY, reason="travel", by=doctor, now=world.NOW
    )
    while_held = open_keys(course)
    care.perform(dosing.resume, course, resumed_on=world.TODAY, by=doctor, now=world.NOW)

    assert not [key for key in while_held if key.startswith("check-in")]
    assert [key for key in open_keys(course) if key.startswith("check-in")]


def test_final_blood_test_meets_the_item_and_a_preliminary_one_does_not() -> None:
    at = world.clinic()
    person = world.patient(at)
    course = world.course(person, days=31)
    due = DueItem.objects.get(course=course, ended="", requirement="labs", due_on__lte=world.TODAY)

    ready.receive(person, ready.message(person, on=world.TODAY, control="p", status="P"))
    due.refresh_from_db()
    assert due.ended == ""
    ready.receive(person, ready.message(person, on=world.TODAY, control="f", status="F"))
    due.refresh_from_db()

    assert due.ended == "met"
    assert due.met_by.startswith(("specimen:", "observation:"))


def test_waived_item_stays_waived() -> None:
    at = world.clinic()
    course = world.course(world.patient(at), days=31)
    item = DueItem.objects.filter(course=course, ended="", requirement="labs").earliest("due_on")

    care.waive(item, reason="Drawn elsewhere, seen on paper.", by=world.staff(at), now=world.NOW)
    planning.replan(course, now=world.NOW)

    assert item.key not in open_keys(course)


def test_tick_plans_only_courses_whose_moment_has_come() -> None:
    at = world.clinic()
    course = world.course(world.patient(at), days=10)
    assert planning.tick(now=world.NOW) == 0
    moment = CourseStanding.objects.get(course=course).replan_after

    assert planning.tick(now=moment) == 1
    assert planning.tick(now=moment) == 0


def test_database_refuses_a_second_open_item_of_the_same_key() -> None:
    course = world.course(world.patient(world.clinic()), days=25)
    item = DueItem.objects.filter(course=course, ended="").first()
    assert item is not None
    item.pk = None
    item.public_id = "00000000-0000-4000-8000-000000000001"

    with pytest.raises(IntegrityError), transaction.atomic():
        item.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_eight_planners_at_once_plan_each_item_and_message_once() -> None:
    course = world.course(world.patient(world.clinic()), days=28)
    DueItem.objects.filter(course=course).delete()
    Message.objects.all().delete()

    def plan() -> None:
        planning.replan(course, now=world.NOW)
        connection.close()

    threads = [threading.Thread(target=plan) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    keys = open_keys(course)
    assert len(keys) == len(set(keys)) > 0
    messages = list(Message.objects.values_list("key", flat=True))
    assert len(messages) == len(set(messages))


def test_rebuild_finds_no_drift_in_a_fresh_clinic() -> None:
    at = world.clinic()
    for days in (5, 25, 60):
        world.course(world.patient(at), days=days)

    assert planning.rebuild(now=world.NOW) == (3, 0)


def test_rule_that_breaks_is_told_once_a_day_though_nobody_presses_a_button(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    course = world.course(world.patient(world.clinic()), days=25)
    told = Event.objects.filter(kind="rule.failed", subject=f"course:{course.public_id}")
    planning.replan(course, now=world.NOW)
    assert not told.exists()

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("protocol.gate.dose.weight_findings", broken)
    for hours in (0, 1, 23):
        planning.replan(course, now=world.NOW + timedelta(hours=hours))

    assert told.get().detail["rules"] == [
        {"id": "DOSE-1", "rule": "weight_is_recent", "error": "ZeroDivisionError"}
    ]
    assert "DOSE-1 (weight_is_recent) failed: ZeroDivisionError" in caplog.text
    assert course.patient.full_name not in caplog.text
    planning.replan(course, now=world.NOW + timedelta(hours=24))
    assert told.count() == 2


def _due_at_once(*days: int) -> tuple[list[Course], datetime]:
    """Courses in one clinic, and an instant at which all of them have come due."""
    at = world.clinic()
    courses = [world.course(world.patient(at), days=each) for each in days]
    return courses, world.NOW + timedelta(days=20)


def test_tick_goes_on_when_one_course_cannot_be_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    (first, broken, last), moment = _due_at_once(5, 10, 15)
    plan = planning.schedule.plan

    def fails_for_one(facts: CourseFacts, **how: Any) -> Plan:
        if facts.course == str(broken.public_id):
            raise ValueError("this course cannot be planned")
        return plan(facts, **how)

    monkeypatch.setattr(planning.schedule, "plan", fails_for_one)

    assert planning.tick(now=moment) == 2
    waiting = CourseStanding.objects.filter(replan_after__lte=moment)
    assert [row.course_id for row in waiting] == [broken.pk]
    monkeypatch.undo()
    assert planning.tick(now=moment) == 1


def test_tick_plans_what_is_due_in_a_fixed_number_of_statements() -> None:
    _, moment = _due_at_once(5)
    with CaptureQueriesContext(connection) as for_one:
        planning.tick(now=moment)
    _due_at_once(5, 5, 5, 5)
    with CaptureQueriesContext(connection) as for_four:
        assert planning.tick(now=moment) == 4

    def own(queries: CaptureQueriesContext) -> int:
        # Each reminder is a row of its own, as everywhere.
        return sum("messaging_" not in each["sql"] for each in queries.captured_queries)

    assert own(for_four) == own(for_one)


@pytest.mark.django_db(transaction=True)
def test_many_ticks_at_once_share_the_courses() -> None:
    courses, moment = _due_at_once(*[25] * 12)
    done: list[int] = []

    def ticking() -> None:
        done.append(planning.tick(now=moment, limit=12))
        connection.close()

    with patch.object(planning, "_AT_ONCE", 2):
        threads = [threading.Thread(target=ticking) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert planning.due(now=moment, most=5) == 0
    assert sum(done) >= len(courses)
    open_ones = list(DueItem.objects.filter(ended="").values_list("course_id", "key"))
    assert len(open_ones) == len(set(open_ones)) > 0


def test_a_busy_course_is_left_to_the_next_tick_and_keeps_nobody_waiting(
    transactional_db: None,
) -> None:
    (busy, free), moment = _due_at_once(10, 15)
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Course.objects.select_for_update().get(pk=busy.pk)
            held.set()
            let_go.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        assert planning.tick(now=moment) == 1
    finally:
        let_go.set()
        thread.join()
    assert planning.tick(now=moment) == 1

"""A word about results that nobody reads, and the time after the course: ladders of their own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from courses.actions import stopping
from courses.models import Course
from messaging import outbox
from messaging.models import Message
from monitoring.actions import inbox, planning
from monitoring.dossier_rows import note_key
from monitoring.models import Acknowledgement, CourseStanding, DueItem, Specimen
from monitoring.purposes import RESULT_NOTE
from tests import world
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Course:
    """A course whose patient was written to about a result, today."""
    course = world.course(world.patient(world.clinic()))
    specimen = Specimen.objects.create(patient=course.patient, collected_on=TODAY, received_at=NOW)
    row = Acknowledgement.objects.create(
        course=course,
        specimen=specimen,
        action="none",
        told=True,
        at=NOW,
        by=world.staff(course.clinic),
    )
    outbox.enqueue(
        purpose=RESULT_NOTE,
        key=note_key(row.specimen.public_id, row.pk),
        about=f"course:{course.public_id}",
        patient=course.patient,
        clinic=course.clinic,
        send_after=NOW,
        now=NOW,
    )
    planning.replan(course, now=NOW)
    return course


def second_words(course: Course) -> list[Message]:
    found = Message.objects.filter(patient=course.patient, purpose="result-note", variant="after")
    return list(found)


def test_unread_word_is_repeated_by_another_way_then_told_to_the_nurse(told: Course) -> None:
    item = DueItem.objects.get(course=told, requirement="note", ended="")
    planning.replan(told, now=NOW + timedelta(days=1))
    assert second_words(told) == []
    planning.replan(told, now=NOW + timedelta(days=2))
    (again,) = second_words(told)
    assert again.other_way
    planning.replan(told, now=NOW + timedelta(days=3))
    assert not item.steps.exists()
    planning.replan(told, now=NOW + timedelta(days=4))
    assert [step.told for step in item.steps.all()] == ["nurse"]
    planning.replan(told, now=NOW + timedelta(days=7))
    assert {step.told for step in item.steps.all()} == {"nurse", "prescriber"}


def test_word_that_was_read_ends_its_ladder(told: Course) -> None:
    planning.replan(told, now=NOW + timedelta(days=2))
    assert inbox.read(told.patient, now=NOW + timedelta(days=2, hours=1)) > 0
    item = DueItem.objects.get(course=told, requirement="note")
    assert (item.ended, item.met_on) == ("met", TODAY + timedelta(days=2))
    (again,) = second_words(told)
    assert again.state == "withdrawn"


def test_unread_word_never_hides_what_the_patient_owes(told: Course) -> None:
    standing = CourseStanding.objects.get(course=told)
    assert not standing.reason.endswith(":note")


def test_patient_who_was_never_written_to_owes_no_reading() -> None:
    course = world.course(world.patient(world.clinic()))
    specimen = Specimen.objects.create(patient=course.patient, collected_on=TODAY, received_at=NOW)
    Acknowledgement.objects.create(
        course=course,
        specimen=specimen,
        action="none",
        told=True,
        at=NOW,
        by=world.staff(course.clinic),
    )
    planning.replan(course, now=NOW)
    assert not DueItem.objects.filter(course=course, requirement="note").exists()


def test_after_the_course_skin_is_asked_on_a_ladder_and_the_day_for_blood_is_only_told() -> None:
    course = world.course(world.patient(world.clinic(), sex="male"), category="ncp", days=150)
    stopping.stop(
        course, last_dose_on=TODAY, reason="completed", by=world.staff(course.clinic), now=NOW
    )
    course.refresh_from_db()
    found: dict[str, date] = {}
    # Each day around the first look back and the day for blood, then only the later ones.
    for days in (*range(28, 48), 86, 89, 92, 99, 106, 120, 181, 273, 365):
        planning.replan(course, now=NOW + timedelta(days=days))
        for item in DueItem.objects.filter(course=course, requirement="look-back"):
            found[item.key] = item.due_on
        if days == 99:
            assert "overdue:look-back" not in course.work_items.values_list("reason", flat=True)
        if days == 106:
            assert "overdue:look-back" in course.work_items.values_list("reason", flat=True)
    names = ["blood", "month-03", "month-06", "month-09", "month-12"]
    assert sorted(found) == [f"look-back/{name}" for name in names]
    assert found["look-back/month-12"] == date(2027, 11, 22)
    first = DueItem.objects.get(course=course, key="look-back/month-03")
    assert [step.told for step in first.steps.all()] == ["nurse"]
    assert not DueItem.objects.filter(key="look-back/blood", steps__isnull=False).exists()
    sent = Message.objects.filter(patient=course.patient, purpose="look-back")
    assert {message.urgency for message in sent} == {"courtesy"}

    def steps_of(key: str) -> list[tuple[str, bool]]:
        item = DueItem.objects.get(course=course, key=key)
        about = sent.filter(about=f"due-item:{item.public_id}").order_by("send_after")
        return [(message.variant, message.other_way) for message in about]

    assert steps_of("look-back/blood") == [("told", False)]
    assert steps_of("look-back/month-03") == [("before", False), ("on", False), ("after", True)]

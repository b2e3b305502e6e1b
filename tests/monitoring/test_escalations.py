"""Concerns: one open row a kind, told at once, climbing until somebody takes them on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from messaging.models import Message
from monitoring.actions import escalations
from monitoring.models import CourseStanding, Escalation
from people.permissions import Role
from tests import ready, world

pytestmark = pytest.mark.django_db


def raised(course: object, **changes: object) -> Escalation:
    asked = {
        "kind": "mood",
        "reasons": ["MH_ITEM9"],
        "evidence": "check-in:1",
        "by": world.BY,
        "now": world.NOW,
    }
    return escalations.raise_for(course, **{**asked, **changes})  # type: ignore[arg-type]


def test_concern_is_told_to_prescribers_at_once() -> None:
    at = world.clinic()
    doctor = world.staff(at)
    world.staff(at, Role.NURSE)
    concern = raised(world.course(world.patient(at)))

    told = Message.objects.filter(about=f"escalation:{concern.public_id}")
    assert [message.user for message in told] == [doctor]


def test_same_concern_twice_is_one_row_and_one_message() -> None:
    at = world.clinic()
    world.staff(at)
    course = world.course(world.patient(at))

    first, second = raised(course), raised(course)

    assert first == second
    assert Message.objects.filter(about__startswith="escalation").count() == 1


def test_new_reason_wakes_an_acknowledged_concern() -> None:
    at = world.clinic()
    doctor = world.staff(at)
    course = world.course(world.patient(at))
    concern = escalations.acknowledge(raised(course), by=doctor, now=world.NOW)
    assert concern.acknowledged_at is not None

    again = raised(course, reasons=["SYMPTOM_RED"], evidence="check-in:2")

    assert again.pk == concern.pk
    assert again.acknowledged_at is None
    assert again.reasons == ["MH_ITEM9", "SYMPTOM_RED"]


@pytest.mark.parametrize(("minutes", "climbs"), [(29, 0), (30, 1), (31, 1)])
def test_unacknowledged_concern_climbs_at_its_deadline(minutes: int, climbs: int) -> None:
    at = world.clinic()
    world.staff(at)
    nurse = world.staff(at, Role.NURSE)
    concern = raised(world.course(world.patient(at)))

    later = world.NOW + timedelta(minutes=minutes)

    assert escalations.sweep(now=later) == climbs
    told = Message.objects.filter(about=f"escalation:{concern.public_id}", user=nurse)
    assert told.exists() is bool(climbs)


def test_acknowledged_concern_does_not_climb_and_its_messages_are_taken_back() -> None:
    at = world.clinic()
    doctor = world.staff(at)
    concern = escalations.acknowledge(
        raised(world.course(world.patient(at))), by=doctor, now=world.NOW
    )

    assert escalations.sweep(now=world.NOW + timedelta(days=1)) == 0
    assert not Message.objects.filter(
        about=f"escalation:{concern.public_id}", state="planned"
    ).exists()


def test_closed_concern_leaves_the_top_of_the_list() -> None:
    at = world.clinic()
    doctor = world.staff(at)
    course = ready.course(at)
    concern = raised(course)

    escalations.close(concern, outcome="Spoke to her; safe.", by=doctor, now=world.NOW)

    assert CourseStanding.objects.get(course=course).reason == "ready-to-sign"
    with pytest.raises(escalations.AlreadySettled):
        escalations.close(concern, outcome="again", by=doctor, now=world.NOW)


def test_critical_result_raises_one_concern() -> None:
    at = world.clinic()
    world.staff(at)
    person = world.patient(at)
    course = world.course(person)

    raw = ready.message(person, on=world.TODAY, control="c1", alt="400")
    ready.receive(person, raw)
    ready.receive(person, raw)

    concern = Escalation.objects.get(course=course)
    assert concern.kind == "result"


def test_result_corrected_after_a_signature_raises_a_concern() -> None:
    at = world.clinic()
    doctor = world.staff(at)
    course = ready.course(at)
    world.signed(course, doctor)
    on = world.TODAY - timedelta(days=2)

    ready.receive(
        course.patient,
        ready.message(course.patient, on=on, control="fix", status="C", alt="60"),
        now=world.NOW + timedelta(hours=1),
    )

    assert Escalation.objects.get(course=course).kind == "corrected-result"

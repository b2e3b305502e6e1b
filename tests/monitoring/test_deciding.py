"""Deciding about results: the decision and all that it sets in motion are one step (UX-06)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from audit.models import Event
from courses.actions import stopping
from courses.models import Course, DoseStep, Hold
from messaging.models import Message
from monitoring.actions import acknowledging, escalations, planning, reviews, unread
from monitoring.actions.acknowledging import NextStep
from monitoring.models import (
    Acknowledgement,
    ClinicPolicyVersion,
    CourseStanding,
    DueItem,
    Escalation,
    ResultReview,
    Specimen,
)
from people.models import User
from people.permissions import Role
from tests import ready, world

pytestmark = pytest.mark.django_db
LATER = world.NOW + timedelta(hours=1)


def raised(*, alt: str = "150", days_ago: int = 0, control: str = "high") -> tuple[Course, User]:
    """A running course whose newest ALT is raised, and its dermatologist."""
    at = world.clinic()
    doctor = world.staff(at)
    course = world.course(world.patient(at))
    on = world.TODAY - timedelta(days=days_ago)
    ready.receive(course.patient, ready.message(course.patient, on=on, control=control, alt=alt))
    return course, doctor


def specimen_of(course: Course, on: date = world.TODAY) -> Specimen:
    return Specimen.objects.get(patient=course.patient, collected_on=on)


def decide(course: Course, doctor: User, action: str, **step: object) -> Acknowledgement:
    """A decision about today's specimen, as the page makes it."""
    specimen = specimen_of(course)
    return acknowledging.acknowledge(
        specimen,
        course=course,
        action=action,
        plan="Because the liver value is raised",
        step=NextStep(**step),  # type: ignore[arg-type]
        version=ResultReview.objects.get(specimen=specimen).version,
        by=doctor,
        now=LATER,
    )


def waiting(course: Course) -> list[ResultReview]:
    return list(ResultReview.objects.filter(course=course, ended="", needs_decision=True))


@pytest.mark.parametrize(
    ("alt", "tier", "needs"),
    [("22", 0, False), ("100", 1, False), ("120", 2, True), ("150", 2, True), ("200", 3, True)],
)
def test_result_waits_from_its_arrival_by_its_tier(alt: str, tier: int, needs: bool) -> None:
    course, _ = raised(alt=alt)
    row = ResultReview.objects.get(specimen=specimen_of(course))
    assert (row.tier, row.needs_decision, row.since) == (tier, needs, world.NOW)
    assert bool(row.escalates_at) is needs


def test_result_of_a_second_course_is_not_read_in_the_first_one_as_well() -> None:
    first, doctor = raised(alt="22", days_ago=3)
    stopping.stop(first, last_dose_on=world.TODAY, reason="finished", by=doctor, now=world.NOW)
    second = world.course(first.patient, days=10)
    ready.receive(
        first.patient, ready.message(first.patient, on=world.TODAY, control="new", alt="150")
    )
    planning.replan(first, now=LATER)
    assert [row.course for row in ResultReview.objects.filter(needs_decision=True)] == [second]


def test_repeat_sets_the_next_test_and_the_note_in_the_same_step() -> None:
    course, doctor = raised()
    day = world.TODAY + timedelta(days=14)
    row = decide(course, doctor, "repeat", repeat_on=day, tell=True)

    assert row.repeat == ["alt"]
    item = DueItem.objects.get(course=course, key=f"labs/repeat-{row.pk}")
    assert (item.due_on, item.ended) == (day, "")
    note = Message.objects.get(patient=course.patient, purpose="result-note")
    assert note.state == "planned"
    assert waiting(course) == []
    assert CourseStanding.objects.get(course=course).unread_results == 0

    ready.receive(
        course.patient,
        ready.message(course.patient, on=day, control="again", alt="30"),
        now=world.NOW + timedelta(days=14),
    )
    item.refresh_from_db()
    assert item.ended == "met"


def test_reduction_records_the_new_dose() -> None:
    course, doctor = raised()
    decide(course, doctor, "reduce", pattern=(Decimal(20),), from_on=world.TODAY)
    newest = DoseStep.objects.filter(course=course).latest("pk")
    assert (newest.pattern, newest.starts_on) == ([Decimal(20)], world.TODAY)


@pytest.mark.parametrize("mg", [40, 60])
def test_reduction_that_is_none_is_refused_and_nothing_is_kept(mg: int) -> None:
    course, doctor = raised()
    with pytest.raises(acknowledging.NotLower):
        decide(course, doctor, "reduce", pattern=(Decimal(mg),), from_on=world.TODAY)
    assert not Acknowledgement.objects.exists()
    assert waiting(course)


def test_hold_and_stop_change_the_course_with_the_decision() -> None:
    course, doctor = raised()
    decide(course, doctor, "hold", from_on=world.TODAY)
    assert Hold.objects.get(course=course).held_on == world.TODAY
    other, doctor = raised(control="other")
    decide(other, doctor, "stop", from_on=world.TODAY, stop_reason="adverse-effect")
    other.refresh_from_db()
    assert (other.last_dose_on, other.stop_reason) == (world.TODAY, "adverse-effect")


def test_hold_of_a_course_on_hold_keeps_the_first_day() -> None:
    course, doctor = raised()
    decide(course, doctor, "hold", from_on=world.TODAY)
    ready.receive(
        course.patient, ready.message(course.patient, on=world.TODAY, control="b", alt="210"),
        now=LATER,
    )  # fmt: skip
    decide(course, doctor, "hold", from_on=world.TODAY)
    assert Hold.objects.filter(course=course).count() == 1


def test_decision_on_what_has_changed_since_it_was_shown_is_refused() -> None:
    course, doctor = raised()
    shown = ResultReview.objects.get(specimen=specimen_of(course)).version
    ready.receive(
        course.patient,
        ready.message(course.patient, on=world.TODAY, control="fix", status="C", alt="400"),
    )
    with pytest.raises(acknowledging.Changed):
        acknowledging.acknowledge(
            specimen_of(course), course=course, action="no-action", plan="fine", version=shown,
            by=doctor, now=LATER,
        )  # fmt: skip


def test_abnormal_result_stays_on_the_list_when_a_newer_one_is_normal() -> None:
    course, doctor = raised(days_ago=1)
    ready.receive(
        course.patient, ready.message(course.patient, on=world.TODAY, control="n", alt="20")
    )
    (row,) = waiting(course)
    assert row.collected_on == world.TODAY - timedelta(days=1)
    acknowledging.acknowledge(
        row.specimen, course=course, action="no-action", plan="Normal since", by=doctor, now=LATER
    )
    row.refresh_from_db()
    assert row.ended == "decided"


@pytest.mark.parametrize(("alt", "waits"), [("150", True), ("-5", False)])
def test_correction_to_normal_takes_only_a_doubt_off_the_list(alt: str, waits: bool) -> None:
    """A raised value that nobody had decided about stays; a value in doubt is settled by it."""
    course, _ = raised(alt=alt)
    assert waiting(course)
    ready.receive(
        course.patient,
        ready.message(course.patient, on=world.TODAY, control="fix", status="C", alt="20"),
        now=LATER,
    )
    assert bool(waiting(course)) is waits
    planning.replan(course, now=LATER)
    assert bool(waiting(course)) is waits


def test_correction_of_what_was_decided_opens_the_decision_again() -> None:
    course, doctor = raised()
    decide(course, doctor, "no-action")
    ready.receive(
        course.patient,
        ready.message(course.patient, on=world.TODAY, control="fix", status="C", alt="20"),
        now=LATER + timedelta(hours=1),
    )
    (row,) = waiting(course)
    assert row.corrected
    assert row.since == LATER + timedelta(hours=1)
    # The gate asks again as well, when the corrected value is raised.
    ready.receive(
        course.patient,
        ready.message(course.patient, on=world.TODAY, control="fix2", status="C", alt="190"),
        now=LATER + timedelta(hours=2),
    )
    assert CourseStanding.objects.get(course=course).unread_results == 1


@pytest.mark.parametrize("value", ["150", ""])
def test_cancelled_result_leaves_the_list_and_alerts_after_a_signature(value: str) -> None:
    at = world.clinic()
    doctor = world.staff(at)
    course = ready.course(at)
    world.signed(course, doctor)
    on = world.TODAY - timedelta(days=2)
    ready.receive(
        course.patient,
        ready.message(
            course.patient, on=on, control="gone", status="X", **({"alt": value} if value else {})
        ),
        now=LATER,
    )
    assert Escalation.objects.get(course=course).kind == "corrected-result"
    assert not ResultReview.objects.filter(course=course, ended="").exists()


def test_preliminary_result_is_not_read_and_meets_nothing() -> None:
    course, doctor = raised()
    row = decide(course, doctor, "repeat", repeat_on=world.TODAY + timedelta(days=1))
    ready.receive(
        course.patient,
        ready.message(course.patient, on=world.TODAY + timedelta(days=1), control="p", status="P"),
        now=world.NOW + timedelta(days=1),
    )
    assert DueItem.objects.get(key=f"labs/repeat-{row.pk}").ended == ""
    assert not ResultReview.objects.filter(course=course, ended="").exists()


@pytest.mark.parametrize(("hours", "raises"), [(47, 0), (48, 1), (49, 1)])
def test_unread_result_becomes_a_concern_after_the_clinics_hours(hours: int, raises: int) -> None:
    course, _ = raised(alt="120")
    nurse = world.staff(course.clinic, Role.NURSE)
    later = world.NOW + timedelta(hours=hours)
    assert unread.sweep(now=later) == raises
    assert unread.sweep(now=later) == 0
    concern = Escalation.objects.filter(course=course, kind="unread-result").first()
    assert (concern is not None) is bool(raises)
    if concern is not None:
        told = Message.objects.filter(about=f"escalation:{concern.public_id}")
        assert [each.user for each in told] == [nurse]
        assert CourseStanding.objects.get(course=course).reason == "concern:unread-result"


def test_unread_result_climbs_to_prescriber_then_everybody() -> None:
    course, doctor = raised(alt="120")
    nurse = world.staff(course.clinic, Role.NURSE)
    second = world.staff(course.clinic)
    chief = world.staff(course.clinic, Role.ADMINISTRATOR)
    Course.objects.filter(pk=course.pk).update(prescriber=doctor)
    at = world.NOW + timedelta(hours=48)
    told: list[set[User]] = []
    unread.sweep(now=at)
    concern = Escalation.objects.get(kind="unread-result")
    for step in (timedelta(hours=4), timedelta(hours=20)):
        at += step
        assert escalations.sweep(now=at) == 1
    for rung in range(3):
        found = Message.objects.filter(
            about=f"escalation:{concern.public_id}", key__contains=f":{rung}:"
        )
        told.append({each.user for each in found if each.user})
    assert told == [{nurse}, {doctor}, {doctor, second, chief}]


def test_unread_concern_is_closed_by_the_decision_and_not_before() -> None:
    course, doctor = raised(alt="120")
    unread.sweep(now=world.NOW + timedelta(days=3))
    concern = Escalation.objects.get(kind="unread-result")
    with pytest.raises(escalations.StillOpen):
        escalations.close(concern, outcome="later", by=doctor, now=LATER)
    decide(course, doctor, "contact")
    concern.refresh_from_db()
    assert concern.closed_by == doctor


def test_normal_results_close_by_rule_only_where_the_clinic_chose_it() -> None:
    course, _ = raised(alt="22")
    assert ResultReview.objects.get(specimen=specimen_of(course)).ended == ""
    choose(course)
    planning.replan(course, now=LATER)
    row = Acknowledgement.objects.get(specimen=specimen_of(course))
    assert (row.by, row.rule) == (None, reviews.RULE)
    assert ResultReview.objects.get(specimen=specimen_of(course)).ended == "by-rule"
    assert Event.objects.filter(kind="result.closed-by-rule").count() == 1
    planning.replan(course, now=LATER)
    assert Acknowledgement.objects.count() == 1


def choose(course: Course) -> None:
    """The clinic lets normal results close by themselves."""
    from_day = world.TODAY - timedelta(days=400)
    ClinicPolicyVersion.objects.create(
        clinic=course.clinic,
        effective_from=from_day,
        settings={"close_normal_results": True},
        recorded_at=world.NOW,
    )


@pytest.mark.parametrize(
    "said",
    [{"alt": "60"}, {"alt": "5"}, {"alt": "<5"}, {"status": "C"}, {"status": "P"}],
)
def test_what_is_not_plainly_normal_is_left_to_a_person(said: dict[str, str]) -> None:
    at = world.clinic()
    course = world.course(world.patient(at))
    choose(course)
    ready.receive(
        course.patient, ready.message(course.patient, on=world.TODAY, control="c", **said)
    )
    assert not Acknowledgement.objects.exists()


def test_normal_result_is_left_to_a_person_while_a_concern_is_open() -> None:
    at = world.clinic()
    course = world.course(world.patient(at))
    choose(course)
    escalations.raise_for(
        course, kind="mood", reasons=["MH_ITEM9"], evidence="check-in:1", by=world.BY,
        now=world.NOW,
    )  # fmt: skip
    ready.receive(course.patient, ready.message(course.patient, on=world.TODAY, control="c"))
    assert not Acknowledgement.objects.exists()


def test_batch_reading_refuses_what_needs_a_decision_and_what_changed() -> None:
    course, doctor = raised(alt="22")
    row = ResultReview.objects.get(specimen=specimen_of(course))

    def refusals(row: ResultReview, version: str) -> list[type[Exception]]:
        refused = acknowledging.read_together([(row, version)], by=doctor, now=LATER)
        return [type(why) for why in refused.values()]

    assert refusals(row, "another") == [acknowledging.Changed]
    assert refusals(row, row.version) == []
    assert Acknowledgement.objects.get().by == doctor
    assert refusals(row, row.version) == [acknowledging.Changed]
    other, doctor = raised(control="other")
    abnormal = ResultReview.objects.get(specimen=specimen_of(other))
    assert refusals(abnormal, abnormal.version) == [acknowledging.NeedsDecision]


def test_concern_that_was_taken_on_wakes_after_a_day_without_a_decision() -> None:
    course, doctor = raised(alt="120")
    at = world.NOW + timedelta(hours=48)
    unread.sweep(now=at)
    concern = Escalation.objects.get(kind="unread-result")
    escalations.acknowledge(concern, by=doctor, now=at)
    assert unread.sweep(now=at + timedelta(hours=23)) == 0
    assert unread.sweep(now=at + timedelta(hours=24)) == 1
    concern.refresh_from_db()
    assert (concern.acknowledged_at, concern.rung) == (None, 1)


def test_two_unread_draws_of_a_course_raise_one_concern_at_its_first_rung() -> None:
    course, _ = raised(alt="120", days_ago=1)
    ready.receive(
        course.patient, ready.message(course.patient, on=world.TODAY, control="two", alt="130")
    )
    assert unread.sweep(now=world.NOW + timedelta(hours=48)) == 2
    assert Escalation.objects.get(kind="unread-result").rung == 0


def test_what_stands_beside_a_value_comes_up_to_date_without_a_new_waiting_time() -> None:
    """The laboratory's flag and the earlier values; the hours that it waits go on (UX-06)."""
    course, _ = raised(days_ago=30, alt="40", control="before")
    ready.receive(
        course.patient, ready.message(course.patient, on=world.TODAY, control="now", alt="150")
    )
    row = ResultReview.objects.get(specimen=specimen_of(course))
    assert row.lines[0]["earlier"] == ["40"]
    assert "sender" in row.lines[0]
    due = row.escalates_at
    old = [{name: line[name] for name in line if name != "earlier"} for line in row.lines]
    ResultReview.objects.filter(pk=row.pk).update(lines=old)
    planning.replan(course, now=LATER)
    row.refresh_from_db()
    assert row.lines[0]["earlier"] == ["40"]
    assert (row.since, row.escalates_at) == (world.NOW, due)

"""``seed_demo``: every group of the dashboard has somebody in it, and nothing old is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.db import transaction

from courses.models import Course, Prescription
from messaging.models import Delivery, Message
from monitoring.actions import prescribing
from monitoring.demo import accounts, opening, stories
from monitoring.models import CourseStanding, DueItem, Escalation, HomeTest, LabReport, Picture
from people.models import Clinic, ContactPoint, Membership, Patient, User
from people.permissions import Role

# Crosses a change of edition in both countries for the older histories.
AS_OF = date(2026, 2, 11)
NOW = opening.noon(AS_OF)


class _RollBack(Exception):
    pass


@pytest.fixture(scope="module")
def said(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """What the command said; its clinics stay for the tests of this file."""
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                out = StringIO()
                call_command("seed_demo", "--as-of", AS_OF.isoformat(), "--quiet", stdout=out)
                yield out.getvalue()
                raise _RollBack
        except _RollBack:
            pass


def _scripted() -> dict[tuple[str, str], str]:
    return {
        (story.name.given, story.name.family): story.stands
        for script in stories.SCRIPTED.values()
        for story in script
    }


def test_every_patient_stands_where_the_story_says(said: str) -> None:
    running = CourseStanding.objects.filter(course__stopped_at=None)
    found = {
        (row.course.patient.given_name, row.course.patient.family_name): row.reason
        for row in running.select_related("course__patient")
    }
    expected = {
        name: stands for name, stands in _scripted().items() if name != ("Grace", "Mbeki")
    }  # her course is over

    assert found == expected


@pytest.mark.parametrize("slug", ["northgate", "riverside"])
def test_each_clinic_has_somebody_in_every_group(said: str, slug: str) -> None:
    groups = CourseStanding.objects.filter(clinic__slug=slug).values_list("attention", flat=True)

    assert set(groups) == {0, 1, 2, 3, 4}


def test_who_is_ready_can_be_signed_by_the_gate_itself(said: str) -> None:
    ready = Course.objects.filter(standing__ready_to_sign=True).select_related("patient", "clinic")

    assert ready.count() >= 4
    for course in ready:
        decision = prescribing.judge(course, None, now=NOW)
        assert decision.level.word in {"allow", "warn"}, course.patient.full_name


def test_each_concern_of_the_stories_is_open(said: str) -> None:
    open_ones = Escalation.objects.filter(closed_at=None).values_list("kind", flat=True)

    assert sorted(open_ones) == ["mood", "pregnancy-test", "symptom"]


def test_histories_have_signatures_fills_and_met_items(said: str) -> None:
    assert Prescription.objects.count() >= 30
    assert Prescription.objects.filter(dispenses__isnull=True).count() == 1
    for requirement in ("labs", "check-in", "pregnancy-test"):
        met = DueItem.objects.filter(requirement=requirement, ended="met")
        assert met.count() >= 15, requirement


def test_no_message_of_the_past_waits_to_be_sent(said: str) -> None:
    waiting = Message.objects.filter(state="planned")

    assert waiting.exists()
    assert all(message.expires_at > NOW for message in waiting)
    assert all(message.send_after >= NOW - timedelta(days=3) for message in waiting)
    delivered = Message.objects.filter(state="delivered")
    assert delivered.count() == Delivery.objects.count() > 20
    assert all(row.state_at < NOW for row in delivered)


def test_check_in_reminders_wait_for_patients_in_four_zones(said: str) -> None:
    """So that it is day for one of them whenever the demo is started."""
    due = Message.objects.filter(state="planned", purpose="check-in").select_related(
        "patient__clinic"
    )

    zones = {message.patient.zone for message in due if message.patient}
    assert {
        "America/New_York", "Europe/London", "Asia/Kolkata", "Pacific/Auckland"
    } <= zones  # fmt: skip


def test_reports_wait_in_the_queue(said: str) -> None:
    for clinic in Clinic.objects.filter(slug__in=["northgate", "riverside"]):
        queue = LabReport.objects.filter(clinic=clinic, settled_at=None)
        assert queue.filter(status="unmatched").count() == 3
        assert queue.filter(status="rejected").count() == 1
        assert queue.filter(status="unmatched").exclude(suggestions=[]).exists()


def test_the_logins_that_are_told_work_and_staff_have_a_second_factor(said: str) -> None:
    told = [word for word in said.split() if word.endswith("@example.org")]
    users = {user.email: user for user in User.objects.filter(email__in=told)}

    assert len(users) == len(told) == 5 + 4 + 2 + 1
    assert accounts.password() in said
    for email, user in users.items():
        assert user.check_password(accounts.password()), email
        staff = user.is_superuser or Membership.objects.filter(user=user).exists()
        assert Authenticator.objects.filter(user=user).exists() == staff, email
    assert Patient.objects.filter(user__isnull=False).count() == 2
    prescribers = Membership.objects.filter(role=Role.DERMATOLOGIST)
    assert all(member.lead_prescriber for member in prescribers)


def test_addresses_belong_to_nobody(said: str) -> None:
    for point in ContactPoint.objects.all():
        if point.channel == "email":
            assert point.address.endswith("@example.org")
        else:
            assert point.address.startswith("+447700900") or point.address[5:9] == "5550"


def test_a_second_run_is_refused_and_changes_nothing(said: str) -> None:
    patients = Patient.objects.count()

    with pytest.raises(CommandError, match="exists already") as caught:
        call_command("seed_demo", "--quiet")

    assert caught.value.returncode == 1
    assert Patient.objects.count() == patients


def test_demo_code_tells_the_code_that_signs_in(said: str, settings: Any) -> None:
    settings.DEBUG = True
    out = StringIO()

    call_command("demo_code", "RUTH.abernathy@example.org", stdout=out)

    stored = Authenticator.objects.get(user__email="ruth.abernathy@example.org")
    assert TOTP(stored).validate_code(out.getvalue().strip())


def test_demo_code_is_silent_about_anybody_else(said: str, settings: Any) -> None:
    settings.DEBUG = True
    other = User.objects.create(email="real@clinic.test")
    TOTP.activate(other, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")

    for email in ("real@clinic.test", "nobody@clinic.test"):
        with pytest.raises(CommandError) as caught:
            call_command("demo_code", email)
        assert caught.value.returncode == 1
    other.authenticator_set.all().delete()
    other.delete()


def test_demo_code_refuses_outside_development(settings: Any) -> None:
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG") as caught:
        call_command("demo_code", "ruth.abernathy@example.org")

    assert caught.value.returncode == 1


@pytest.mark.django_db
def test_a_day_in_the_future_is_not_understood() -> None:
    tomorrow = datetime.now(tz=UTC).date() + timedelta(days=2)

    with pytest.raises(CommandError, match="future") as caught:
        call_command("seed_demo", "--as-of", tomorrow.isoformat())

    assert caught.value.returncode == 2


def _people(seed: int) -> list[tuple[object, ...]]:
    """Who and what a small demo of a seed holds; it is taken back."""
    try:
        with transaction.atomic():
            opening.open_clinics(clinic_count=3, patient_count=3, seed=seed, now=NOW)
            found = [
                (row.mrn, row.full_name, row.born, str(row.courses.get().planned_on))
                for row in Patient.objects.order_by("mrn")
            ]
            assert Clinic.objects.count() == 3
            raise _RollBack
    except _RollBack:
        return found


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_people_and_another_one_others() -> None:
    assert _people(5) == _people(5) != _people(6)


def test_one_patient_has_photos_and_a_test_at_home_waits_to_be_read(said: str) -> None:
    chloe = Patient.objects.get(given_name="Chloe", family_name="Pritchard")
    taken = Picture.objects.filter(course__patient=chloe)
    assert {(row.view, row.taken_on) for row in taken} == {
        (view, AS_OF - timedelta(days=days))
        for view in ("front", "left", "right")
        for days in (1, 30)
    }
    assert sum(len(row.body) for row in taken) < 200_000
    waiting = HomeTest.objects.get(outcome="", picture__isnull=False)
    assert waiting.course.patient.given_name == "Emily"

"""A test photographed at home: nobody borrows a code or a picture, and nobody reads a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from courses.models import Course
from messaging.models import Message
from monitoring import dossier, policies
from monitoring.actions import home_tests
from monitoring.models import ClinicPolicyVersion as Settings
from monitoring.models import (
    CourseStanding,
    Escalation,
    HomeTest,
    PathwayStep,
    Picture,
    PregnancyTest,
)
from people.permissions import Role
from protocol import home_tests as rules
from protocol.vocabulary import TestResult
from tests import shots, world
from tests.world import NOW, TODAY

PAGE, NEXT = "/one-step/", "/clinic/home-tests/"


@pytest.fixture(autouse=True)
def clock() -> time_machine.Coordinates:
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates  # type: ignore[misc]


@pytest.fixture
def course(db: None) -> Course:
    """Of a patient whose prescriber allows home tests."""
    made = world.course(world.patient(world.clinic(), login=True))
    world.stated(made, "home-testing", {"allowed": True})
    return made


@pytest.fixture
def phone(course: Course, client: Client) -> Client:
    client.force_login(course.patient.user)
    return client


def reader(course: Course) -> Client:
    desk = Client()
    desk.force_login(world.staff(course.clinic, Role.NURSE))
    return desk


def sends(phone: Client, seed: int = 1, said: str = "negative") -> int:
    phone.post(PAGE, {"code": "1"})
    photo = SimpleUploadedFile("x.jpg", shots.photo(seed), content_type="image/jpeg")
    return phone.post(PAGE, {"photo": photo, "said": said}).status_code


def reads(desk: Client, what: str = "negative", code: str = "yes") -> str:
    """Read the next picture; where the answer leads."""
    path = desk.get(NEXT)["Location"]
    return desk.post(path, {"read": what, "code_matches": code})["Location"]


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        ({}, True),
        ({"home_testing": ()}, False),
        ({"programme": "uk-mhra"}, False),
        ({"programme": "ca-smart-hc"}, None),
    ],
)
def test_only_where_programme_and_prescriber_allow_it(
    course: Course, change: dict[str, object], allowed: bool | None
) -> None:
    facts = dossier.load_one(course)
    policy = policies.policy_for(course, on=TODAY)
    found = rules.may_be_photographed(replace(facts, **change), as_of=TODAY, policy=policy)
    assert found is (allowed or False)


def test_never_before_the_first_dose_nor_after_the_prescriber_took_it_back(course: Course) -> None:
    planned = world.course(world.patient(course.clinic), days=None)
    world.stated(planned, "home-testing", {"allowed": True})
    world.stated(course, "home-testing", {"allowed": False})
    for each in (planned, course):
        with pytest.raises(home_tests.NotAllowed):
            home_tests.give_code(each, by=each.patient, today=TODAY, now=NOW)


@pytest.mark.parametrize(
    ("read", "readers", "result"),
    [
        (["negative"], 1, TestResult.NEGATIVE),
        (["negative"], 2, None),
        (["negative", "negative"], 2, TestResult.NEGATIVE),
        (["negative", "positive"], 2, TestResult.POSITIVE),
        (["positive"], 2, TestResult.POSITIVE),
        (["negative", "indeterminate"], 2, TestResult.INDETERMINATE),
        (["indeterminate"], 2, TestResult.INDETERMINATE),
        (["unreadable"], 2, rules.UNREADABLE),
        (["negative", "unreadable"], 2, rules.UNREADABLE),
        ([], 1, None),
    ],
)
def test_what_readers_come_to(read: list[str], readers: int, result: object) -> None:
    assert rules.agreed(read, readers=readers) == result


def test_from_code_to_a_result_that_counts(phone: Client, course: Course) -> None:
    assert "Do your test at home" in phone.get(PAGE).content.decode()
    phone.post(PAGE, {"code": "1"})
    code = HomeTest.objects.get().code
    assert code in phone.get(PAGE).content.decode() and len(code) == 5
    assert sends(phone) == 302
    assert "We have your photo" in phone.get(PAGE).content.decode()
    assert "home-test" in course.work_items.values_list("reason", flat=True)

    desk = reader(course)
    page = desk.get(desk.get(NEXT)["Location"]).content.decode()
    assert code in page
    patient = course.patient
    for told in (patient.family_name, patient.mrn, str(course.public_id), "1999", "week"):
        assert told not in page
    assert reads(desk) == f"/clinic/courses/{course.public_id}/"
    test = PregnancyTest.objects.get()
    assert (test.result, test.setting, test.verified) == ("negative", "home", True)
    assert (test.reader, test.collected_on) == ("staff", TODAY)
    window = CourseStanding.objects.get(course=course)
    assert window.reason != "home-test"
    assert "home-test" not in course.work_items.values_list("reason", flat=True)


@pytest.mark.parametrize(("read", "pathway"), [("positive", True), ("indeterminate", True)])
def test_alarming_reading_begins_the_pathway_whatever_the_code(
    phone: Client, course: Course, read: str, pathway: bool
) -> None:
    sends(phone)
    reads(reader(course), read, code="no")
    assert PregnancyTest.objects.get().result == read
    concern = Escalation.objects.get(course=course, closed_at__isnull=True)
    assert concern.kind == "pregnancy-test"
    assert PathwayStep.objects.filter(escalation=concern).exists() is pathway


def test_patient_who_sees_a_positive_test_is_helped_before_anybody_reads(
    phone: Client, course: Course
) -> None:
    sends(phone, said="positive")
    assert "Stop your capsules now" in phone.get(PAGE).content.decode()
    assert Escalation.objects.get(course=course).kind == "pregnancy-test"
    desk = reader(course)
    page = desk.get(desk.get(NEXT)["Location"]).content.decode()
    # The button's value and its word: nobody is shown what the patient saw.
    assert page.lower().count("positive") == 2


@pytest.mark.parametrize(("read", "code"), [("unreadable", "yes"), ("negative", "no")])
def test_what_cannot_be_read_or_has_another_code_is_repeated(
    phone: Client, course: Course, read: str, code: str
) -> None:
    sends(phone)
    reads(reader(course), read, code)
    assert not PregnancyTest.objects.exists()
    assert HomeTest.objects.get().outcome == "repeat"
    assert "Please do one more test" in phone.get(PAGE).content.decode()
    assert Message.objects.filter(about__startswith="home-test:", purpose="clinic-message").exists()
    assert sends(phone, seed=2) == 302
    assert HomeTest.objects.filter(outcome="", picture__isnull=False).exists()


def test_two_readers_where_the_clinic_wants_them(phone: Client, course: Course) -> None:
    Settings.objects.create(
        clinic=course.clinic,
        effective_from=date(2026, 1, 1),
        settings={"home_test_second_reader": True},
        reason="two see more than one",
        recorded_at=NOW,
    )
    sends(phone)
    first = reader(course)
    assert reads(first) == NEXT
    assert not PregnancyTest.objects.exists()
    assert "Nothing to read" in first.get(NEXT).content.decode()
    path = f"{NEXT}{HomeTest.objects.get().public_id}/"
    assert first.post(path, {"read": "positive", "code_matches": "yes"})["Location"] == NEXT
    assert not PregnancyTest.objects.exists()
    reads(reader(course))
    assert PregnancyTest.objects.get().result == "negative"


def test_same_file_is_never_read_again_even_from_somebody_else(
    phone: Client, course: Course
) -> None:
    sends(phone)
    reads(reader(course))
    other = world.course(world.patient(course.clinic, login=True))
    world.stated(other, "home-testing", {"allowed": True})
    borrower = Client()
    borrower.force_login(other.patient.user)
    assert sends(borrower) == 302
    row = HomeTest.objects.get(course=other)
    assert (row.outcome, row.doubt) == ("repeat", "same-file")
    assert PregnancyTest.objects.filter(course=other).count() == 0


def test_picture_like_an_earlier_one_is_marked_for_the_reader(
    phone: Client, course: Course
) -> None:
    sends(phone)
    reads(reader(course))
    phone.post(PAGE, {"code": "1"})
    again = SimpleUploadedFile("x.jpg", shots.photo(1, size=(500, 375)), "image/jpeg")
    phone.post(PAGE, {"photo": again, "said": "negative"})
    desk = reader(course)
    page = desk.get(desk.get(NEXT)["Location"]).content.decode()
    assert "Looks like a photo that was sent before" in page


def test_code_ends_and_nothing_is_taken_for_an_old_one(
    phone: Client, course: Course, clock: time_machine.Coordinates
) -> None:
    phone.post(PAGE, {"code": "1"})
    phone.post(PAGE, {"code": "1"})
    assert HomeTest.objects.count() == 1
    clock.move_to(NOW + timedelta(minutes=30))
    photo = SimpleUploadedFile("x.jpg", shots.photo(), content_type="image/jpeg")
    phone.post(PAGE, {"photo": photo, "said": "negative"})
    assert not Picture.objects.exists()
    phone.post(PAGE, {"code": "1"})
    assert HomeTest.objects.filter(outcome="replaced").count() == 1
    assert len(set(HomeTest.objects.values_list("pk", flat=True))) == 2


def test_pressed_twice_is_one_picture(phone: Client) -> None:
    sends(phone)
    photo = SimpleUploadedFile("x.jpg", shots.photo(), content_type="image/jpeg")
    assert phone.post(PAGE, {"photo": photo, "said": "negative"}).status_code == 302
    assert Picture.objects.count() == 1 and HomeTest.objects.count() == 1

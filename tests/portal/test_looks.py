"""The patient sees who looked, in words, without anybody's name."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver

from audit import trail
from audit.queries import looks
from clinic.views.recording import KINDS
from courses.models import Course
from people.models import Patient, User
from people.permissions import Role
from portal import look_words
from tests import world
from tests.conftest import PROJECT
from tests.world import NOW

PAGE = "/looks/"
NAMED = re.compile(r'(?:page=|\bcurrent = )"([^"]+)"')


@pytest.fixture
def nurse(course: Course) -> User:
    return world.staff(course.clinic, Role.NURSE)


def saw(patient: Patient, by: trail.Actor, page: str, days: int = 0, **more: bool) -> None:
    at = NOW - timedelta(days=days)
    trail.saw(by, page=page, now=at, patient=patient.public_id, clinic=patient.clinic.slug, **more)


def shown(client: Client, query: str = "") -> str:
    html = client.get(PAGE + query).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("<main")[1].split("</main>")[0]).split())


def test_looks_stand_newest_first_and_are_counted_by_the_day(
    signed_in: Client, patient: Patient, nurse: User
) -> None:
    for _ in range(3):
        saw(patient, nurse, "course", days=2)
    saw(patient, world.staff(patient.clinic), "sign", days=1)
    text = shown(signed_in)
    assert text.index("A doctor Your next supply") < text.index("A nurse Your record")
    assert "3 times that day" in text
    assert str(nurse) not in text and nurse.email not in text


def test_two_pages_of_one_meaning_are_one_line(
    signed_in: Client, patient: Patient, nurse: User
) -> None:
    for page in ("today", "worklist", "patients"):
        saw(patient, nurse, page)
    text = shown(signed_in)
    assert text.count("A nurse A list with your name on it") == 1
    assert "3 times that day" in text


def test_refusal_is_told(signed_in: Client, patient: Patient, nurse: User) -> None:
    saw(patient, nurse, "sign", refused=True)
    assert "It was not shown." in shown(signed_in)


def test_own_looks_stand_by_themselves(signed_in: Client, patient: Patient, nurse: User) -> None:
    signed_in.get("/results/")
    saw(patient, nurse, "course")
    assert "You, or who had your link" not in shown(signed_in)
    mine = shown(signed_in, "?who=me")
    assert "You, or who had your link Your test results" in mine and "A nurse" not in mine


def test_another_patients_looks_are_not_shown(
    signed_in: Client, patient: Patient, nurse: User
) -> None:
    saw(world.patient(patient.clinic), nurse, "course")
    assert "Nobody yet" in shown(signed_in)


def test_pages_are_turned(signed_in: Client, patient: Patient, nurse: User) -> None:
    for days in range(25):
        saw(patient, nurse, "course", days=days)
    assert shown(signed_in).count("A nurse") == 20
    assert shown(signed_in, "?page=2").count("A nurse") == 5
    assert "Page 2 of 2" in shown(signed_in, "?page=99999")
    assert "Page 1 of 2" in shown(signed_in, "?page=x")


def test_day_is_the_patients(patient: Patient, nurse: User) -> None:
    saw(patient, nurse, "course")
    (there,) = looks(patient.public_id, own=False, zone="Pacific/Kiritimati").rows
    (here,) = looks(patient.public_id, own=False, zone="Pacific/Pago_Pago").rows
    assert there.on == here.on + timedelta(days=1)


def test_every_page_that_logs_has_words() -> None:
    """What is recorded on a course is called the record."""
    files = [*PROJECT.glob("clinic/views/*.py"), *PROJECT.glob("portal/views/*.py")]
    named = {name for file in files for name in NAMED.findall(file.read_text("utf-8"))}
    # Pages that show no patient.
    without = {"rules", "team"}
    assert named - without - set(KINDS) - set(look_words.PAGES) == set()
    routes = {f"portal:{name}" for name in get_resolver().namespace_dict["portal"][1].reverse_dict}
    own = {name for name in look_words.PAGES if name.startswith("portal:")}
    assert own <= routes | {"portal:download"}


def test_every_role_has_words() -> None:
    assert set(look_words.ROLES) == set(Role)

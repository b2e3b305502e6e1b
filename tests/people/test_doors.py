"""The doors: who may fetch whom, and that every look and every refusal is written down."""

from __future__ import annotations

import uuid

import pytest

from audit.models import Access
from courses.queries import course_for
from people.encryption import Undecipherable, decrypt, encrypt
from people.models import ContactPoint
from people.permissions import Permission, Role
from people.queries import NotFound, NotPermitted, patient_for, places_of, search
from tests import world

pytestmark = pytest.mark.django_db


def test_course_of_another_clinic_does_not_exist_for_a_stranger() -> None:
    course = world.course(world.patient(world.clinic()))
    stranger = world.staff(world.clinic())

    with pytest.raises(NotFound):
        course_for(
            stranger,
            course.public_id,
            need=Permission.READ_COURSE,
            page="course",
            now=world.NOW,
        )

    refused = Access.objects.get()
    assert (refused.refused, refused.patient, refused.actor) == (True, None, stranger.audit_id)


def test_role_without_the_permission_is_told_so_and_written_down() -> None:
    at = world.clinic()
    course = world.course(world.patient(at))
    auditor = world.staff(at, Role.AUDITOR)

    with pytest.raises(NotPermitted):
        course_for(
            auditor, course.public_id, need=Permission.READ_COURSE, page="course", now=world.NOW
        )

    assert Access.objects.get().refused


def test_look_at_a_patient_is_logged_once() -> None:
    at = world.clinic()
    person, nurse = world.patient(at), world.staff(at, Role.NURSE)

    found = patient_for(
        nurse, person.public_id, need=Permission.READ_COURSE, page="patient", now=world.NOW
    )

    assert found == person
    look = Access.objects.get()
    assert (look.patient, look.page, look.refused) == (person.public_id, "patient", False)


def test_unknown_patient_is_not_found() -> None:
    nurse = world.staff(world.clinic(), Role.NURSE)

    with pytest.raises(NotFound):
        patient_for(nurse, uuid.uuid4(), need=Permission.READ_COURSE, page="patient", now=world.NOW)


def test_member_who_left_has_no_place() -> None:
    at = world.clinic()
    nurse = world.staff(at, Role.NURSE)
    nurse.memberships.update(active=False)

    assert places_of(nurse) == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("rivera", True),
        ("RIVERA ana", True),
        ("mrn-77", True),
        ("12-Mar-1999", True),
        ("1999-03-12", True),
        ("13-Mar-1999", False),
        ("rivera bob", False),
        ("%", False),
    ],
)
def test_search_finds_by_name_number_and_birth_date(typed: str, found: bool) -> None:
    at = world.clinic()
    world.patient(at, mrn="MRN-77")
    world.patient(world.clinic(), mrn="MRN-77")
    nurse = world.staff(at, Role.NURSE)

    assert len(search(places_of(nurse)[0], typed)) == int(found)


def test_address_is_unreadable_in_the_database_and_bound_to_its_place() -> None:
    person = world.patient(world.clinic(), email="ana@mail.test")
    point = ContactPoint.objects.get(patient=person)
    stored = (
        ContactPoint.objects.filter(pk=point.pk)
        .extra(  # noqa: S610 - the raw column
            select={"raw": "address::text"}
        )[0]
        .raw
    )

    assert point.address == "ana@mail.test"
    assert "ana" not in stored
    with pytest.raises(Undecipherable):
        decrypt(encrypt("secret", place="here"), place="there")

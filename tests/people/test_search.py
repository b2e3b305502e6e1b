"""Finding a patient by what somebody says at the desk."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.db.models import Value

from people import queries
from people.folding import Folded
from people.models import Patient
from people.permissions import Role
from people.queries import Place
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    """A clinic with three patients; a namesake of one of them is treated elsewhere."""
    here = world.clinic()
    world.staff(here, Role.NURSE)
    for number, given, family, born in (
        ("A-1001", "Ana Lucía", "Fernández de la Cruz", date(2001, 2, 3)),
        ("A-1002", "Đức", "Nguyễn", date(1999, 12, 31)),
        ("B-1001", "Lucius", "O'Rourke", date(2001, 2, 3)),
    ):
        _patient(here, number, given, family, born)
    _patient(world.clinic(), "A-1001", "Ana Lucía", "Fernández de la Cruz", date(2001, 2, 3))
    return queries.Place(
        here.pk, here.slug, here.name, here.timezone, here.country, Role.NURSE, False
    )


def _patient(here: object, number: str, given: str, family: str, born: date) -> None:
    Patient.objects.create(clinic=here, mrn=number, given_name=given, family_name=family, born=born)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("fern", ["A-1001"]),
        ("cruz", ["A-1001"]),
        ("lucía", ["A-1001"]),
        ("LUC", ["A-1001", "B-1001"]),
        ("cruz ana", ["A-1001"]),
        ("cruz nguyễn", []),
        ("ernández", []),
        ("nguyễn", ["A-1002"]),
        ("nguyen duc", ["A-1002"]),
        ("FERNANDEZ LUCIA", ["A-1001"]),
        ("a-100", ["A-1001", "A-1002"]),
        ("o'r", ["B-1001"]),
        ("2001-02-03", ["A-1001", "B-1001"]),
        ("3-Feb-2001 luc", ["A-1001", "B-1001"]),
        ("%", []),
        ("", ["A-1001", "A-1002", "B-1001"]),
    ],
)
def test_any_word_may_be_begun(place: Place, said: str, found: list[str]) -> None:
    assert [row.mrn for row in queries.search(place, said)] == found


def test_search_reads_its_index_and_not_every_patient(place: Place) -> None:
    looked_for = Patient.objects.filter(searched__contains=Folded(Value(" fern")))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "patient_by_any_word" in looked_for.explain()


def test_a_name_that_is_corrected_is_found_by_the_new_one(place: Place) -> None:
    Patient.objects.filter(mrn="A-1002").update(family_name="Łukasz")
    assert [row.mrn for row in queries.search(place, "lukasz")] == ["A-1002"]
    assert queries.search(place, "nguyen") == []

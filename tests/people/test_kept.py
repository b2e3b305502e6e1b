"""Kept queries answer what the same query of Django's would, whatever is asked of them."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from people.kept import Given, HowMany, Kept, ask, asked_at_once
from people.models import Clinic, ContactPoint, Patient
from tests import world

pytestmark = pytest.mark.django_db


def test_answers_come_in_the_order_of_the_questions_and_are_counted() -> None:
    at = world.clinic()
    people = [world.patient(at) for _ in range(3)]
    ids = [each.pk for each in people]
    by_id = Kept(
        lambda: Patient.objects.filter(pk__among=Given("ids")).order_by("-pk"), "pk", "clinic__slug"
    )
    of_clinic = Kept(lambda: Patient.objects.filter(clinic_id=Given("clinic")), "born")

    with CaptureQueriesContext(connection) as asked:
        found, born = ask({by_id: {"ids": ids[:2]}, of_clinic: {"clinic": at.pk}})

    assert [(row.pk, row.clinic__slug) for row in found] == [(ids[1], at.slug), (ids[0], at.slug)]
    assert {row.born for row in born} == {each.born for each in people}
    assert len(asked) == 2
    assert by_id.ask(ids=[]) == []


def test_what_is_asked_for_a_whole_page_is_asked_once_and_not_kept_beyond_it() -> None:
    at, elsewhere = world.clinic(), world.clinic()
    of_clinic = Kept(lambda: Patient.objects.filter(clinic_id=Given("clinic")), "pk")
    every = Kept(lambda: Patient.objects.order_by("pk"), "pk")
    one, other = world.patient(at), world.patient(elsewhere)

    with asked_at_once({of_clinic: {"clinic": at.pk}}), CaptureQueriesContext(connection) as asked:
        assert [row.pk for row in of_clinic.ask(clinic=at.pk)] == [one.pk]
        assert len(asked) == 0
        # Other values, and another question beside it, are asked; the order stays.
        assert [row.pk for row in of_clinic.ask(clinic=elsewhere.pk)] == [other.pk]
        everybody, own = ask({every: {}, of_clinic: {"clinic": at.pk}})
        assert ([row.pk for row in everybody], len(own)) == ([one.pk, other.pk], 1)
        assert len(asked) == 2

    world.patient(at)
    assert len(of_clinic.ask(clinic=at.pk)) == 2


def test_fixed_values_mean_what_they_say_and_columns_are_read_as_a_model_reads_them() -> None:
    person = world.patient(world.clinic(), family_name="O'Neill 100% %s")
    ContactPoint.objects.create(
        patient=person,
        channel="sms",
        address="+447700900123",
        verified_at=world.NOW,
        created_at=world.NOW,
    )
    named = Kept(
        lambda: Patient.objects.filter(
            family_name="O'Neill 100% %s", clinic__memberships__isnull=True
        ),
        "family_name",
    )
    addresses = Kept(
        lambda: ContactPoint.objects.filter(patient_id__among=Given("people")), "address"
    )

    assert [row.family_name for row in named.ask()] == ["O'Neill 100% %s"]
    assert "+447700900123" in [row.address for row in addresses.ask(people=[person.pk])]


def test_without_columns_the_rows_are_models_with_those_beside_them() -> None:
    person = world.patient(world.clinic())
    whole = Kept(lambda: Patient.objects.select_related("clinic", "user").filter(pk=Given("id")))

    with CaptureQueriesContext(connection) as asked:
        (found,) = whole.ask(id=person.pk)
        beside = (found.clinic, found.user)

    assert found == person and found.born == person.born
    assert beside == (person.clinic, None)
    assert len(asked) == 1


def test_rows_are_counted_as_a_column_up_to_a_limit_and_each_value_once() -> None:
    at = world.clinic()
    for _ in range(3):
        world.patient(at, family_name="Rivera")
    there = Patient.objects.filter(clinic_id=Given("clinic"))
    counts = Kept(
        lambda: Clinic.objects.filter(pk=Given("clinic")).annotate(
            every=HowMany(there),
            some=HowMany(there[:2]),
            names=HowMany(there, different="family_name"),
        ),
        *("every", "some", "names"),
    )

    assert counts.ask(clinic=at.pk) == [(3, 2, 1)]


def test_failure_is_djangos_and_undoes_what_was_begun() -> None:
    broken = Kept(lambda: Patient.objects.filter(pk=Given("id")), "pk")

    with pytest.raises(DatabaseError), transaction.atomic():
        world.clinic()
        broken.ask(id="no number")

    assert broken.ask(id=0) == []

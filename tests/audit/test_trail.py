"""An action speaks or fails; what it said cannot be changed or quietly removed."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from audit import chains, trail
from audit.kinds import Kind
from audit.models import Event
from people.models import Clinic
from tests import world

pytestmark = pytest.mark.django_db


@trail.action
def silent(slug: str) -> None:
    Clinic.objects.create(slug=slug, name="Silent", timezone="Europe/London")


@trail.action
def idle() -> None:
    trail.unchanged()


def test_action_without_an_event_is_rolled_back() -> None:
    with pytest.raises(trail.Unrecorded):
        silent("silent")

    assert not Clinic.objects.filter(slug="silent").exists()


def test_action_with_nothing_to_do_says_so() -> None:
    idle()

    assert not Event.objects.exists()


def test_nested_action_must_speak_for_itself() -> None:
    @trail.action
    def outer() -> None:
        trail.record(
            Kind.CLINIC_CREATED, by=world.BY, subject="clinic:0", now=world.NOW, clinic="x"
        )
        silent("nested")

    with pytest.raises(trail.Unrecorded):
        outer()

    assert not Event.objects.exists()


@pytest.mark.parametrize("change", [{"kind": "x"}, None])
def test_event_can_be_neither_changed_nor_deleted(change: dict[str, str] | None) -> None:
    world.clinic()

    with pytest.raises(DatabaseError), transaction.atomic():
        if change:
            Event.objects.update(**change)
        else:
            Event.objects.all().delete()


def test_chain_names_the_first_event_that_was_altered() -> None:
    for _ in range(3):
        world.clinic()
    at = world.clinic()
    world.staff(at)
    world.patient(at)
    assert chains.seal() == Event.objects.count()
    assert chains.verify() == (Event.objects.count(), [])
    victim = Event.objects.filter(clinic=at.slug).order_by("pk")[1]

    with connection.cursor() as cursor:
        # As somebody with the database's own powers would.
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_event SET actor_name = 'nobody' WHERE id = %s", [victim.pk])
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")

    _, breaks = chains.verify()
    assert [(found.chain, found.event) for found in breaks] == [(at.slug, victim.pk)]


def test_chain_notices_a_missing_event() -> None:
    at = world.clinic()
    world.patient(at)
    chains.seal()
    first = Event.objects.order_by("pk").first()
    assert first is not None

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [first.pk])
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")

    _, breaks = chains.verify()
    assert breaks[0].why == "its event is gone"


def test_a_row_that_was_committed_late_is_sealed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    at = world.clinic()
    for _ in range(4):
        world.patient(at)
    every = list(Event.objects.order_by("pk").values_list("pk", flat=True))
    chains.seal()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_seal DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_seal WHERE event = %s", [every[0]])
        cursor.execute("DELETE FROM audit_seal WHERE event = %s", [every[-2]])
        cursor.execute("ALTER TABLE audit_seal ENABLE TRIGGER USER")
    monkeypatch.setattr(chains, "_LATE", every[-1] - every[-2] + 1)

    assert chains.seal() == 1
    assert chains.seal() == 0
    assert chains.seal(everything=True) == 1

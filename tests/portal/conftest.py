"""A clock that stands still, and patients at the door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from courses.models import Course
from people.models import Patient
from tests import world
from tests.world import NOW


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    """It is ``world.NOW``; a test may move it."""
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def course(db: None) -> Course:
    """A US course of a patient who can become pregnant; this month's check-in is open."""
    return world.course(world.patient(world.clinic(), login=True))


@pytest.fixture
def patient(course: Course) -> Patient:
    """Whose course it is."""
    return course.patient


@pytest.fixture
def signed_in(client: Client, patient: Patient) -> Client:
    """The patient, signed in with the password."""
    client.force_login(patient.user)
    return client

"""A clock that stands still, a clinic, and its dermatologist at the desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from people.models import Clinic
from tests import world


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    """It is ``world.NOW``; a test may move it."""
    with time_machine.travel(world.NOW, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def here(db: None) -> Clinic:
    """A clinic."""
    return world.clinic()


@pytest.fixture
def desk(client: Client, here: Clinic) -> Client:
    """A dermatologist of the clinic, signed in."""
    client.force_login(world.staff(here))
    return client

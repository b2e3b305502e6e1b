"""One scene for a whole module, and every test on a page of its own that is torn out again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.trust.cast import Cast, gather
from tests.world import NOW


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """The cast, written once and rolled back at the module's end.

    A thousand cases share it, so that each costs one request and not a clinic.
    """
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        transaction.atomic(),
    ):
        yield gather()
        transaction.set_rollback(True)


@pytest.fixture
def cast(scene: Cast, db: None) -> Cast:
    """The cast; whatever the test writes is taken back."""
    return scene

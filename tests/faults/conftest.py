"""One rig for the rows that every test run plays, beside the test's own database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.faults.opening import opened
from tests.faults.rig import Rig

SIZE = 20


@pytest.fixture(scope="session")
def rig(django_db_setup: None, django_db_blocker: Any) -> Iterator[Rig]:
    """Its database is a copy of the test's, which nobody may be connected to for a moment."""
    with django_db_blocker.unblock():
        connection.close()
        database = connection.settings_dict
    name = str(database["NAME"])
    admin = f"postgresql://{database['USER']}@/postgres?host={database['HOST']}"
    where = {"admin": admin, "source": name, "name": f"{name}_faults"}
    with opened(size=SIZE, with_worker=True, **where) as made:
        yield made

"""Without its database IsoTrack says that it is away, and never that something broke."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError
from django.test import Client

from portal.views import door


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "status"), [(OperationalError, 503), (InterfaceError, 503), (IntegrityError, 500)]
)
def test_page_asks_to_come_back(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception], status: int
) -> None:
    """F-11: 503 with a time to wait, so that neither people nor proxies take it for a fault."""

    def fail(*args: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(door.Front, "get", fail)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("30" if status == 503 else None)
    assert (b"Not available just now" in answer.content) is (status == 503)

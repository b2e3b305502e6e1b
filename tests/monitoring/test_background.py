"""Staff are told while the work behind the pages stands still, and only then (F-06)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from celery import current_app
from django.test import Client

from messaging import bell
from messaging.bell import Bell, Unheard
from messaging.clock import database_now
from monitoring.models import Pulse
from monitoring.queries import background
from monitoring.queries.background import Late, lateness
from tests import world

NOW = world.NOW
MINUTE = timedelta(minutes=1)


@pytest.fixture
def unremembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What other tests have asked is forgotten, and so is what this one asks."""
    monkeypatch.setattr(background, "_banner", background._Banner())
    monkeypatch.setattr(bell, "_bell", Bell())
    yield


@pytest.mark.parametrize(
    ("worked", "swept", "unheard", "expected"),
    [
        (None, None, None, None),
        (1, 4, None, None),
        (3, 3, None, None),
        (3.1, 4, None, Late(NOW - 3.1 * MINUTE, swept=False)),
        # Within its minute the sweep has gone round since the workers were seen last.
        (20, 1, None, Late(NOW - 20 * MINUTE, swept=True)),
        (20, 19, None, Late(NOW - 20 * MINUTE, swept=False)),
        # No worker has ever been: the sweep alone is how this clinic works.
        (None, 1, None, None),
        (None, 60, None, None),
        # The broker refuses a ring before anybody could miss the workers.
        (1, 4, (30, 30), Late(NOW - MINUTE / 2, swept=False)),
        (1, 4, (600, 30), Late(NOW - 10 * MINUTE, swept=True)),
        # A worker has been seen since, or it is too long ago to know.
        (1, 4, (90, 80), None),
        (None, 1, (600, 300), None),
    ],
)
def test_it_is_said_since_when_and_whether_messages_still_leave(
    worked: float | None, swept: float | None, unheard: tuple[float, float] | None, expected: object
) -> None:
    pulses = {
        name: NOW - ago * MINUTE
        for name, ago in (("escalations", worked), ("tick", swept))
        if ago is not None
    }
    assert lateness(pulses, Unheard(*unheard) if unheard else None, now=NOW) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (1, "Reminders still leave and concerns are still passed on"),
        (30, "Reminders wait"),
    ],
)
@pytest.mark.usefixtures("unremembered")
def test_every_page_of_staff_says_so_until_all_is_well(
    client: Client, minutes: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.staff(world.clinic())
    client.force_login(user)
    now = database_now()
    worker = Pulse.objects.create(name="escalations", at=now - 12 * MINUTE)
    Pulse.objects.create(name="tick", at=now - minutes * MINUTE)
    shown = client.get("/clinic/").content.decode()
    assert "Messages and lists are late" in shown
    assert words in shown
    said = client.get("/health/ready").json()
    assert said["workers"] == "late"
    assert said["workers_late_since"][:16] == f"{now - 12 * MINUTE:%Y-%m-%dT%H:%M}"

    worker.at = now
    worker.save()
    monkeypatch.setattr(background, "_banner", background._Banner())
    assert "Messages and lists are late" not in client.get("/clinic/").content.decode()
    assert client.get("/health/ready").json()["workers"] == "ok"


def test_a_ring_that_is_heard_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Bell()
    heard = current_app.conf.broker_url
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:9/0")
    ours.ring()
    assert ours.unheard is not None and ours.unheard.since_s < 5
    ours._silent_until = 0.0
    monkeypatch.setattr(current_app.conf, "broker_url", heard)
    monkeypatch.setattr(current_app, "send_task", lambda *args, **kwargs: None)
    ours.ring()
    assert ours.unheard is None

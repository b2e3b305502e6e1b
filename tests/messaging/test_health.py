"""Alive, ready, and how long the queue is: by progress, and about nobody (REM-09, REM-20)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client

from isotrack import health
from messaging.clock import database_now
from messaging.models import Message
from monitoring.models import Pulse
from tests.messaging import world


def test_live_asks_nothing_else(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """No database is allowed in this test, and none is needed."""
    monkeypatch.setattr(health, "_broker_answers", lambda: False)
    assert client.get("/health/live").status_code == 200


@pytest.mark.django_db
def test_ready_tells_the_state_of_the_queue(client: Client) -> None:
    now = database_now()
    person = world.patient()
    world.message(person, send_after=now - timedelta(minutes=2), now=now)
    unknown = world.message(person, now=now)
    Message.objects.filter(pk=unknown.pk).update(state="unknown", state_reason="no-answer")
    Pulse.objects.create(name="tick", at=now - timedelta(minutes=4))
    answer = client.get("/health/ready")
    said = answer.json()
    assert answer.status_code == 200
    assert (said["database"], said["broker"], said["failing"]) == ("ok", "ok", [])
    assert (said["queued"], said["unknown"]) == (1, 1)
    assert 120 <= said["oldest_due_age_s"] < 180
    assert 240 <= said["last_sweep_age_s"] < 300


@pytest.mark.django_db
def test_fresh_installation_is_ready_before_its_first_sweep(client: Client) -> None:
    said = client.get("/health/ready").json()
    assert said["last_sweep_age_s"] is None
    assert said["failing"] == []


@pytest.mark.django_db
def test_work_that_stands_still_is_a_fault_although_everything_answers(client: Client) -> None:
    now = database_now()
    Pulse.objects.create(name="tick", at=now - timedelta(seconds=health.STALE_AFTER_S + 5))
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["failing"] == ["sweep"]


@pytest.mark.django_db
def test_dead_broker_is_named(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["failing"] == ["broker"]


@pytest.mark.django_db
def test_dead_database_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def dead() -> None:
        raise OperationalError

    monkeypatch.setattr(health, "database_now", dead)
    monkeypatch.setattr(connection, "close", lambda: None)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["failing"] == ["database"]


@pytest.mark.django_db
def test_metrics_count_and_name_nobody(client: Client) -> None:
    person = world.patient(phone="+12025550143", email="canary@example.org")
    world.message(person, now=database_now(), send_after=database_now())
    text = client.get("/metrics").content.decode()
    assert "isotrack_messages_queued 1.0" in text
    assert "isotrack_messages_due 1.0" in text
    for private in ("Canaryname", "canary@", "2025550143", str(person.public_id), person.mrn):
        assert private not in text


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "failing"), [(29, []), (31, ["queue"])])
def test_message_that_waits_past_its_time_is_a_fault_although_sweeps_end_well(
    client: Client, minutes: int, failing: list[str]
) -> None:
    """F-07: a worker may be alive and consume nothing."""
    now = database_now()
    world.message(world.patient(), send_after=now - timedelta(minutes=minutes), now=now)
    Pulse.objects.create(name="tick", at=now)
    assert client.get("/health/ready").json()["failing"] == failing

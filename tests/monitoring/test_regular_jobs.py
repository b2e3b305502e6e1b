"""The regular jobs: by the database's clock, and a sign of life only where there is life."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from messaging.clock import database_now
from monitoring import heartbeat, tasks
from monitoring.actions import escalations
from monitoring.models import Escalation
from tests import world
from tests.messaging import world as letters
from tests.messaging.sinks import free_port

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("hours_wrong", [2, -2])
def test_concern_climbs_at_its_time_though_the_workers_clock_is_wrong(hours_wrong: int) -> None:
    """F-12, REM-05: neither early by a fast clock nor late by a slow one."""
    at = world.clinic()
    world.staff(at)
    now = database_now()
    concern = escalations.raise_for(
        world.course(world.patient(at)),
        kind=Escalation.Kind.MOOD,
        reasons=["MH_ITEM9"],
        evidence="check-in:1",
        by=world.BY,
        now=now,
    )
    for climbs_in, rung in ((timedelta(minutes=1), 0), (timedelta(minutes=-1), 1)):
        Escalation.objects.filter(pk=concern.pk).update(climbs_at=now + climbs_in)
        with time_machine.travel(now + timedelta(hours=hours_wrong), tick=True):
            tasks.sweep_escalations()
        concern.refresh_from_db()
        assert concern.rung == rung


@pytest.mark.parametrize(("minutes_late", "pings"), [(29, 1), (31, 0)])
def test_switch_is_not_told_while_messages_wait_past_their_time(
    settings: Any, monkeypatch: pytest.MonkeyPatch, minutes_late: int, pings: int
) -> None:
    """REM-09: silence is the alarm, so whoever is stuck has to be silent."""
    asked: list[str] = []
    settings.HEARTBEAT_URL = f"http://127.0.0.1:{free_port()}/"
    monkeypatch.setattr(heartbeat.httpx, "get", lambda url, timeout: asked.append(url))
    now = database_now()
    letters.message(letters.patient(), send_after=now - timedelta(minutes=minutes_late), now=now)
    tasks.tick()
    assert len(asked) == pings


def test_sweep_that_sends_what_waited_tells_the_switch(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REM-02: the command alone does all that the beat and its workers do."""
    asked: list[str] = []
    settings.HEARTBEAT_URL = f"http://127.0.0.1:{free_port()}/"
    monkeypatch.setattr(heartbeat.httpx, "get", lambda url, timeout: asked.append(url))
    now = database_now()
    late = now - timedelta(hours=5)
    letters.message(letters.patient(phone=None, email=None), send_after=late, now=late)
    call_command("sweep", "--once")
    assert len(asked) == 1

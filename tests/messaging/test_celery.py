"""What Celery is never asked for: it rings, PostgreSQL remembers.

REM-03, REM-06, REM-07, REM-22, REM-24.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from celery.schedules import crontab
from django.conf import settings

from isotrack.celery import app

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("audit", "clinic", "courses", "isotrack", "messaging", "monitoring", "people", "portal")


@pytest.mark.parametrize("package", PACKAGES)
def test_no_task_is_put_off_in_the_broker(package: str) -> None:
    """Redis gives a task that waits longer than its visibility out again, and again."""
    later = re.compile(r"\b(eta|countdown)=|\.apply_async\(|\.retry\(")
    found = [
        path.name for path in (PROJECT / package).rglob("*.py") if later.search(path.read_text())
    ]
    assert found == []


def test_a_task_ends_before_it_is_given_out_again() -> None:
    visible_again = app.conf.broker_transport_options["visibility_timeout"]
    assert visible_again > app.conf.task_time_limit
    assert all((task.time_limit or 0) < visible_again for task in app.tasks.values())


def test_a_ring_whose_worker_is_killed_comes_again_and_rings_for_nobody_in_particular() -> None:
    """Without an argument a ring that comes twice, from two beats or a killed worker, is one."""
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert not any(
        entry.get("args") or entry.get("kwargs") for entry in app.conf.beat_schedule.values()
    )


def test_a_beat_that_comes_back_rings_once_and_makes_up_for_nothing() -> None:
    entries = app.conf.beat_schedule.values()
    assert not any(isinstance(entry["schedule"], crontab) for entry in entries)
    assert app.conf.beat_cron_starting_deadline == 60


def test_no_connection_is_shared_over_a_fork() -> None:
    """A pool that a child inherits would mix two sessions; each process opens its own."""
    assert "pool" not in settings.DATABASES["default"].get("OPTIONS", {})

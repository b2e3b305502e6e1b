"""The product's Celery app, as the rig runs it: beats every second, faults by environment.

``RIG_MINUTE_S``: seconds that stand for a minute of beat's schedule. ``RIG_VISIBILITY_S``: after
so long the broker gives a task to somebody else. ``RIG_SHIFT_S``: this process's clock is so far
off. ``RIG_OLD``: code of yesterday, which does not know one of the purposes. ``RIG_WORK``: a file
in which a worker keeps how many tasks it holds and how many dispatches it has begun.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta

import django
import time_machine
from celery.signals import worker_ready
from celery.worker import state

from isotrack.celery import app

django.setup()

from messaging import purposes  # noqa: E402 - models want Django to be ready

if shift := float(os.environ.get("RIG_SHIFT_S", "0")):
    # The whole process reads another time: datetime, time.time, what kombu compares with.
    time_machine.travel(datetime.now(tz=UTC) + timedelta(seconds=shift), tick=True).start()

if minute := float(os.environ.get("RIG_MINUTE_S", "0")):
    for entry in app.conf.beat_schedule.values():
        entry["schedule"] = max(entry["schedule"] / 60 * minute, 0.2)

if visibility := float(os.environ.get("RIG_VISIBILITY_S", "0")):
    app.conf.broker_transport_options = {
        **app.conf.broker_transport_options,
        "visibility_timeout": visibility,
        "unacked_restore_interval": 1,
    }

if unknown := os.environ.get("RIG_OLD"):
    purposes._declared.pop(unknown)

__all__ = ["app"]


@worker_ready.connect
def _show_work(**_: object) -> None:
    """Let the rig see when this worker holds nothing: only then may it let time pass."""
    if path := os.environ.get("RIG_WORK"):
        threading.Thread(target=_keep_showing, args=(path,), daemon=True).start()


def _keep_showing(path: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    while True:
        held = len(state.reserved_requests)
        begun = state.total_count["messaging.tasks.dispatch"]
        os.pwrite(file, f"{held:9d} {begun:9d}\n".encode(), 0)
        time.sleep(0.02)

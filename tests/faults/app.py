"""The product's Celery app, as the rig runs it: beats every second, faults by environment.

``RIG_MINUTE_S``: seconds that stand for a minute of beat's schedule. ``RIG_VISIBILITY_S``: after
so long the broker gives a task to somebody else. ``RIG_SHIFT_S``: this process's clock is so far
off. ``RIG_OLD``: code of yesterday, which does not know one of the purposes.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import django
import time_machine

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

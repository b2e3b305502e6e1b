"""The Celery app and the whole beat schedule, one sentence per entry.

Beat only rings, in UTC, every few minutes; what is due is decided in PostgreSQL. So a missed ring
is repeated by the next one, two beats do no harm, and no clock change can skip anything (R15).
"""

import os

from celery import Celery
from kombu.entity import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "isotrack.settings")

app = Celery("isotrack")
app.conf.update(
    broker_url=os.environ.get("REDIS_URL", ""),
    broker_connection_retry_on_startup=True,
    # A worker waits for its broker for ever; it would give up after three quarters of an hour.
    broker_connection_max_retries=None,
    # A killed worker's task comes back within seconds; the defaults take minutes.
    broker_transport_options={
        "visibility_timeout": 900,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
    },
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_time_limit=600,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    # A web request never waits for the broker: one try, half a second (REM-08).
    task_publish_retry=False,
    timezone="UTC",
    enable_utc=True,
    beat_cron_starting_deadline=60,
    # A worker without -Q serves both; give sending a worker of its own when it must never wait.
    # Without names of their own both would hang on one exchange, and each ring reach both.
    task_queues=[Queue(name, Exchange(name), routing_key=name) for name in ("tick", "send")],
    task_default_queue="tick",
    task_routes={
        "monitoring.tasks.*": {"queue": "tick"},
        "messaging.tasks.*": {"queue": "send"},
    },
    beat_schedule={
        # Plans again every course whose own date has come, and notes that the tick lives.
        "tick": {"task": "monitoring.tasks.tick", "schedule": 300.0},
        # Sends what may be sent now, and takes back what a dead worker had claimed.
        "dispatch": {"task": "messaging.tasks.dispatch", "schedule": 60.0},
        # Climbs a rung for each concern that nobody has acknowledged in time.
        "sweep-escalations": {
            "task": "monitoring.tasks.sweep_escalations",
            "schedule": 60.0,
        },
        # Plans and sorts everything anew, and reports each row it had to mend.
        "rebuild": {"task": "monitoring.tasks.rebuild", "schedule": 86_400.0},
    },
)
app.autodiscover_tasks(["monitoring", "messaging"])

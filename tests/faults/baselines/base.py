"""What the three designs share: one table, one provider, one broker."""

from __future__ import annotations

import os
from typing import Any

import httpx
import psycopg
from celery import Celery

# After so long the broker gives a task that nobody has acknowledged to somebody else.
VISIBILITY_S = 5
TABLE = """
    CREATE TABLE IF NOT EXISTS reminder (
        id integer PRIMARY KEY,
        to_whom text NOT NULL,
        due_at timestamptz NOT NULL,
        status text NOT NULL DEFAULT 'pending')
"""


def connect() -> psycopg.Connection[Any]:
    """The database, each statement committed by itself."""
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def post(to_whom: str) -> None:
    """Call the provider; an error for anything but an accept."""
    answer = httpx.post(
        os.environ["SMS_WEBHOOK_URL"],
        json={"to": to_whom, "body": "You have a message."},
        timeout=10,
    )
    answer.raise_for_status()


def celery(name: str) -> Celery:
    """An app as Celery's first steps make it, but for the broker's visibility timeout.

    An hour there, and five seconds here: nobody waits an hour for a test.
    """
    app = Celery(name, broker=os.environ["REDIS_URL"])
    app.conf.broker_transport_options = {
        "visibility_timeout": VISIBILITY_S,
        "unacked_restore_interval": 1,
    }
    app.conf.task_ignore_result = True
    app.conf.broker_connection_retry_on_startup = True
    return app

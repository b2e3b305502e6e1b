"""One Celery task with an ETA for each reminder, given to the broker when it is planned.

Rules: the broker remembers what is to come; a task looks whether its row is sent, calls, records;
one that fails is tried three times more.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from celery import Task

from tests.faults.baselines.base import celery, connect, post

app = celery("eta")


@app.task(name="eta.send", bind=True, max_retries=3, default_retry_delay=1)
def send(self: Task, id: int) -> None:
    """One reminder, when its time has come."""
    with connect() as database:
        row = database.execute(
            "SELECT to_whom, status FROM reminder WHERE id = %s", [id]
        ).fetchone()
        assert row is not None
        if row[1] == "sent":
            return
        try:
            post(row[0])
        except Exception as error:
            if self.request.retries == self.max_retries:
                database.execute("UPDATE reminder SET status = 'failed' WHERE id = %s", [id])
            raise self.retry(exc=error) from error
        database.execute("UPDATE reminder SET status = 'sent' WHERE id = %s", [id])


def plan(in_s: float) -> None:
    """Queue every reminder for its time, on this machine's clock."""
    at = datetime.now(tz=UTC) + timedelta(seconds=in_s)
    with connect() as database:
        for (id,) in database.execute("SELECT id FROM reminder ORDER BY id").fetchall():
            send.apply_async((id,), eta=at)


if __name__ == "__main__":
    plan(float(sys.argv[1]))

"""A nightly loop: what is due today and still pending is marked as scheduled, queued, then sent.

Rules: due is equal to today; a row is marked before it is queued; the call comes before the record
of it; a job that fails is tried three times more.
"""

from __future__ import annotations

from celery import Task

from tests.faults.baselines.base import celery, connect, post

app = celery("today_only")


@app.task(name="today_only.send", bind=True, max_retries=3, default_retry_delay=1)
def send(self: Task, id: int) -> None:
    """One job: call, then record."""
    with connect() as database:
        found = database.execute("SELECT to_whom FROM reminder WHERE id = %s", [id]).fetchone()
        assert found is not None
        try:
            post(found[0])
        except Exception as error:
            if self.request.retries == self.max_retries:
                database.execute("UPDATE reminder SET status = 'failed' WHERE id = %s", [id])
            raise self.retry(exc=error) from error
        database.execute("UPDATE reminder SET status = 'sent' WHERE id = %s", [id])


def night() -> None:
    """What cron runs once a day."""
    with connect() as database:
        rows = database.execute(
            "SELECT id FROM reminder WHERE status = 'pending'"
            " AND (due_at AT TIME ZONE 'America/New_York')::date"
            " = (statement_timestamp() AT TIME ZONE 'America/New_York')::date ORDER BY id"
        ).fetchall()
        for (id,) in rows:
            database.execute("UPDATE reminder SET status = 'scheduled' WHERE id = %s", [id])
            send.delay(id)


if __name__ == "__main__":
    night()

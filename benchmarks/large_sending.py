"""Sending what is due to a provider on this machine, beside a bare loop that does the same.

``python -m benchmarks.large_sending MESSAGES`` prints JSON: messages a second of the product by
one process, of the bare loop by one process, and of both by 2 and 4 processes; planning by Celery
workers of as many processes. Beside each the same of PostgreSQL alone: rows a second that the bare
loop claims and marks without calling anybody.

The bare loop is what somebody who knows PostgreSQL writes in twenty lines. It claims as many rows
at once as the product does, by ``id = ANY(ARRAY(... FOR UPDATE SKIP LOCKED))`` on a partial index,
and commits; calls the same provider through the same channel, so that both sign, keep the
connection and read the answer alike; and marks each row as sent, one commit a message, by a
statement that PostgreSQL keeps planned, as ours are. Its texts are written beforehand. It decides
nothing, keeps no attempt, makes no link, has no lease, and survives no fault: that is what the
product costs more. Neither has a limit of texts a second; both begin when all processes have
started, which are forked from one that has sent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import django
import psycopg

# What is measured is what we can do, not what a provider allows.
os.environ |= {"SMS_PER_SECOND": "0", "EMAIL_PER_SECOND": "0"}
django.setup()

from celery import current_app  # noqa: E402
from django.db import connection  # noqa: E402

from isotrack.celery import app  # noqa: E402
from messaging import dispatch  # noqa: E402
from messaging.channels.base import Outgoing  # noqa: E402
from messaging.channels.sms_webhook import SmsWebhook  # noqa: E402
from messaging.models import Message  # noqa: E402
from monitoring.actions import planning  # noqa: E402
from monitoring.models import CourseStanding, DueItem  # noqa: E402

PROJECT = Path(__file__).resolve().parent.parent
PROCESSES = (1, 2, 4)
_CLAIM = """
    UPDATE bench_queue SET state = 'claimed' WHERE id = ANY(ARRAY(
        SELECT id FROM bench_queue WHERE state = 'planned' ORDER BY id LIMIT 50
        FOR UPDATE SKIP LOCKED)) RETURNING id, key, body
"""


def main(count: int) -> None:
    """Measure; see the module."""
    found: dict[str, float] = {}
    # Workers do not start anew with each text: what is read once is read before the clock runs.
    for fill, work in ((_fill_bare, _bare), (fill_product, _product)):
        fill(20)
        work()
    for processes in PROCESSES:
        share = count if processes == 1 else count // 2
        found[f"postgresql {processes}"] = _timed(_unsent, processes, _fill_bare(share))
        found[f"bare {processes}"] = _timed(_bare, processes, _fill_bare(share))
        found[f"product {processes}"] = _timed(_product, processes, fill_product(share))
        found[f"plan {processes}"] = _planned_by_celery(processes, min(count, 2_000))
    print(json.dumps(found))


def _timed(work: Callable[[], None], processes: int, count: int) -> float:
    """Messages a second by so many processes, which are started before the clock is."""
    connection.close()
    context = get_context("fork")
    ready, go = context.Semaphore(0), context.Event()

    def one() -> None:
        ready.release()
        go.wait()
        work()

    hands = [context.Process(target=one) for _ in range(processes)]
    for hand in hands:
        hand.start()
    for _ in hands:
        ready.acquire()
    began = time.perf_counter()
    go.set()
    for hand in hands:
        hand.join()
    return count / (time.perf_counter() - began)


def _fill_bare(count: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_queue")
        cursor.execute(
            "CREATE TABLE bench_queue (id bigserial PRIMARY KEY, key uuid, state text, body text)"
        )
        cursor.execute(
            "INSERT INTO bench_queue (key, state, body) SELECT gen_random_uuid(), 'planned', "
            "'Northgate Dermatology: there is something to do. http://localhost:8000/t/0123456789' "
            "FROM generate_series(1, %s)",
            [count],
        )
        cursor.execute("CREATE INDEX ON bench_queue (id) WHERE state = 'planned'")
        cursor.execute("ANALYZE bench_queue")
    return count


def _bare() -> None:
    channel = SmsWebhook()

    def call(key: str, body: str) -> None:
        channel.send(
            Outgoing(key=key, address="+12125550100", sender="", subject="", body=body, html="",
                     at=datetime.now(UTC))
        )  # fmt: skip

    _claim_and_mark(call)


def _unsent() -> None:
    _claim_and_mark(lambda key, body: None)


def _claim_and_mark(call: Callable[[str, str], None]) -> None:
    connection.ensure_connection()
    # Not Django's cursor, which writes the values into the text and has each planned anew.
    with psycopg.Cursor(connection.connection) as cursor:
        while True:
            cursor.execute(_CLAIM, prepare=True)
            rows = cursor.fetchall()
            if not rows:
                return
            for pk, key, body in rows:
                call(key, body)
                cursor.execute(
                    "UPDATE bench_queue SET state = 'sent' WHERE id = %s", [pk], prepare=True
                )


def fill_product(count: int) -> int:
    """So many reminders of open tasks, one a patient, due now; nothing else waits."""
    now = datetime.now(UTC)
    Message.objects.filter(state="planned").update(
        state="withdrawn", state_reason="benchmark", state_at=now
    )
    told = Message.objects.filter(key__startswith="bench:").values("patient")
    items = (
        DueItem.objects.filter(ended="", requirement="check-in", course__stopped_at=None)
        .exclude(course__patient__in=told)
        .exclude(course__patient__messages__deliveries__started_at__gte=now - timedelta(days=2))
        .order_by("course__patient", "pk")
        .distinct("course__patient")
        .select_related("course__patient")[:count]
    )
    rows = [
        Message(
            key=f"bench:{uuid.uuid4()}", purpose="check-in", kind="check-in", urgency="safety",
            about=f"due-item:{item.public_id}", variant="on", patient=item.course.patient,
            clinic_id=item.course.clinic_id, created_at=now, send_after=now - timedelta(hours=1),
            expires_at=now + timedelta(days=1), state="planned", state_at=now,
        )
        for item in items
    ]  # fmt: skip
    Message.objects.bulk_create(rows, batch_size=1_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_message")
    return len(rows)


def _product() -> None:
    while dispatch.run(limit=100_000):
        pass


def _planned_by_celery(processes: int, due: int) -> float:
    """Courses a second, from the ring of the tick to the last one planned."""
    app.set_current()
    worker = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "celery", "-A", "isotrack", "worker", "--queues", "tick",
         "--concurrency", str(processes), "--loglevel", "ERROR"],
        cwd=PROJECT, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not current_app.control.ping(timeout=1):
            pass
        now = datetime.now(UTC)
        while planning.tick(now=now):
            pass
        courses = CourseStanding.objects.filter(course__stopped_at=None)
        ids = list(courses.order_by("course__public_id").values_list("pk", flat=True)[:due])
        CourseStanding.objects.filter(pk__in=ids).update(replan_after=now - timedelta(minutes=1))
        began = time.perf_counter()
        app.send_task("monitoring.tasks.tick")
        while planning.due(now=now, most=1):
            time.sleep(0.05)
        return len(ids) / (time.perf_counter() - began)
    finally:
        worker.terminate()
        worker.wait(30)


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""Is IsoTrack alive, is it ready, and how long is the queue: for machines, about nobody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from prometheus_client.core import REGISTRY, GaugeMetricFamily

from messaging.clock import database_now
from messaging.queries import STUCK_AFTER, Queue, queue
from messaging.watch import Watched, watched
from monitoring.models import Pulse
from monitoring.queries.background import Late, late

# Beat ticks every five minutes: two missed ticks are a fault (REM-09).
STALE_AFTER_S = 10 * 60
_BROKER_TIMEOUT_S = 1.0


@dataclass(frozen=True, slots=True)
class Work:
    """What the database tells about the background work."""

    queue: Queue
    last_sweep_age_s: float | None
    late: Late | None = None
    watched: Watched | None = None


@login_not_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200 while this process answers; asks nothing else."""
    return JsonResponse({"live": True})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when database, broker, sweep and queue are well; otherwise 503 naming what fails.

    A fresh installation that has not swept yet is ready: ``last_sweep_age_s`` is null.
    """
    work = _work()
    broker = _broker_answers()
    failing = []
    if work is None:
        failing.append("database")
    if not broker:
        failing.append("broker")
    if work and work.last_sweep_age_s is not None and work.last_sweep_age_s > STALE_AFTER_S:
        failing.append("sweep")
    if work and (work.queue.oldest_due_age_s or 0) >= STUCK_AFTER.total_seconds():
        # Workers may be alive and consume nothing: only what has been sent proves anything.
        failing.append("queue")
    answer: dict[str, Any] = {
        "database": "ok" if work else "failing",
        "broker": "ok" if broker else "failing",
        "last_sweep_age_s": work and work.last_sweep_age_s,
        "oldest_due_age_s": work and work.queue.oldest_due_age_s,
        "queued": work and work.queue.queued,
        "unknown": work and work.queue.unknown,
        "workers": "late" if work and work.late else "ok" if work else "failing",
        "workers_late_since": work and work.late and work.late.since,
        "failing": failing,
    }
    return JsonResponse(answer, status=503 if failing else 200)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text: counts and ages, no personal data (SEC-13, REM-20)."""
    return ExportToDjangoView(request)


def _work(*, watching: bool = False) -> Work | None:
    """What the database says, with the guarantees if asked; ``None`` if it does not answer."""
    try:
        now = database_now()
        return Work(
            queue=queue(now=now),
            last_sweep_age_s=_last_sweep_age(now),
            late=None if watching else late(now=now),
            watched=watched(now=now) if watching else None,
        )
    except DatabaseError:
        # A broken connection must not be handed to the next request.
        connection.close()
        return None


def _last_sweep_age(now: datetime) -> float | None:
    latest = Pulse.objects.order_by("-at").values_list("at", flat=True).first()
    return None if latest is None else (now - latest).total_seconds()


def _broker_answers() -> bool:
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=_BROKER_TIMEOUT_S,
        socket_timeout=_BROKER_TIMEOUT_S,
    )
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


class OutboxCollector:
    """The outbox as gauges, read from the database at each scrape, so any process may answer."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing: registration must not touch the database."""
        return []

    def collect(self) -> list[GaugeMetricFamily]:
        """The gauges; none while the database is away."""
        work = _work(watching=True)
        if work is None:
            return []
        values = {
            "queued": ("Messages that wait or are being sent", work.queue.queued),
            "due": ("Messages whose time has come", work.queue.due),
            "oldest_due_age_seconds": ("Age of the oldest", work.queue.oldest_due_age_s or 0.0),
            "unknown": ("Messages of unknown outcome", work.queue.unknown),
            "for_a_person": ("Messages a person must look at", work.queue.for_a_person),
        }
        gauges = [
            GaugeMetricFamily(f"isotrack_messages_{name}", text, value=value)
            for name, (text, value) in values.items()
        ]
        seen = work.watched
        if seen is not None:
            figures = {
                "left_lying": ("Due for half an hour and not touched; must be 0", seen.left_lying),
                "too_many_accepts": ("Taken more than twice; must be 0", seen.too_many_accepts),
                "same_key_twice": ("Keys accepted twice in a day", seen.same_key_twice),
                "missed": ("Safety messages that ended untried in a day", seen.missed),
                "sent_last_day": ("Messages taken by providers in a day", seen.sent),
            }
            gauges += [
                GaugeMetricFamily(f"isotrack_messages_{name}", text, value=value)
                for name, (text, value) in figures.items()
            ]
            late = GaugeMetricFamily(
                "isotrack_messages_late_seconds",
                "How late messages left in the last day",
                labels=["quantile"],
            )
            for quantile, seconds in seen.late_s.items():
                late.add_metric([str(quantile)], seconds)
            gauges.append(late)
        if work.last_sweep_age_s is not None:
            gauges.append(
                GaugeMetricFamily(
                    "isotrack_last_sweep_age_seconds",
                    "Seconds since a regular job last ended well",
                    value=work.last_sweep_age_s,
                )
            )
        return gauges


REGISTRY.register(OutboxCollector())

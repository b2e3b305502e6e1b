"""A lost ring costs a minute; it never costs the person at the page more than a moment (REM-08)."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
import redis
from celery import current_app
from django.conf import settings

from messaging.bell import Bell


@pytest.fixture
def mute() -> Iterator[str]:
    """A broker that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def _seconds(bell: Bell) -> float:
    began = time.monotonic()
    bell.ring()
    return time.monotonic() - began


def test_dead_broker_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:9/0")
    bell = Bell()
    assert _seconds(bell) < 1.0
    assert _seconds(bell) < 0.01


def test_mute_broker_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, mute: str) -> None:
    monkeypatch.setattr(current_app.conf, "broker_url", mute)
    bell = Bell()
    assert _seconds(bell) < 1.5
    assert _seconds(bell) < 0.01


def test_ring_carries_nothing_but_the_tasks_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """SEC-13: whoever reads the broker learns nothing about anybody."""
    monkeypatch.setattr(current_app.conf, "broker_url", settings.REDIS_URL)
    broker = redis.Redis.from_url(settings.REDIS_URL)
    broker.delete("send")
    Bell().ring()
    (ring,) = broker.lrange("send", 0, -1)
    assert b"messaging.tasks.dispatch" in ring
    assert b"W1tdLCB7fSwg" in ring, "the body is [[], {}, …] in base64: no argument at all"
    broker.delete("send")


def test_each_ring_reaches_one_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker for sending alone is told of sending alone, and nothing is done twice."""
    monkeypatch.setattr(current_app.conf, "broker_url", settings.REDIS_URL)
    broker = redis.Redis.from_url(settings.REDIS_URL)
    with current_app.connection_for_write(url=settings.REDIS_URL) as connection:
        for queue in current_app.amqp.queues.values():
            queue(connection.default_channel).declare()
        broker.delete("send", "tick")
        for task in ("messaging.tasks.dispatch", "monitoring.tasks.tick"):
            current_app.send_task(task, connection=connection)
    assert [broker.llen(queue) for queue in ("send", "tick")] == [1, 1]
    broker.delete("send", "tick")

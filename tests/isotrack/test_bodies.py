"""Bodies that come slowly, are too long, or break off: they keep nobody else waiting (AT-38)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from isotrack.asgi import Bridge, Event, Pace

PACE = Pace(longest=100, silence_s=0.2, bytes_per_s=10_000)


class Answer:
    """An answer in pieces; says when it was closed."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces, self.closed = pieces, False

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces

    def close(self) -> None:
        self.closed = True


class Sent:
    """What a server's ``send`` gives: it can be awaited, and is no coroutine."""

    def __await__(self) -> Iterator[None]:
        yield from ()


class Called:
    """A WSGI application that keeps what it was called with."""

    def __init__(self, *pieces: bytes) -> None:
        self.answer = Answer(*pieces)
        self.environ: dict[str, Any] = {}
        self.body = b""

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.environ, self.body = environ, environ["wsgi.input"].read()
        start("200 OK", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1")])
        return self.answer


def scope(length: int | None = None, path: str = "/p", **headers: str) -> Event:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    if length is not None:
        pairs.append((b"content-length", str(length).encode()))
    return {"type": "http", "method": "POST", "path": path, "query_string": b"q=1",
            "http_version": "1.1", "headers": pairs, "client": ("192.0.2.7", 1)}  # fmt: skip


async def call(bridge: Bridge, asked: Event, *pieces: bytes, pause: float = 0) -> list[Event]:
    """The events of the answer; after the last piece the sender is silent."""
    sent: list[Event] = []
    waiting = list(pieces)

    async def receive() -> Event:
        if not waiting:
            await asyncio.sleep(60)
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": waiting.pop(0), "more_body": True}

    def send(event: Event) -> Sent:
        sent.append(event)
        return Sent()

    await bridge(asked, receive, send)
    return sent


def test_a_request_reaches_the_application_whole() -> None:
    application = Called(b"one", b"", b"two")
    bridge = Bridge(application, threads=1, pace=PACE)
    asked = scope(5, "/ä", cookie="a=1", x_forwarded_for="192.0.2.1")
    asked["headers"] += [(b"cookie", b"b=2"), (b"x-kind", b"\xe9")]

    sent = asyncio.run(call(bridge, asked, b"he", b"llo"))

    assert application.body == b"hello"
    environ = application.environ
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/ä"
    assert (environ["HTTP_COOKIE"], environ["HTTP_X_KIND"]) == ("a=1; b=2", "é")
    assert environ["REMOTE_ADDR"] == "192.0.2.7"
    # Under this name a proxy's own header could be forged.
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert sent[0]["status"] == 200
    assert (b"set-cookie", b"a=1") in sent[0]["headers"]
    assert [event["body"] for event in sent[1:]] == [b"one", b"", b"two"]
    assert [event["more_body"] for event in sent[1:]] == [True, True, False]
    assert application.answer.closed


@pytest.mark.parametrize(
    ("pieces", "pause"), [((), 0), ((b"MSH",), 0), ((b"a",) * 90, 0.01)],
    ids=["silent", "stopped", "dripping"],
)  # fmt: skip
def test_a_slow_body_is_refused_and_keeps_nobody_waiting(
    pieces: tuple[bytes, ...], pause: float
) -> None:
    """There is one thread, and five senders who never end; a sixth is answered meanwhile."""
    application = Called(b"ok")
    bridge = Bridge(application, threads=1, pace=PACE)

    async def main() -> tuple[list[Event], list[list[Event]]]:
        slow = [asyncio.create_task(call(bridge, scope(99), *pieces, pause=pause)) for _ in "12345"]
        await asyncio.sleep(0.02)
        quick = await call(bridge, scope(2), b"hi")
        assert not any(task.done() for task in slow)
        return quick, await asyncio.gather(*slow)

    quick, slow = asyncio.run(main())
    assert quick[0]["status"] == 200
    assert [sent[0]["status"] for sent in slow] == [408] * 5
    assert application.body == b"hi"


@pytest.mark.parametrize("length", [101, int("9" * 4000)])
def test_a_body_that_is_too_long_is_not_received(length: int) -> None:
    bridge = Bridge(Called(), threads=1, pace=PACE)
    sent = asyncio.run(call(bridge, scope(length), b"x"))
    assert sent[0]["status"] == 413
    assert b"in parts" in sent[1]["body"]


def test_a_laboratorys_address_refuses_by_itself() -> None:
    application = Called(b"longer than")
    bridge = Bridge(application, threads=1, pace=PACE)
    sent = asyncio.run(call(bridge, scope(101, "/api/v1/labs/fhir"), b"x"))
    assert (sent[1]["body"], application.body) == (b"longer than", b"")


def test_nothing_is_done_for_a_sender_who_is_gone() -> None:
    application = Called(b"ok")
    sent: list[Event] = []

    async def gone() -> Event:
        return {"type": "http.disconnect"}

    async def send(event: Event) -> None:
        sent.append(event)

    asyncio.run(Bridge(application, threads=1, pace=PACE)(scope(5), gone, send))
    assert (sent, application.environ) == ([], {})

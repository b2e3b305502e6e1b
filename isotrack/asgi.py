"""The web application as ``make run`` and the image serve it: a body is received before a thread.

Under plain WSGI a thread waits for the body of a request, so that a few senders who never end
theirs keep every thread, and everybody else waits. Here the event loop receives it, within a pace,
and one of a few threads then runs ``isotrack.wsgi:application``, which any WSGI server still may.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any

from isotrack.wsgi import application as isotrack

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_THREADS = 4
_IN_MEMORY = 256 * 1024
_TOO_SLOW = "What was sent came too slowly: nothing of it was kept. Send it again."


# Addresses that refuse a long body by themselves, in the form that their senders read.
_OWN_LIMIT = "/api/"


class _Refused(Exception):
    """The request is answered here: status and words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


class _Gone(Exception):
    """The sender has closed the connection."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What is asked of a sender.

    A longer body than ``longest`` is not received. Each piece must come within ``silence_s``, and
    after that time ``bytes_per_s`` on average.
    """

    longest: int = 16 * 1024 * 1024
    silence_s: float = 15.0
    bytes_per_s: int = 4_096


class Bridge:
    """An ASGI application that runs a WSGI application in threads of its own."""

    def __init__(self, application: Wsgi, *, threads: int, pace: Pace | None = None) -> None:
        self._application, self._pace = application, pace or Pace()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="web")

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        """One request. The server is told to send no other events (``asginl``, ``--no-ws``)."""
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as body:
            try:
                await self._receive(scope, receive, body)
            except _Refused as refused:
                await _answer(refused, send)
                return
            except _Gone:
                return
            loop = asyncio.get_running_loop()
            environ = _environ(scope, body)
            rest = await loop.run_in_executor(self._pool, self._run, environ, send, loop)
            for event in rest:
                await send(event)

    async def _receive(self, scope: Event, receive: Receive, body: IO[bytes]) -> None:
        """Receive the body. One of no stated length is left alone, as WSGI applications do."""
        length = dict(scope["headers"]).get(b"content-length", b"")
        if not length.isdigit():
            return
        if len(length) > 12 or int(length) > self._pace.longest:
            if not scope["path"].startswith(_OWN_LIMIT):
                text = (
                    f"What was sent is longer than {self._pace.longest:,} bytes: send it in parts."
                )
                raise _Refused(413, text)
            return
        began, count, more = time.monotonic(), 0, True
        while more and count < int(length):
            event = await self._piece(receive)
            if event["type"] == "http.disconnect":
                raise _Gone
            count += body.write(event.get("body", b""))
            more = event.get("more_body", False)
            over = time.monotonic() - began - self._pace.silence_s
            if more and count < over * self._pace.bytes_per_s:
                raise _Refused(408, _TOO_SLOW)
        body.seek(0)

    async def _piece(self, receive: Receive) -> Event:
        try:
            async with asyncio.timeout(self._pace.silence_s):
                return await receive()
        except TimeoutError:
            raise _Refused(408, _TOO_SLOW) from None

    def _run(
        self, environ: dict[str, Any], send: Send, loop: asyncio.AbstractEventLoop
    ) -> list[Event]:
        """Run the application in this thread; what is left to send: the whole of a short answer.

        Of an answer in several pieces all but the last are sent from here, as they are made.
        """
        waiting: list[Event] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            pairs = [
                (name.lower().encode("ascii"), text.encode("latin-1")) for name, text in headers
            ]
            code = int(status.partition(" ")[0])
            waiting[:] = [{"type": "http.response.start", "status": code, "headers": pairs}]

        answer = self._application(environ, start_response)
        try:
            pieces = iter(answer)
            waiting.append(_piece(next(pieces, b"")))
            for piece in pieces:
                for event in waiting:
                    asyncio.run_coroutine_threadsafe(_deliver(send, event), loop).result()
                waiting[:] = [_piece(piece)]
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        waiting[-1]["more_body"] = False
        return waiting


async def _deliver(send: Send, event: Event) -> None:
    await send(event)


def _piece(body: bytes) -> Event:
    return {"type": "http.response.body", "body": body, "more_body": True}


def _environ(scope: Event, body: Any) -> dict[str, Any]:
    """The request as WSGI describes it."""
    server, client = scope.get("server") or ("localhost", 80), scope.get("client")
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        key = name.upper().replace("-", "_")
        # A name with an underscore could pass for one with a hyphen that only a proxy may set.
        if "_" in name:
            continue
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        between = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{between}{value}" if key in environ else value
    return environ


async def _answer(refused: _Refused, send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send(_piece(refused.words.encode() + b"\n") | {"more_body": False})


application = Bridge(isotrack, threads=_THREADS)

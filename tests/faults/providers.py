"""Providers of text messages and e-mail that keep every accept, and fail as they are told.

An answer does not depend on whether a provider knows keys, so one log tells what either kind would
have sent on: a plain one every accept, one that honours keys each key once.
"""

from __future__ import annotations

import email
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from local.servers import free_port


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request.

    Attributes:
        accepts: the text is taken over.
        status: the answer; 0 hangs up without one.
        takes_s: seconds before the answer.
        retry_after: the header of a 429.
    """

    accepts: bool = True
    status: int = 200
    takes_s: float = 0.0
    retry_after: int = 0


WELL = Fault()
BROKEN = Fault(accepts=False, status=500)
LOST_ANSWER = Fault(status=0)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its number, the key it carried, whom it was for, and when it came."""

    number: int
    key: str
    to: str
    at: float


@dataclass
class Provider:
    """What both servers have: a log, a plan of faults, and a hook between accept and answer."""

    accepted: list[Call] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    plan: Callable[[Call], Fault] = lambda call: WELL
    before_answer: Callable[[Call], None] = lambda call: None
    in_flight: int = 0
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def forget(self) -> None:
        """As new."""
        with self.lock:
            self.accepted, self.calls = [], []
            self.plan = lambda call: WELL
            self.before_answer = lambda call: None

    def take(self, key: str, to: str) -> Fault:
        """Log a request, do to it what is planned, and give the answer that is due."""
        with self.lock:
            self.in_flight += 1
            call = Call(len(self.calls) + 1, key, to, time.time())
            self.calls.append(call)
        fault = self.plan(call)
        time.sleep(fault.takes_s / 2)
        if fault.accepts:
            with self.lock:
                self.accepted.append(call)
            self.before_answer(call)
        time.sleep(fault.takes_s / 2)
        return fault

    def done(self) -> None:
        """The request is over, whatever the other side has heard of it."""
        with self.lock:
            self.in_flight -= 1

    def times(self) -> Counter[str]:
        """How often a text was accepted, by whom it was for: what a plain provider sends on."""
        return Counter(call.to for call in self.accepted)

    def keys(self) -> dict[str, set[str]]:
        """The keys accepted for each person: what a provider that honours keys sends on."""
        found: dict[str, set[str]] = {}
        for call in self.accepted:
            found.setdefault(call.to, set()).add(call.key)
        return found


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is what is being tried."""


@contextmanager
def texts() -> Iterator[Provider]:
    """A gateway for text messages; the key is ``Idempotency-Key``."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                fault = provider.take(self.headers.get("Idempotency-Key", ""), body["to"])
                if not fault.status:
                    self.close_connection = True
                    self.connection.close()
                    return
                said = b'{"id": "p-1"}'
                self.send_response(fault.status)
                if fault.retry_after:
                    self.send_header("Retry-After", str(fault.retry_after))
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
            finally:
                provider.done()

    server = _Quiet(("127.0.0.1", 0), Handler)
    provider.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def mails() -> Iterator[Provider]:
    """A mail server; the key is the header ``X-IsoTrack-Delivery``."""
    provider = Provider()

    class Handler:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            content = envelope.content
            letter = email.message_from_bytes(content if isinstance(content, bytes) else b"")
            try:
                fault = provider.take(letter["X-IsoTrack-Delivery"] or "", envelope.rcpt_tos[0])
            finally:
                provider.done()
            if not fault.status:
                server.transport.abort()
            return "250 OK" if fault.status < 400 else "451 not now"

    provider.port = free_port()
    controller = Controller(Handler(), hostname="127.0.0.1", port=provider.port)
    controller.start()
    try:
        yield provider
    finally:
        controller.stop()

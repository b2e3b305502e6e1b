"""Real servers that stand in for an SMS provider and a mail server, with faults on order.

Each logs every text it accepted with its key, so losses and duplicates can be counted.
"""

from __future__ import annotations

import email
import json
import os
import socket
import threading
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import http_ece
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_NO = (
    "You tried to send to a recipient that has been marked as inactive. "
    "Found inactive addresses: ana@example.org. "
    "Inactive recipients are ones that have generated a hard bounce or a spam complaint."
)


@dataclass
class Accept:
    """One text that a sink took over."""

    key: str
    to: str
    body: str
    headers: dict[str, str]


@dataclass
class Sink:
    """What both servers have: a fault for each request to come, and a log.

    ``faults`` are used up one a request; ``fault`` is used for every further one.
    """

    accepted: list[Accept] = field(default_factory=list)
    requests: int = 0
    faults: list[str] = field(default_factory=list)
    fault: str = "accept"
    before_answer: Callable[[Accept], None] | None = None
    address: str = ""
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_fault(self) -> str:
        """What happens to this request."""
        with self.lock:
            self.requests += 1
            return self.faults.pop(0) if self.faults else self.fault

    def take(self, accept: Accept) -> None:
        """Log one text, then do what the test wants done before it is answered."""
        with self.lock:
            self.accepted.append(accept)
        if self.before_answer is not None:
            self.before_answer(accept)

    @property
    def by_key(self) -> Counter[str]:
        """How often each key was accepted."""
        return Counter(accept.key for accept in self.accepted)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def sms_sink() -> Iterator[Sink]:
    """An SMS gateway. Faults: ``accept``, ``drop-after-accept``, ``drop``, ``slow`` or a status.

    A status may be followed by its ``Retry-After``; ``broken-answer`` accepts in broken JSON.
    """

    def read(headers: dict[str, str], body: str) -> Accept:
        said = json.loads(body)
        return Accept(
            key=headers["Idempotency-Key"],
            to=said["to"],
            body=said["body"],
            headers={**headers, "raw": body},
        )

    with _gateway(read, answer={"id": "p-1"}) as sink:
        yield sink


@contextmanager
def twilio_sink() -> Iterator[Sink]:
    """Twilio's message resource, with the faults of :func:`sms_sink`; ``400 code=21211`` too."""

    def read(headers: dict[str, str], body: str) -> Accept:
        form = dict(parse_qsl(body))
        return Accept(
            key=form["StatusCallback"].rstrip("/").rpartition("/")[2],
            to=form["To"],
            body=form["Body"],
            headers={**headers, **form},
        )

    with _gateway(read, answer={"sid": "SM1", "status": "queued"}) as sink:
        yield sink


@contextmanager
def mailgun_sink() -> Iterator[Sink]:
    """Mailgun's way to take an e-mail, with the faults of :func:`sms_sink`."""

    def read(headers: dict[str, str], body: str) -> Accept:
        form = dict(parse_qsl(body))
        return Accept(
            key=form["v:delivery"],
            to=form["to"],
            body=form["text"],
            headers={**headers, **form},
        )

    with _gateway(read, answer={"id": "<m-1@mg>", "message": "Queued. Thank you."}) as sink:
        yield sink


@contextmanager
def postmark_sink() -> Iterator[Sink]:
    """Postmark's way to take an e-mail; ``422 code=406`` is a recipient that is shut off."""

    def read(headers: dict[str, str], body: str) -> Accept:
        said = json.loads(body)
        return Accept(
            key=said["Metadata"]["delivery"],
            to=said["To"],
            body=said["TextBody"],
            headers={**headers, **{each["Name"]: each["Value"] for each in said["Headers"]}},
        )

    answer = {"ErrorCode": 0, "Message": "OK", "MessageID": "m-1", "To": "ana@example.org"}
    with _gateway(read, answer=answer) as sink:
        yield sink


@contextmanager
def push_sink() -> Iterator[Sink]:
    """The push service of a browser's maker, and the browser: it opens what was encrypted for it.

    ``address`` is a subscription as the channel keeps it; the faults are those of
    :func:`sms_sink`.
    """
    browser = ec.generate_private_key(ec.SECP256R1())
    secret = os.urandom(16)

    def read(headers: dict[str, str], body: bytes) -> Accept:
        opened = http_ece.decrypt(body, private_key=browser, auth_secret=secret)
        said = json.loads(opened)
        shown = f"{said['title']}\n{said['body']}\n{said['url']}"
        return Accept(key=said["tag"], to="", body=shown, headers=headers)

    with _gateway(read, answer={}) as sink:
        point = browser.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        sink.address = json.dumps(
            {
                "auth": urlsafe_b64encode(secret).decode().rstrip("="),
                "endpoint": sink.address,
                "p256dh": urlsafe_b64encode(point).decode().rstrip("="),
            },
            sort_keys=True,
        )
        yield sink


@contextmanager
def _gateway(
    read: Callable[[dict[str, str], Any], Accept], *, answer: dict[str, Any]
) -> Iterator[Sink]:
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fault = sink.next_fault()
            sealed = self.headers["Content-Encoding"] == "aes128gcm"
            taken = read(
                {**dict(self.headers), "path": self.path}, body if sealed else body.decode()
            )
            if fault in {"accept", "drop-after-accept", "broken-answer"}:
                sink.take(taken)
            if fault == "slow":
                time.sleep(1.5)
            if fault in {"drop", "drop-after-accept", "slow"}:
                self.close_connection = True
                self.connection.close()
                return
            status, _, more = fault.partition(" ")
            said = json.dumps(answer).encode()
            if fault in {"accept", "broken-answer"}:
                status, said = "200", b"{" if fault == "broken-answer" else said
            self.send_response(int(status))
            if more.startswith("code="):
                code = int(more.removeprefix("code="))
                said = json.dumps({"code": code, "ErrorCode": code, "Message": _NO}).encode()
            elif more:
                self.send_header("Retry-After", more)
            if status == "302":
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A dropped connection is part of the test."""

    server = Quiet(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sink.port = server.server_address[1]
    sink.address = f"http://127.0.0.1:{sink.port}/send"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def mail_sink() -> Iterator[Sink]:
    """A mail server. Faults: ``accept``, ``drop-after-accept``, ``drop``, ``rcpt …``, ``data …``.

    ``rcpt 550 5.1.1 no such mailbox`` answers the recipient with that, ``data …`` the text.
    """
    sink = Sink()

    class Handler:
        def __init__(self) -> None:
            self.fault = "accept"

        async def handle_RCPT(
            self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]
        ) -> str:
            self.fault = sink.next_fault()
            if self.fault.startswith("rcpt "):
                return self.fault.removeprefix("rcpt ")
            envelope.rcpt_tos.append(to)
            return "250 OK"

        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            content = envelope.content
            letter = email.message_from_bytes(content if isinstance(content, bytes) else b"")
            if self.fault.startswith("data "):
                return self.fault.removeprefix("data ")
            if self.fault in {"accept", "drop-after-accept"}:
                plain = letter.get_payload()[0].get_payload(decode=True).decode()
                sink.take(
                    Accept(
                        key=letter["X-IsoTrack-Delivery"],
                        to=envelope.rcpt_tos[0],
                        body=plain,
                        headers=dict(letter.items()),
                    )
                )
            if self.fault in {"drop", "drop-after-accept"}:
                server.transport.abort()
            return "250 OK"

    sink.port = free_port()
    controller = Controller(Handler(), hostname="127.0.0.1", port=sink.port)
    controller.start()
    sink.address = f"127.0.0.1:{sink.port}"
    try:
        yield sink
    finally:
        controller.stop()

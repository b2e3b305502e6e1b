"""The development mailbox: a real SMTP server and a real SMS endpoint in one small process.

``python -m local.mailbox FOLDER SMTP_PORT SMS_PORT`` keeps what it receives as one JSON file each
in FOLDER, which only its owner can read, and hands nothing out: the page that shows the messages
is Django's. Both listen on loopback only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import sys
import threading
import uuid
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

# Older ones are thrown away: this is a window, not an archive.
KEPT = 1_000
LONGEST_BODY = 1_000_000


def keep(folder: Path, message: dict[str, Any]) -> None:
    """Store one message; readers never see half a file."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}.json"
    draft = folder / f".{name}"
    draft.write_text(json.dumps(message, ensure_ascii=False), "utf-8")
    draft.rename(folder / name)
    for old in sorted(folder.glob("*.json"))[:-KEPT]:
        old.unlink(missing_ok=True)


def known_texts(folder: Path) -> dict[str, str]:
    """Key and id of every text kept so far, so that a retry after a restart is known too."""
    known = {}
    for path in folder.glob("*.json"):
        message = json.loads(path.read_text("utf-8"))
        if message["kind"] == "sms":
            known[message["reference"]] = message["id"]
    return known


class Letters:
    """What aiosmtpd calls for each letter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the letter and accept it."""
        letter = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(letter, EmailMessage)
        plain, rich = letter.get_body(("plain",)), letter.get_body(("html",))
        keep(
            self.folder,
            {
                "kind": "email",
                "at": datetime.now(UTC).isoformat(),
                "to": ", ".join(envelope.rcpt_tos),
                "sender": str(letter["From"] or envelope.mail_from or ""),
                "subject": str(letter["Subject"] or ""),
                "text": plain.get_content() if plain else "",
                "html": rich.get_content() if rich else "",
                "reference": str(letter["X-IsoTrack-Delivery"] or letter["Message-ID"] or ""),
            },
        )
        return "250 Message accepted for delivery"


class Texts(ThreadingHTTPServer):
    """The SMS provider's endpoint: accepts a text once per idempotency key."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int, secret: str) -> None:
        super().__init__(("127.0.0.1", port), TextsHandler)
        self.folder = folder
        self.secret = secret.encode()
        self.seen = known_texts(folder)
        self.lock = threading.Lock()


class TextsHandler(BaseHTTPRequestHandler):
    """One POST to /sms."""

    server: Texts

    def do_POST(self) -> None:
        """Check the signature, keep the text, answer with its id."""
        length = int(self.headers.get("Content-Length") or 0)
        if self.path != "/sms" or not 0 < length < LONGEST_BODY:
            self.answer(404, {})
            return
        body = self.rfile.read(length)
        if not self.is_signed(body):
            self.answer(403, {"error": "the signature does not fit"})
            return
        try:
            text = json.loads(body)
            to, words = str(text["to"]), str(text["body"])
            key = str(self.headers.get("Idempotency-Key") or text["reference"])
        except (ValueError, KeyError, TypeError):
            self.answer(400, {"error": "to, body and reference are needed"})
            return
        with self.server.lock:
            if key not in self.server.seen:
                self.server.seen[key] = f"dev-{uuid.uuid4().hex}"
                self.keep(to, words, key, self.server.seen[key])
        self.answer(202, {"id": self.server.seen[key]})

    def keep(self, to: str, words: str, key: str, known_as: str) -> None:
        """Store the text."""
        message = {"kind": "sms", "at": datetime.now(UTC).isoformat(), "to": to, "text": words}
        keep(self.server.folder, {**message, "reference": key, "id": known_as})

    def is_signed(self, body: bytes) -> bool:
        """X-IsoTrack-Signature is an HMAC of timestamp, a point and the body."""
        moment = self.headers.get("X-IsoTrack-Timestamp", "")
        right = hmac.new(self.server.secret, moment.encode() + b"." + body, hashlib.sha256)
        given = self.headers.get("X-IsoTrack-Signature", "")
        return hmac.compare_digest(given, f"sha256={right.hexdigest()}")

    def answer(self, status: int, content: dict[str, str]) -> None:
        """A JSON answer."""
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a request line may hold what is private."""


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM. The SMS secret comes from SMS_WEBHOOK_SECRET."""
    folder, smtp_port, sms_port = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.umask(0o077)
    letters = Controller(Letters(folder), hostname="127.0.0.1", port=smtp_port)
    texts = Texts(folder, sms_port, os.environ["SMS_WEBHOOK_SECRET"])
    letters.start()
    threading.Thread(target=texts.serve_forever, daemon=True).start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    texts.shutdown()
    letters.stop()
    return 0


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    sys.exit(main(sys.argv[1:]))

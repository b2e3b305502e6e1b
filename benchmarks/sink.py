"""A provider of texts on this machine: takes every POST at once and counts by reference.

``python -m benchmarks.sink PORT`` serves until it is ended; ``GET /`` answers how many were taken
and how many references came more than once.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_TAKEN: Counter[str] = Counter()


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Take one text."""
        text = self.rfile.read(int(self.headers["Content-Length"]))
        reference = str(json.loads(text)["reference"])
        _TAKEN[reference] += 1
        self._answer({"id": reference})

    def do_GET(self) -> None:
        """What was taken so far."""
        repeated = sum(count - 1 for count in _TAKEN.values())
        self._answer({"taken": len(_TAKEN), "repeated": repeated})

    def _answer(self, said: dict[str, object]) -> None:
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Door).serve_forever()

"""A file of 100 MB by each way in: refused, or read piece by piece, never held whole.

``python -m benchmarks.laboratory_huge WAY`` prints one line of JSON. Each way is a process of its
own, so that its peak memory is its own; ``benchmarks.laboratory`` starts it with a database.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import CommandError, call_command

from benchmarks.laboratory_run import peak_mb

MB = 1024 * 1024
SIZE = 100 * MB
WAYS = {
    "hl7": "import_labs, HL7 with scans of 1.5 MB in it",
    "one": "import_labs, one HL7 message without an end",
    "csv": "import_labs, CSV",
    "fhir": "import_labs, FHIR",
    "upload": "the upload page",
    "http": "HTTP, by a laboratory's token",
}
_SLUG = "huge"
_BOUNDARY = "isotrack-benchmark"


def pieces(way: str) -> Iterator[bytes]:
    """The file, piece by piece."""
    line = b"A" * 1023 + b"\n"
    if way in ("hl7", "upload", "http"):
        for number in range(SIZE * 2 // (3 * MB)):
            yield from _message(number, 1.5)
    elif way == "one":
        yield from _message(0, 100)
    elif way == "csv":
        yield b"patient_id,born,collected,analyte,value,unit\n"
        yield from (line for _ in range(SIZE // 1024))
    else:
        yield b'{"resourceType": "Bundle", "note": "'
        yield from (line[:-1] for _ in range(SIZE // 1024))
        yield b'"}'


def _message(number: int, megabytes: float) -> Iterator[bytes]:
    """A report with nothing but a scan of so many megabytes."""
    yield rb"MSH|^~\&|LAB|BENCH|ISOTRACK|CLINIC|20261120093000||ORU^R01|H%d|P|2.5.1" % number
    yield b"\rPID|1||NOBODY-%d^^^CLINIC^MR||Example^Ada||19980517|F" % number
    yield b"\rOBR|1||F-%d|24331-1^Panel^LN|||20261119080000" % number
    yield b"\rOBX|1|ED|11502-2^Scan^LN||^^PDF^Base64^"
    yield from (b"QUJD" * 256 for _ in range(int(megabytes * 1024)))
    yield b"||||||F\r"


class _Body(io.RawIOBase):
    """A request's body that is made while it is read; nothing of it is kept."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._left = parts, b""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most ``size``."""
        while not self._left and (piece := next(self._parts, b"")):
            self._left = piece
        taken = self._left if size < 0 else self._left[:size]
        self._left = self._left[len(taken) :]
        return taken


def by_command(way: str) -> str:
    """``import_labs`` with the file; what it answered."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "night"
        with path.open("wb") as out:
            for piece in pieces(way):
                out.write(piece)
        said = io.StringIO()
        try:
            call_command("import_labs", str(path), "--clinic", _SLUG, "--json", stdout=said)
        except CommandError as error:
            if error.returncode != 1:
                raise
        totals = json.loads(said.getvalue())["totals"]
    return ", ".join(f"{count} {word}" for word, count in totals.items() if count)


def by_request(way: str) -> str:
    """The file as the body of a request to the application; the answer's status."""
    from isotrack.wsgi import application  # noqa: PLC0415 - needs django.setup()

    statuses: list[str] = []
    environ = _upload() if way == "upload" else _call()

    def begin(status: str, *_: object) -> Callable[[bytes], object]:
        statuses.append(status)
        return len

    b"".join(application(environ, begin))
    return statuses[-1]


def _environ(path: str, content_type: str, length: int, body: Iterator[bytes]) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(length),
        "wsgi.input": _Body(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": (scheme := "https" if settings.SECURE_SSL_REDIRECT else "http"),
        "HTTP_REFERER": f"{scheme}://localhost/",
    }


def _call() -> dict[str, Any]:
    from monitoring.actions import lab_tokens  # noqa: PLC0415 - models need django.setup()
    from people.models import Clinic, User  # noqa: PLC0415

    issued = lab_tokens.issue(
        Clinic.objects.get(slug=_SLUG), label="Huge", by=User.objects.get(), now=datetime.now(UTC)
    )
    environ = _environ("/api/v1/labs/hl7v2", "text/plain", SIZE, pieces("http"))
    return environ | {"HTTP_AUTHORIZATION": f"Bearer {issued.text}"}


def _upload() -> dict[str, Any]:
    from django.test import Client  # noqa: PLC0415 - models need django.setup()

    from people.models import User  # noqa: PLC0415

    client = Client()
    client.force_login(User.objects.get())
    token = "a" * 32
    head = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="night.hl7"'
        "\r\nContent-Type: text/plain\r\n\r\n"
    ).encode()
    tail = f"\r\n--{_BOUNDARY}--\r\n".encode()

    def body() -> Iterator[bytes]:
        yield head
        yield from pieces("upload")
        yield tail

    length = sum(map(len, body()))
    session = f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}"
    return _environ(
        "/clinic/results/", f"multipart/form-data; boundary={_BOUNDARY}", length, body()
    ) | {
        "HTTP_COOKIE": f"{session}; {settings.CSRF_COOKIE_NAME}={token}",
        "HTTP_X_CSRFTOKEN": token,
    }


def prepare() -> None:
    """A clinic with a nurse, once for all ways."""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - needs django.setup()

    from people.models import Clinic, Membership, User  # noqa: PLC0415
    from people.permissions import Role  # noqa: PLC0415

    clinic, made = Clinic.objects.get_or_create(
        slug=_SLUG, defaults={"name": "Huge", "timezone": "America/New_York", "country": "US"}
    )
    if made:
        user = User.objects.create_user(email="huge@clinic.test", password=None)
        Membership.objects.create(user=user, clinic=clinic, role=Role.NURSE)
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "-"})


def main() -> int:
    """Run the way that is named."""
    way = sys.argv[1]
    django.setup()
    prepare()
    before, began = peak_mb(), time.perf_counter()
    answer = by_request(way) if way in ("upload", "http") else by_command(way)
    took = time.perf_counter() - began
    found = {"answer": answer, "took_s": took, "before_mb": before, "peak_mb": peak_mb()}
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())

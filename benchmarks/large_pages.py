"""The dashboard's pages under load, beside a bare Django page on the same server.

``python -m benchmarks.large_pages USERS SECONDS`` starts the product under WSGI with the compose
file's two workers and four threads each, opens a session for each user, and prints JSON: for each
page, and for the bare page right after it, the 95th percentile in milliseconds, weight and rows.
The bare page has as many rows as the page had, each time: one that varies is beside one that does.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import django

PROJECT = Path(__file__).resolve().parent.parent
# A person reads before the next press; without it the figure would be that of a queue.
THINKS_S = (1.0, 3.0)
_LINKS = re.compile(rb'<ul class="it-links">.*?</ul>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """One page to be asked for; ``body`` makes it a POST."""

    name: str
    address: Callable[[Random], str]
    body: Callable[[Random], str] | None = None


def main(users: int, seconds: float) -> None:
    """Measure; see the module."""
    django.setup()
    from local.servers import free_port  # noqa: PLC0415 - beside the other late imports

    pages, sessions, token, clinic = _world(users)
    port = free_port()
    server = [sys.executable, "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1"]
    server += ["--no-ws", "--workers", "2", "--port", str(port)]
    surroundings = os.environ | {"DJANGO_SETTINGS_MODULE": "benchmarks.bare_settings"}
    running = subprocess.Popen(  # noqa: S603 - our own command
        [*server, "isotrack.asgi:application"],
        cwd=PROJECT,
        env=surroundings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_server(port)
        found = {}
        for page in pages:
            # By all, so that each process and each of its connections has shown the page before.
            _asked(page, port, sessions, token, seconds=6.0)
            found[page.name], rows = _asked(page, port, sessions, token, seconds=seconds)
            bare = _bare(page, clinic, rows)
            found[bare.name], _ = _asked(bare, port, sessions, token, seconds=seconds)
        print(json.dumps(found))
    finally:
        running.terminate()
        running.wait(20)


def _bare(page: Page, clinic: int, rows: list[int]) -> Page:
    """As many rows as a page had, as often as it had them."""
    return Page(f"bare, {page.name}", lambda rng: f"/bare/{clinic}/{rng.choice(rows)}/")


def rows_in(text: bytes) -> int:
    """How many rows a page shows: lines of tables and items of lists, links to elsewhere left out.

    Tiles, names with values beside them and charts are not counted, in the product's disfavour.
    """
    _, begun, main = text.partition(b"<main")
    shown = _LINKS.sub(b"", main if begun else text)
    return shown.count(b"<tr") - shown.count(b"<thead") + shown.count(b"<li")


def _world(users: int) -> tuple[list[Page], list[str], str, int]:
    from django.conf import settings  # noqa: PLC0415 - models need django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.middleware.csrf import _get_new_csrf_string  # noqa: PLC0415

    from courses.models import Course  # noqa: PLC0415
    from monitoring.models import CourseStanding  # noqa: PLC0415
    from people.models import Clinic, Patient, User  # noqa: PLC0415

    clinic = Clinic.objects.get(slug="northgate")
    doctor = User.objects.get(email="ruth.abernathy@example.org")
    sessions = []
    for _ in range(users):
        session = SessionStore()
        session[SESSION_KEY] = str(doctor.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = doctor.get_session_auth_hash()
        session["unfactored"] = False
        session.create()
        sessions.append(str(session.session_key))
    token = _get_new_csrf_string()
    running = Course.objects.filter(clinic=clinic, stopped_at=None).order_by("public_id")
    every = list(running.values_list("public_id", flat=True)[:400])
    signable = CourseStanding.objects.filter(clinic=clinic, ready_to_sign=True)
    ready = list(
        signable.order_by("course__public_id").values_list("course__public_id", flat=True)[:200]
    )
    names = list(Patient.objects.filter(clinic=clinic).values_list("family_name", flat=True)[:400])
    pages = [
        Page("Today", lambda rng: "/clinic/"),
        Page("Worklist", lambda rng: "/clinic/worklist/"),
        Page("Search", lambda rng: "/clinic/patients/",
             body=lambda rng: f"q={rng.choice(names).split()[0]}&csrfmiddlewaretoken={token}"),
        Page("Course", lambda rng: f"/clinic/courses/{rng.choice(every)}/"),
        Page("Signing", lambda rng: f"/clinic/courses/{rng.choice(ready)}/sign/"),
    ]  # fmt: skip
    cookies = [f"{settings.SESSION_COOKIE_NAME}={key}" for key in sessions]
    return pages, cookies, f"{settings.CSRF_COOKIE_NAME}={token}", clinic.pk


def await_server(port: int) -> None:
    for _ in range(300):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/health/live")
            if line.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the web server did not start")


def _asked(
    page: Page, port: int, sessions: list[str], token: str, *, seconds: float
) -> tuple[dict[str, float], list[int]]:
    took: list[float] = []
    weights: list[int] = []
    rows: list[int] = []
    failures: list[str] = []
    until = time.monotonic() + seconds

    def one(number: int, key: str) -> None:
        rng = Random(f"{page.name}/{number}")  # noqa: S311 - which page, nothing secret
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {"Cookie": f"{key}; {token}", "Host": f"localhost:{port}"}
        time.sleep(rng.uniform(0, THINKS_S[1]))
        while True:
            address = page.address(rng)
            began = time.perf_counter()
            if page.body is None:
                line.request("GET", address, headers=headers)
            else:
                kind = {"Content-Type": "application/x-www-form-urlencoded"}
                body = page.body(rng).encode()
                line.request("POST", address, body=body, headers=headers | kind)
            answer = line.getresponse()
            text = answer.read()
            took.append(time.perf_counter() - began)
            if answer.status != 200:
                failures.append(f"{address} answered {answer.status}")
            weights.append(len(gzip.compress(text)))
            rows.append(rows_in(text))
            if re.search(rb"(?:src|href)=.https?://(?!localhost)", text):
                failures.append(f"{address} asks somebody else")
            if time.monotonic() > until:
                return
            time.sleep(rng.uniform(*THINKS_S))

    users = [threading.Thread(target=one, args=each) for each in enumerate(sessions)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    if failures:
        raise SystemExit(f"{page.name}: {failures[0]} ({len(failures)} times)")
    ordered = sorted(took)
    figures = {
        "p95_ms": ordered[max(0, -(-len(ordered) * 95 // 100) - 1)] * 1_000,
        "median_ms": statistics.median(ordered) * 1_000,
        "asked": len(ordered),
        "gzip_kb": max(weights) / 1_000,
        "rows": statistics.median(rows),
    }
    return figures, rows


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))

"""``python -m benchmarks.portal_pages PORT``: each page of a demo patient in a throttled Chromium.

Prints JSON: for each page ``lcp_s``, ``cls`` and ``gzip_kb``, the median of three loads.
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import django
from playwright.sync_api import Browser, Response, sync_playwright

from benchmarks.large_pages import await_server

PROJECT = Path(__file__).resolve().parent.parent
PAGES = {
    "home": "/home/",
    "check-in": "/check-in/",
    "diary": "/diary/",
    "photos": "/photos/",
    "results": "/results/",
    "messages": "/messages/",
    "write": "/messages/write/",
    "learn": "/learn/",
    "card": "/learn/oil/",
    "reach": "/reach/",
    "help": "/help/",
}
PATIENT = "patient.0006@example.org"
_ROUNDS = 3
_SLOW = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
_WATCH = """
window.bench = { lcp: 0, cls: 0 };
new PerformanceObserver((list) => list.getEntries().forEach((e) => { bench.lcp = e.startTime; }))
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach((e) => {
  if (!e.hadRecentInput) bench.cls += e.value;
})).observe({ type: "layout-shift", buffered: true });
"""


def main(port: int) -> None:
    """Measure; see the module."""
    django.setup()
    key, cookie = _session()
    server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    server += ["--no-ws", "--workers", "1", "--blocking-threads", "4", "--port", str(port)]
    running = subprocess.Popen(  # noqa: S603 - our own command
        [*server, "isotrack.wsgi:application"],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_server(port)
        home = f"http://localhost:{port}"
        with sync_playwright() as playwright:
            path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
            browser = playwright.chromium.launch(
                executable_path=path if Path(path).exists() else None
            )
            found = {}
            for name, address in PAGES.items():
                # The first load warms the server, as other patients would have.
                rounds = [_load(browser, home + address, cookie, key) for _ in range(_ROUNDS + 1)]
                found[name] = {
                    what: statistics.median(each[what] for each in rounds[1:]) for what in rounds[0]
                }
            browser.close()
        print(json.dumps(found))
    finally:
        running.terminate()
        running.wait(20)


def _load(browser: Browser, address: str, cookie: str, key: str) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 375, "height": 740}, service_workers="block")
    context.add_cookies([{"name": cookie, "value": key, "url": address}])
    page = context.new_page()
    page.add_init_script(_WATCH)
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", _SLOW)
    line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    shown = page.goto(address, wait_until="networkidle")
    if shown is None or shown.status != 200 or page.url != address:
        raise SystemExit(f"{address} answered {shown and shown.status}: {page.url}")
    seen: Any = page.evaluate("bench")
    weight = sum(len(gzip.compress(each.body())) for each in answers if each.ok)
    context.close()
    return {"lcp_s": seen["lcp"] / 1_000, "cls": seen["cls"], "gzip_kb": weight / 1_000}


def _session() -> tuple[str, str]:
    from django.conf import settings  # noqa: PLC0415 - needs django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    from people.models import User  # noqa: PLC0415

    user = User.objects.get(email=PATIENT)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key), str(settings.SESSION_COOKIE_NAME)


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""A machine as it is before anybody has set anything, and what still runs on it."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from local.children import processes_under

# Names a developer's shell may hold and a fresh machine does not.
OURS = re.compile(
    "(SECRET_KEY|FIELD_KEY|DATABASE_URL|REDIS_URL|SITE_URL|ALLOWED_HOSTS|DEBUG|EMAIL_URL|SMS_.*"
    "|DEFAULT_FROM_EMAIL|HEARTBEAT_URL|SENTRY_DSN|DJANGO_.*|ISOTRACK_.*|PYTEST_.*|MAKE.*|PORT)$"
)


def fresh_environment() -> dict[str, str]:
    """This process's variables without those that mean something to IsoTrack."""
    return {name: value for name, value in os.environ.items() if not OURS.match(name)}


def wait_until_gone(folder: Path, patience_s: float) -> None:
    """Wait for the last process under ``folder`` to end."""
    until = time.monotonic() + patience_s
    while processes_under(folder) and time.monotonic() < until:
        time.sleep(0.1)
    assert processes_under(folder) == {}

"""A machine as it is before anybody has set anything, and what still runs on it."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

# Names a developer's shell may hold and a fresh machine does not.
OURS = re.compile(
    "(SECRET_KEY|FIELD_KEY|DATABASE_URL|REDIS_URL|SITE_URL|ALLOWED_HOSTS|DEBUG|EMAIL_URL|SMS_.*"
    "|DEFAULT_FROM_EMAIL|HEARTBEAT_URL|SENTRY_DSN|DJANGO_.*|ISOTRACK_.*|PYTEST_.*|MAKE.*|PORT)$"
)


def fresh_environment() -> dict[str, str]:
    """This process's variables without those that mean something to IsoTrack."""
    return {name: value for name, value in os.environ.items() if not OURS.match(name)}


def processes_under(folder: Path) -> dict[int, str]:
    """Process ids and command lines of what names ``folder`` or works in it."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if str(folder) in command or str((process / "cwd").readlink()).startswith(str(folder)):
                found[int(process.name)] = command
        except OSError:
            continue
    return found


def wait_until_gone(folder: Path, patience_s: float) -> None:
    """Wait for the last process under ``folder`` to end."""
    until = time.monotonic() + patience_s
    while processes_under(folder) and time.monotonic() < until:
        time.sleep(0.1)
    assert processes_under(folder) == {}

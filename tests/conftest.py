"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parent.parent

# Sync Playwright runs an event loop, in which Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def shared_samples() -> Path:
    """Folder of sample laboratory messages beside the project; the test is skipped without it."""
    folder = PROJECT.parent / "shared" / "samples"
    if not folder.is_dir():
        pytest.skip("sample messages: the folder ../shared/samples is not here")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium; browser tests are skipped without one."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("browser: no Chromium was found on this machine")


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], chromium: str
) -> dict[str, Any]:
    """Run the system's Chromium, quiet and without calls of its own."""
    quiet = "no-first-run disable-background-networking disable-component-update disable-sync"
    switches = f"no-sandbox disable-gpu disable-quic disable-dev-shm-usage {quiet}"
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [f"--{switch}" for switch in switches.split()],
    }

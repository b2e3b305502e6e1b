"""Where the public sample messages lie, when they are there; and the clinic that reads."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def shared_samples() -> Path:
    """The folder of public sample messages; tests that need it are skipped, by name, without it."""
    folder = Path(os.environ.get("ISOTRACK_SAMPLES") or ROOT.parent / "shared" / "samples")
    if not folder.is_dir():
        pytest.skip("the public sample messages are not on this machine")
    return folder


@pytest.fixture(scope="session")
def zone() -> ZoneInfo:
    """The clinic's zone."""
    return ZoneInfo("America/New_York")


@pytest.fixture(scope="session")
def as_of() -> date:
    """Today, on the clinic's calendar."""
    return date(2026, 11, 22)

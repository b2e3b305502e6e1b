"""A clean copy of the project, as a newcomer has it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.checks import tracked
from tests.conftest import PROJECT


@pytest.fixture(scope="module")
def clone() -> Iterator[Path]:
    """A clean copy of the project's own files, under a short path."""
    with tempfile.TemporaryDirectory(prefix="isotrack-clone-") as path:
        Path(path).chmod(0o711)  # where PostgreSQL must run as "nobody", it walks through
        for source in tracked():
            target = Path(path) / source.relative_to(PROJECT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        yield Path(path)

"""The environment: made once, made anew when it was half made, refused in one line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose locks ask for nothing, so that nothing is downloaded."""
    (tmp_path / "local").mkdir()
    shutil.copyfile(PROJECT / "local/environment.py", tmp_path / "local/environment.py")
    for name in ("local", "dev"):
        (tmp_path / f"requirements-{name}.txt").write_text("# nothing\n")
    return tmp_path


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script as `make` does."""
    script = str(checkout / "local/environment.py")
    return subprocess.run(
        [sys.executable, script, *arguments], capture_output=True, text=True, check=False
    )


def test_environment_is_made_once_and_then_left_alone(checkout: Path) -> None:
    first, second = make(checkout, "local"), make(checkout, "local")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert "Installed in" in first.stdout
    assert second.stdout == ""
    assert (checkout / ".venv/bin/python").exists()


def test_changed_lock_is_installed(checkout: Path) -> None:
    make(checkout, "local")
    (checkout / "requirements-local.txt").write_text("# still nothing\n")

    assert "Installed in" in make(checkout, "local").stdout


@pytest.mark.parametrize("damage", ["interrupted", "without-python"])
def test_half_made_environment_is_made_anew_with_one_clear_line(
    checkout: Path, damage: str
) -> None:
    make(checkout, "local")
    venv = checkout / ".venv"
    if damage == "interrupted":
        (venv / "isotrack-installing").touch()
    else:
        (venv / "bin/python").unlink()

    mended = make(checkout, "local")

    assert mended.returncode == 0, mended.stderr
    assert mended.stdout.splitlines()[0].startswith("The environment in .venv was half made")
    assert make(checkout, "local").stdout == ""


def test_failed_installation_is_said_and_made_anew_next_time(checkout: Path) -> None:
    lock = checkout / "requirements-local.txt"
    lock.write_text("./no-such-folder --hash=sha256:0\n")
    failed = make(checkout, "local")
    lock.write_text("# nothing\n")

    assert failed.returncode == 1
    assert failed.stderr == "The packages could not be installed; see above. Run it again.\n"
    assert "half made" in make(checkout, "local").stdout


def test_too_old_python_hears_which_one_is_needed(checkout: Path) -> None:
    pretend = (
        "import environment; environment.OLDEST = (3, 99); "
        "raise SystemExit(environment.main(['local']))"
    )
    asked = subprocess.run(
        [sys.executable, "-c", pretend],
        cwd=checkout / "local",
        capture_output=True,
        text=True,
        check=False,
    )

    assert asked.returncode == 1
    assert asked.stderr.startswith("IsoTrack needs Python 3.99 or newer; this is 3.")
    assert len(asked.stderr.splitlines()) == 1


def test_unknown_set_is_a_wrong_call(checkout: Path) -> None:
    assert make(checkout, "everything").returncode == 2

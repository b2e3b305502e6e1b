"""Make the virtual environment: ``python3 local/environment.py {local,dev}``.

Runs on any Python 3.7 or newer with nothing installed, so that a machine without the right Python
hears what is missing instead of a syntax error. What was installed is noted in the environment;
a second run that finds the note unchanged does nothing.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
NOTE = VENV / "isotrack-installed.json"
# There while packages are being installed: found at the next start, the environment is half made.
MARK = VENV / "isotrack-installing"
# Which locks a set stands for: the larger one holds the smaller.
SETS = {"local": ("local",), "dev": ("local", "dev")}
ROOM_MB = {"local": 600, "dev": 1200}


class Refused(Exception):
    """The environment cannot be made; the text is one line for a person."""


def say(line: str) -> None:
    """One line of progress."""
    print(line, flush=True)


def newer_python() -> str:
    """The newest usable Python beside this one, or an empty string."""
    for minor in range(14, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    return ""


def fingerprint(name: str) -> str:
    """What the lock file of a set says, for this Python and this place."""
    digest = hashlib.sha256((PROJECT / f"requirements-{name}.txt").read_bytes())
    digest.update(f"{sys.version_info[:2]} {VENV}".encode())
    return digest.hexdigest()


def noted() -> dict[str, str]:
    """Fingerprints of what is installed; empty when unknown."""
    try:
        found = json.loads(NOTE.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def works() -> bool:
    """Whether the environment's Python runs and is this version."""
    ask = "import sys, pip; print(sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [str(PYTHON), "-c", ask], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return answer.stdout.strip() == str(sys.version_info[:2])


def run(command: list[str], what: str, quiet: bool = False) -> bool:
    """Run one step; False when it failed, after showing its last words unless ``quiet``."""
    done = subprocess.run(command, cwd=str(PROJECT), capture_output=True, text=True, check=False)
    if done.returncode != 0 and not quiet:
        said = (done.stderr or done.stdout).strip().splitlines()[-8:]
        say("\n  ".join([f"{what} failed:", *said]))
    return done.returncode == 0


def create() -> None:
    """A new, empty environment with pip."""
    command = [sys.executable, "-m", "venv", str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(str(VENV), ignore_errors=True)
        said = (done.stdout + done.stderr).strip()
        if "ensurepip" in said:
            version = ".".join(map(str, sys.version_info[:2]))
            raise Refused(f"This Python cannot make environments: install python{version}-venv.")
        raise Refused(f"The environment could not be made: {said.splitlines()[-1]}")


def install_uv() -> bool:
    """Put uv, at the locked version and hash, into the environment; False when it cannot be."""
    if run([str(PYTHON), "-m", "uv", "--version"], "uv", quiet=True):
        return True
    lock = (PROJECT / "requirements-dev.txt").read_text("utf-8")
    found = re.search(r"^uv==.*(?:\n +--hash.*)+", lock, re.MULTILINE)
    if not found:
        return False
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write(found.group(0) + "\n")
        wanted.flush()
        pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        return run([*pip, "--require-hashes", "-r", wanted.name], "uv", quiet=True)


def install(name: str) -> None:
    """Install a lock, every file checked against its hash."""
    lock = str(PROJECT / f"requirements-{name}.txt")
    uv = [str(PYTHON), "-m", "uv", "pip", "install", "--python", str(PYTHON), "-q"]
    uv += ["--compile-bytecode", "--require-hashes", "-r", lock]
    if install_uv():
        # The machine's own certificates first: a company's registry is signed by nobody else.
        for more in (["--system-certs"], []):
            if run([*uv, *more], "uv", quiet=bool(more)):
                return
    say("Installing with pip instead of uv (slower) ...")
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    if not run([*pip, "--require-hashes", "-r", lock], "pip"):
        raise Refused("The packages could not be installed; see above. Run it again.")


def make(name: str) -> None:
    """Bring the environment to what the locks of a set say, from whatever state it is in."""
    if MARK.exists() or (VENV.exists() and not works()):
        say("The environment in .venv was half made or moved: making it anew.")
        shutil.rmtree(str(VENV))
    wanted = {part: fingerprint(part) for part in SETS[name]}
    have = noted()
    if VENV.exists() and all(have.get(part) == print_ for part, print_ in wanted.items()):
        return
    free = shutil.disk_usage(str(PROJECT)).free // 1_000_000
    if free < ROOM_MB[name] and not VENV.exists():
        raise Refused(
            f"The disk is nearly full: {free} MB are free, "
            f"{ROOM_MB[name]} MB are needed for the packages."
        )
    started = time.monotonic()
    say("Installing the packages into .venv (once, up to a minute) ...")
    if not VENV.exists():
        create()
    MARK.touch()
    install(name)
    NOTE.write_text(json.dumps(dict(have, **wanted)), "utf-8")
    MARK.unlink()
    say(f"Installed in {time.monotonic() - started:.0f} s.")


def is_current(name: str) -> bool:
    """Whether there is nothing to do, found without starting another process."""
    have = noted()
    return (
        not MARK.exists()
        and PYTHON.exists()
        and all(have.get(part) == fingerprint(part) for part in SETS[name])
    )


def main(arguments: list[str]) -> int:
    """Exit code 0 when the environment stands, 1 with one line why not, 2 for a wrong call."""
    if sys.version_info[:2] < OLDEST:
        better = newer_python()
        if better:
            os.execv(better, [better, str(Path(__file__).resolve()), *arguments])
        sys.stderr.write(
            f"IsoTrack needs Python {OLDEST[0]}.{OLDEST[1]} or newer; "
            f"this is {sys.version.split()[0]}.\n"
        )
        return 1
    if len(arguments) != 1 or arguments[0] not in SETS:
        sys.stderr.write(f"Say which set: {' or '.join(SETS)}.\n")
        return 2
    try:
        if is_current(arguments[0]):
            return 0
        (PROJECT / "var").mkdir(mode=0o700, exist_ok=True)
        with (PROJECT / "var" / "environment.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            make(arguments[0])
    except Refused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full" if full else f"{error.strerror}: {error.filename}"
        sys.stderr.write(f"The environment could not be made: {why}.\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Run the command again: it will start afresh.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

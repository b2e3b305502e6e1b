"""Child processes that never outlive their parent.

Every child gets its own session, so that Ctrl-C reaches only the supervisor and each child is
stopped in order; and on Linux the kernel is asked to signal it when the parent dies, so that
`kill -9` of the parent leaves nothing behind either.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class CannotStart(Exception):
    """Something on this machine keeps IsoTrack from starting; the text is one line for a person."""


def guarded(argv: Sequence[str], *, at_parent_death: str = "TERM") -> list[str]:
    """The command, with the request to be signalled when its parent dies (Linux only)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", at_parent_death, *argv] if setpriv else list(argv)


def spawn(
    argv: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a command in its own session; what it says is appended to ``log``.

    Must be called from a thread that lives as long as the children should: the kernel counts the
    end of that thread as the parent's death.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            cwd=folder,
            start_new_session=True,
        )


def stop(
    process: subprocess.Popen[bytes],
    *,
    gently: signal.Signals = signal.SIGTERM,
    patience_s: float = 10.0,
) -> bool:
    """Ask a child to stop, wait, and end its whole group if it will not. True if it went gently."""
    if process.poll() is None:
        process.send_signal(gently)
    try:
        process.wait(patience_s)
        went = True
    except subprocess.TimeoutExpired:
        went = False
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if not went:
        process.wait(5)
    return went


def last_line(log: Path) -> str:
    """The last thing a child said, for a one-line message; empty when it said nothing."""
    try:
        said = log.read_text("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    return said[-1].strip() if said else ""


def processes_under(folder: Path) -> dict[int, str]:
    """Process ids and command lines of what names ``folder`` or works in it (Linux only).

    The process that asks is left out: it may well name the folder it looks into.
    """
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if str(folder) in command or (process / "cwd").readlink().is_relative_to(folder):
                found[int(process.name)] = command
        except OSError:
            continue
    return found

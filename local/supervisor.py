"""Start everything, keep it going, stop it in order.

One process of ours is the parent of all others. A child that dies is started again; one that keeps
dying stops everything, with the reason. Ctrl-C, SIGTERM and the end of `make` stop everything too;
when the supervisor itself is killed, the kernel stops the children.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from local.children import CannotStart, guarded, last_line, spawn, stop
from local.surroundings import PROJECT

# A child may be started again this often within this time before everything stops.
RESTARTS = 5
WITHIN_S = 60.0


class Stopped(BaseException):
    """Somebody asked the run to end."""


@dataclass(slots=True)
class Part:
    """One process of the run."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    log: Path
    gently: signal.Signals = signal.SIGTERM
    patience_s: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    restarts: list[float] = field(default_factory=list)


def part(
    name: str,
    arguments: list[str],
    *,
    environment: Mapping[str, str],
    logs: Path,
    patience_s: float,
) -> Part:
    """A process of this Python, with its log; the log of the start before is kept beside it."""
    log = logs / f"{name}.log"
    if log.exists():
        log.replace(log.with_suffix(".log.before"))
    command = guarded([sys.executable, *arguments])

    def start() -> subprocess.Popen[bytes]:
        return spawn(command, log=log, environment=environment, folder=PROJECT)

    return Part(name, start, log, patience_s=patience_s)


def refuse_taken_port(port: int) -> None:
    """CannotStart when somebody already listens where the web server is to listen."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CannotStart(f"Port {port} needs more rights: PORT=8001 make run") from None
        except OSError:
            raise CannotStart(
                f"Port {port} is in use. Choose another: PORT={port % 65535 + 1} make run"
            ) from None


def wait_for_web(port: int, web: Part, *, patience_s: float = 60.0) -> None:
    """Wait until the web server answers its own question for life."""
    until = time.monotonic() + patience_s
    address = f"http://127.0.0.1:{port}/health/live"
    while True:
        if web.process is None or web.process.poll() is not None:
            raise CannotStart(f"The web server did not start: {last_line(web.log)}")
        try:
            with urllib.request.urlopen(address, timeout=10):  # noqa: S310 - our own address
                return
        except urllib.error.HTTPError as error:
            raise CannotStart(f"The web server answers {error.code}; see {web.log}") from None
        except OSError:
            if time.monotonic() > until:
                raise CannotStart(f"The web server did not answer; see {web.log}") from None
            time.sleep(0.05)


def make_was_told_to_stop(make: int) -> bool:
    """Whether the `make` above us is gone or has had an interrupt that never reached us.

    A person's Ctrl-C reaches every process of the terminal. A script may send SIGINT to `make`
    alone: GNU make then puts the default handler back and waits for us, for ever. So a `make` that
    no longer catches SIGINT has been interrupted (Linux only).
    """
    if os.getppid() != make:
        return True
    try:
        status = Path(f"/proc/{make}/status").read_text()
        caught = int(status.split("SigCgt:")[1].split()[0], 16)
    except (OSError, IndexError, ValueError):
        return False
    return not caught & (1 << (signal.SIGINT - 1))


def watched_make() -> int:
    """The process id of the `make` above us if it catches SIGINT now, else 0."""
    parent = os.getppid()
    return parent if "MAKELEVEL" in os.environ and not make_was_told_to_stop(parent) else 0


class Supervisor:
    """The children of a run, in the order they were started."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.make = watched_make()
        self.stopping = False

    def listen(self) -> None:
        """From now on SIGINT, SIGTERM and a closed terminal raise Stopped, once."""

        def end(number: int, frame: FrameType | None) -> None:
            if self.stopping:
                return
            self.stopping = True
            raise Stopped

        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, end)

    def add(self, new: Part) -> Part:
        """Start a part and look after it."""
        self.parts.append(new)
        new.process = new.start()
        return new

    def watch(self) -> None:
        """Keep everything going until told to stop.

        Raises Stopped, or CannotStart when a part keeps dying.
        """
        while True:
            for one in self.parts:
                if one.process is not None and one.process.poll() is not None:
                    self.revive(one)
            if self.make and make_was_told_to_stop(self.make):
                self.stopping = True
                raise Stopped
            time.sleep(0.2)

    def revive(self, one: Part) -> None:
        """Start a dead part again, unless it has died too often."""
        now = time.monotonic()
        one.restarts = [*(at for at in one.restarts if now - at < WITHIN_S), now]
        assert one.process is not None
        code = one.process.returncode
        if len(one.restarts) > RESTARTS:
            raise CannotStart(f"the {one.name} keeps ending: {last_line(one.log)}")
        why = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
        print(f"The {one.name} ended ({why}); starting it again.", flush=True)
        time.sleep(0.5 * len(one.restarts))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(one.process.pid, signal.SIGKILL)
        # A start that fails counts as a death: the loop comes back here.
        with contextlib.suppress(CannotStart):
            one.process = one.start()

    def stop(self) -> bool:
        """End every part, last started first; True when all went gently.

        The product's processes are all told at once and then waited for, so that the slowest
        sets the time; the servers under them follow.
        """
        self.stopping = True
        gently = True
        above = [one for one in self.parts if one.name not in ("database", "broker", "mailbox")]
        for one in above:
            if one.process is not None and one.process.poll() is None:
                one.process.send_signal(one.gently)
        for one in reversed(self.parts):
            if one.process is not None:
                went = stop(one.process, gently=one.gently, patience_s=one.patience_s)
                gently = gently and went
        return gently

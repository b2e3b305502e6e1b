"""``python -m local.clean_start FOLDER``: `make run` in a clean copy, as a newcomer would.

Fetches a page, waits for a message to leave by itself through beat and worker, interrupts, and
looks for what is left behind. Says how long each took; exit code 1 names what did not hold.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from local.children import processes_under
from local.servers import free_port

# What is promised on 2 cores; a machine known to be slower says by how much.
SLOWER = float(os.environ.get("SLOW_MACHINE", "1"))
FIRST_S = 60.0 * SLOWER
SECOND_S = 8.0 * SLOWER
# The demo clinic is opened once, while the pages already answer.
GREETING_S = 60.0 * SLOWER
# Beat rings once a minute, and the worker has to be up when it does.
MESSAGE_S = 90.0 * SLOWER


class Failed(Exception):
    """Something a newcomer was promised did not happen."""


def within(seconds: float, what: str, true: Callable[[], bool]) -> float:
    """Wait until something holds and say how long it took."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise Failed(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.2)
    return time.monotonic() - began


def answers(address: str) -> bool:
    """Whether a page is served."""
    try:
        with urllib.request.urlopen(address, timeout=10) as page:  # noqa: S310 - our own address
            return bool(page.status == 200)
    except OSError:
        return False


def begin(folder: Path, port: int) -> tuple[subprocess.Popen[bytes], Path]:
    """`make run` in a terminal of its own."""
    said = folder.with_suffix(".said")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    with said.open("wb") as output:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=folder,
            env=environment | {"PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return process, said


def started(folder: Path, seconds: float, what: str) -> tuple[subprocess.Popen[bytes], Path, int]:
    """Start and wait for the first page."""
    port = free_port()
    process, said = begin(folder, port)

    def page() -> bool:
        if process.poll() is not None:
            raise Failed(f"{what} ended: {said.read_text()}")
        return answers(f"http://localhost:{port}/account/login/")

    try:
        took = within(seconds, what, page)
    except Failed:
        interrupt(process)
        print(said.read_text())
        raise
    print(f"{what}: first page after {took:.1f} s", flush=True)
    return process, said, port


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Ctrl-C, as a terminal sends it."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


def check(folder: Path) -> None:
    """Raises Failed when a promise does not hold."""
    process, said, port = started(folder, FIRST_S, "clean copy")
    mailbox = folder / "var" / "mailbox"
    try:
        within(GREETING_S, "greeting", lambda: "Ctrl-C stops everything" in said.read_text())
        took = within(MESSAGE_S, "a message by itself", lambda: any(mailbox.glob("*.json")))
        print(f"a due message left after {took:.1f} s", flush=True)
        if not answers(f"http://localhost:{port}/dev/outbox/"):
            raise Failed("the page of sent messages does not answer")
    except Failed:
        print(said.read_text())
        raise
    finally:
        interrupt(process)
    if left := processes_under(folder):
        raise Failed(f"left behind: {list(left.values())}")
    process, _, _ = started(folder, SECOND_S, "second start")
    interrupt(process)
    if left := processes_under(folder):
        raise Failed(f"left behind: {list(left.values())}")
    print("nothing was left behind", flush=True)


def main(arguments: list[str]) -> int:
    """Exit code 0 when every promise held."""
    try:
        check(Path(arguments[0]).resolve())
    except Failed as failure:
        print(f"FAIL  {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

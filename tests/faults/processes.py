"""A process of the product to start and to kill, and a hand inside one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.children import guarded

PROJECT = Path(__file__).resolve().parent.parent.parent


class NotInTime(AssertionError):
    """What was waited for did not happen."""


@dataclass(slots=True)
class Running:
    """A process with everything that it started."""

    process: subprocess.Popen[bytes]
    log: Path
    shows: Path | None = None

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def work(self) -> tuple[int, int]:
        """Of a worker: how many tasks it holds, and how many dispatches it has begun."""
        try:
            held, begun = self.shows.read_text().split() if self.shows else (0, 0)
        except (OSError, ValueError):  # it has just begun to write
            return 1, 0
        return int(held), int(begun)

    @property
    def pid(self) -> int:
        """Its process id, which is its group's as well."""
        return self.process.pid

    def kill(self) -> None:
        """``kill -9`` for it and all its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def ask_to_stop(self) -> None:
        """SIGTERM, as a deployment sends it: to the first process only."""
        self.process.send_signal(signal.SIGTERM)

    def children(self) -> list[int]:
        """The processes it has forked."""
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(word) for word in path.read_text().split()] if path.exists() else []

    def said(self) -> str:
        """Its log."""
        return self.log.read_text("utf-8", "replace")


class Hand:
    """The other end of ``tests.faults.hand``: ``hand.plan(many=3)``."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("ab") as complaints:
            self._process = subprocess.Popen(
                guarded([sys.executable, "-m", "tests.faults.hand"]),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=dict(environment),
                cwd=PROJECT,
                text=True,
                start_new_session=True,
            )

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda **asked: self._ask({"do": name, **asked})

    def _ask(self, asked: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the hand is gone: {self._log.read_text()[-2000:]}")
        answer = json.loads(line)
        if "failed" in answer:
            raise RuntimeError(f"{asked['do']}: {answer['failed']}")
        return answer["said"]

    @property
    def alive(self) -> bool:
        """Whether it still answers."""
        return self._process.poll() is None

    def end(self) -> None:
        """Let go."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

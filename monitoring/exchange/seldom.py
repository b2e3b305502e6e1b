"""Log lines that a sender can cause at will, held to one a minute.

A laboratory's system that calls again every second, or somebody who means harm, must not fill the
log in which the operator looks for other things. What was left out is counted in the next line.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_PAUSE_S = 60.0


class Seldom:
    """Says each kind of line at once, and then at most once a minute with the number since."""

    def __init__(self, log: logging.Logger, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._lock = threading.Lock()
        self._said: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def say(self, level: int, line: str) -> None:
        """Log a line. Lines are few and fixed: they hold nothing that a sender chose."""
        now = self._clock()
        with self._lock:
            if line in self._said and now - self._said[line] < _PAUSE_S:
                self._left_out[line] = self._left_out.get(line, 0) + 1
                return
            self._said[line] = now
            more = self._left_out.pop(line, 0)
        self._log.log(level, "%s%s", line, f" ({more} more since the last line)" if more else "")

"""The bell: tells a worker that something is due. Losing a ring loses a minute, nothing else."""

import time
from dataclasses import dataclass

import structlog
from celery import current_app
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

# A person is waiting for the page: one try, half a second (REM-08).
_IMPATIENT = {
    "max_retries": 0,
    "interval_start": 0,
    "socket_connect_timeout": 0.5,
    "socket_timeout": 0.5,
    "retry_on_timeout": False,
}
_SILENT_FOR_S = 30.0
# Beyond it PostgreSQL, not the number of workers, is the limit.
MOST_HANDS = 7


@dataclass(frozen=True, slots=True)
class Unheard:
    """Rings that nobody heard: seconds since the first one in a row, and since the latest."""

    since_s: float
    latest_s: float


class Bell:
    """One per process: after a ring that nobody heard it keeps still for a while."""

    def __init__(self) -> None:
        self._silent_until = 0.0
        self._unheard: tuple[float, float] | None = None

    @property
    def unheard(self) -> Unheard | None:
        """Rings that nobody heard, as far as this process has tried; ``None`` once it is heard."""
        if self._unheard is None:
            return None
        now = time.monotonic()
        first, latest = self._unheard
        return Unheard(since_s=now - first, latest_s=now - latest)

    def ring(self, task: str = "messaging.tasks.dispatch", *, times: int = 1) -> None:
        """Ask for a task now, as often as said. Never fails: the next beat rings anyway."""
        if times < 1 or time.monotonic() < self._silent_until:
            return
        try:
            with current_app.connection_for_write(transport_options=_IMPATIENT) as connection:
                for _ in range(times):
                    current_app.send_task(task, connection=connection, retry=False)
            self._unheard = None
        except (OperationalError, RedisError, OSError) as error:
            self._silent_until = time.monotonic() + _SILENT_FOR_S
            now = time.monotonic()
            self._unheard = (self._unheard[0] if self._unheard else now), now
            log.warning("bell_not_heard", error=type(error).__name__)


_bell = Bell()


def ring() -> None:
    """See :meth:`Bell.ring`."""
    _bell.ring()


def unheard() -> Unheard | None:
    """See :attr:`Bell.unheard`."""
    return _bell.unheard


def call_hands(task: str, *, waiting: int, share: int) -> None:
    """Ring for other workers to take part in what waits, beside the one who asks.

    Whoever comes takes what is free, so one hand too many finds nothing to do, and with none the
    one who asks does all of it.

    Args:
        task: the name of a task that works without calling hands itself.
        waiting: how many things wait.
        share: how many of them are worth a worker of their own.
    """
    _bell.ring(task, times=min(MOST_HANDS, -(-waiting // share) - 1))

"""The bell: tells a worker that something is due. Losing a ring loses a minute, nothing else."""

import time

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


class Bell:
    """One per process: after a ring that nobody heard it keeps still for a while."""

    def __init__(self) -> None:
        self._silent_until = 0.0

    def ring(self) -> None:
        """Ask for a dispatch now. Never fails: the next beat rings anyway."""
        if time.monotonic() < self._silent_until:
            return
        try:
            with current_app.connection_for_write(transport_options=_IMPATIENT) as connection:
                current_app.send_task(
                    "messaging.tasks.dispatch", connection=connection, retry=False
                )
        except (OperationalError, RedisError, OSError) as error:
            self._silent_until = time.monotonic() + _SILENT_FOR_S
            log.warning("bell_not_heard", error=type(error).__name__)


_bell = Bell()


def ring() -> None:
    """See :meth:`Bell.ring`."""
    _bell.ring()

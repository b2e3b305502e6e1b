"""The bell: tells a worker that something is due. Losing a ring loses a minute, nothing else."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


def ring() -> None:
    """Ask for a dispatch now. Never fails: the next beat rings anyway (REM-08)."""
    try:
        current_app.send_task("messaging.tasks.dispatch", retry=False)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("bell_not_heard", error=type(error).__name__)

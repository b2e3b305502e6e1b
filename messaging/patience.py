"""Patience with a database that is away for a moment: a restart, a fail-over, a lock.

A worker that holds messages, or knows a provider's answer that is not yet written down, must not
give up at the first broken connection: what it held would wait for its lease, and the answer
would be forgotten, so that the text might be sent once more (F-11).
"""

import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection

log = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

# A restart takes seconds. Together well below a lease, so that what is held is still held then.
_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)


def through_an_outage(work: Callable[P, R]) -> Callable[P, R]:
    """Do ``work`` again while the database is away; after about a quarter of a minute, its error.

    ``work`` is one transaction of its own, or one statement: it may have been committed although
    the connection broke before we heard of it, so doing it twice must be doing it once. Within a
    caller's transaction, which is lost, nothing is tried again.
    """

    def patient(*args: P.args, **named: P.kwargs) -> R:
        for pause_s in _PAUSES_S:
            try:
                return work(*args, **named)
            except (OperationalError, InterfaceError) as error:
                if connection.in_atomic_block:
                    raise
                log.warning("database_away", error=type(error).__name__, next_try_s=pause_s)
                connection.close()
                time.sleep(pause_s)
        return work(*args, **named)

    return patient

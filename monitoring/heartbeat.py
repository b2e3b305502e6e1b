"""The dead-man's switch: told after each healthy sweep; its silence is the alarm (REM-09)."""

from datetime import datetime

import httpx
import structlog
from django.conf import settings

from messaging import queries

log = structlog.get_logger(__name__)


def ping(*, now: datetime) -> None:
    """Tell the switch that a sweep ended well. Never fails: a lost ping is its business.

    Not while messages wait long past their time: a sweep that runs beside a sender that is stuck
    is no sign of health.
    """
    if not settings.HEARTBEAT_URL:
        return
    if queries.is_stuck(now=now):
        log.error("heartbeat_withheld")
        return
    try:
        httpx.get(settings.HEARTBEAT_URL, timeout=5)
    except httpx.HTTPError:
        return

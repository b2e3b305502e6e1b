"""The dead-man's switch: told after each healthy sweep; its silence is the alarm (REM-09)."""

import httpx
from django.conf import settings


def ping() -> None:
    """Tell the switch that a sweep ended well. Never fails: a lost ping is its business."""
    if not settings.HEARTBEAT_URL:
        return
    try:
        httpx.get(settings.HEARTBEAT_URL, timeout=5)
    except httpx.HTTPError:
        return

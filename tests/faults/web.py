"""The product's web application; ``RIG_DIE_BEFORE_RING``: it dies between COMMIT and ring."""

from __future__ import annotations

import os
import signal

from isotrack.wsgi import application
from messaging import bell

__all__ = ["application"]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if os.environ.get("RIG_DIE_BEFORE_RING"):
    bell.ring = _die

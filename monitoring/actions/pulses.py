"""Signs of life of the regular jobs, for ``/health/ready``."""

from datetime import datetime

from monitoring.models import Pulse


def beat(name: str, *, now: datetime, **detail: int) -> None:
    """Note that a regular job ended well."""
    Pulse.objects.update_or_create(name=name, defaults={"at": now, "detail": detail})

"""The project: wiring only, no domain."""

from isotrack.celery import app as celery_app

__all__ = ["celery_app"]

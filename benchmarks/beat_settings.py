"""The product's settings with django-celery-beat beside it, for the comparison in ``schedules``."""

from isotrack.settings import *  # noqa: F403
from isotrack.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_celery_beat"]

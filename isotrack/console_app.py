"""Stock Django admin under IsoTrack's own site class, for support at ``/console/``."""

from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    """Puts ``isotrack.console.ConsoleSite`` in place of Django's default site."""

    default_site = "isotrack.console.ConsoleSite"

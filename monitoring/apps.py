"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """See the package's docstring."""

    name = "monitoring"

    def ready(self) -> None:
        """Declare this app's messages; models must be loaded first."""
        import_module("monitoring.purposes")

"""App configuration."""

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    """See the package's docstring."""

    name = "clinic"

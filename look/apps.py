"""App configuration."""

from django.apps import AppConfig


class LookConfig(AppConfig):
    """See the package's docstring."""

    name = "look"

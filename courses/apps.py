"""App configuration."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """See the package's docstring."""

    name = "courses"

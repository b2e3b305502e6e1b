"""The monitoring app without its tables, for commands that only ask the rules."""

from django.apps import AppConfig


class RulesOnly(AppConfig):
    """Offers monitoring's commands; the rules are pure and need no model."""

    name = "monitoring"

    def import_models(self) -> None:
        """Leave the tables alone: they would want every other app and a database."""
        self.models = {}

"""``demo_code EMAIL``: the six digits that a demo account's authenticator shows now."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from monitoring.demo import accounts


class Command(BaseCommand):
    """Stands in for the telephone that demo staff do not have; works in development only."""

    help = "Print the current second-factor code of a demo account. Development only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose code."""
        parser.add_argument("email", help="as listed by seed_demo")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print six digits."""
        if not settings.DEBUG:
            raise CommandError("demo_code works only where DEBUG is on.", returncode=1)
        try:
            code = accounts.code(options["email"], at=timezone.now().timestamp())
        except accounts.NotADemoAccount:
            raise CommandError(
                f"{options['email']}: no demo account with a second factor.", returncode=1
            ) from None
        self.stdout.write(code)

"""``hold_messages --reason WORDS``: nothing leaves to patients until each clinic lets it go."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from audit import trail
from messaging import holds
from messaging.clock import database_now
from people.models import Clinic


class Command(BaseCommand):
    """For a restore into the same database, which cannot be noticed; before workers start."""

    help = "Hold all messages to patients, of every clinic, until somebody there has looked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Why; shown to each clinic."""
        parser.add_argument("--reason", required=True, help="what happened, in a few words")

    def handle(self, *args: Any, **options: Any) -> None:
        """Hold each clinic's."""
        clinics = list(Clinic.objects.order_by("pk"))
        for clinic in clinics:
            holds.hold(
                clinic,
                reason=options["reason"],
                by=trail.System("operator"),
                now=database_now(),
            )
        self.stdout.write(f"Messages to patients are held in {len(clinics)} clinics.")

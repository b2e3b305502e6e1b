"""``sweep [--once]``: what beat rings, run in this process; enough on its own without Celery."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from audit import chains
from messaging import dispatch
from messaging.clock import database_now
from monitoring import heartbeat
from monitoring.actions import addresses, escalations, planning, unread
from monitoring.actions.pulses import beat

SECONDS_BETWEEN = 60


class Command(BaseCommand):
    """Correct beside any number of workers and other sweeps: every row is claimed in PostgreSQL."""

    help = "Plan what is due, send what may be sent, climb escalations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Once, or every minute until it is stopped."""
        parser.add_argument("--once", action="store_true", help="one pass, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep until stopped."""
        while True:
            self._sweep()
            if options["once"]:
                return
            time.sleep(SECONDS_BETWEEN)

    def _sweep(self) -> None:
        now = database_now()
        addresses.notice(now=now)
        planned = planning.tick(now=now)
        unread.sweep(now=now)
        climbed = escalations.sweep(now=now)
        sent = dispatch.run()
        beat("tick", now=now, courses=planned, sealed=chains.seal())
        self.stdout.write(f"planned {planned}, climbed {climbed}, handled {sent} messages")
        heartbeat.ping(now=database_now())

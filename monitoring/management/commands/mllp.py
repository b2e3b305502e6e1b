"""``mllp --clinic SLUG``: listen for a laboratory's HL7 messages over MLLP."""

import asyncio
import ipaddress
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from audit import trail
from monitoring.exchange.acknowledgements import acknowledge
from monitoring.exchange.frames import Broken
from monitoring.exchange.mllp import Limits, Listener, Work
from monitoring.exchange.taking import Failure, Taken, TooMany, refuse, take
from monitoring.intake.report import Format
from people.queries import clinic_by_slug

LISTENER = trail.System("mllp")


class Command(BaseCommand):
    """Keeps, matches and files every message, and acknowledges it after commit."""

    help = "Listen for HL7 v2 results over MLLP, for one clinic. Ctrl-C or SIGTERM ends it cleanly."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Clinic, address and limits."""
        parser.add_argument("--clinic", required=True, help="slug of the clinic")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=2575)
        parser.add_argument(
            "--allow-unencrypted",
            action="store_true",
            help="listen on another address than loopback: MLLP has neither TLS nor sign-in",
        )
        parser.add_argument("--connections", type=int, default=64, help="open at one time")
        parser.add_argument("--idle-timeout", type=float, default=300.0, metavar="SECONDS")

    def handle(self, *args: Any, **options: Any) -> None:
        """Listen until told to stop."""
        host, slug = options["host"], options["clinic"]
        if not _is_loopback(host) and not options["allow_unencrypted"]:
            raise CommandError(
                f"--host {host}: results would cross the network in clear. Put a TLS tunnel in "
                "front of 127.0.0.1, or add --allow-unencrypted.",
                returncode=2,
            )
        if options["connections"] < 1 or options["idle_timeout"] <= 0:
            raise CommandError("--connections and --idle-timeout must be positive", returncode=2)
        if clinic_by_slug(slug) is None:
            raise CommandError(f"no clinic {slug!r}", returncode=2)
        limits = Limits(connections=options["connections"], idle_seconds=options["idle_timeout"])
        try:
            asyncio.run(self._listen(host, options["port"], slug, limits))
        except (OSError, OverflowError) as error:
            raise CommandError(f"{host}:{options['port']}: {error}", returncode=1) from None

    async def _listen(self, host: str, port: int, slug: str, limits: Limits) -> None:
        listener = Listener(worker(slug), limits=limits)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, listener.stop)
        await listener.serve(host, port, ready=self._say)
        self.stdout.write("Stopped.")

    def _say(self, host: str, port: int) -> None:
        self.stdout.write(f"Listening on {host}:{port}.")
        self.stdout.flush()


def worker(slug: str) -> Work:
    """What a thread does with a frame: keep, file, and make the acknowledgements."""

    def work(frame: bytes | Broken) -> list[bytes]:
        now = timezone.now()
        close_old_connections()
        try:
            taken = _taken(frame, slug)
        except (OperationalError, InterfaceError):
            raw = frame.head if isinstance(frame, Broken) else frame
            taken = [Taken(raw, failure=Failure.DATABASE)]
        if any(each.failure is Failure.DATABASE for each in taken):
            # A broken connection must not be used for the next message.
            connection.close()
        close_old_connections()
        return [acknowledge(each, now=now) for each in taken]

    return work


def _taken(frame: bytes | Broken, slug: str) -> list[Taken]:
    now = timezone.now()
    clinic = clinic_by_slug(slug)
    if clinic is None:
        raw = frame.head if isinstance(frame, Broken) else frame
        return [Taken(raw, failure=Failure.INTERNAL)]
    if isinstance(frame, Broken):
        return [
            refuse(frame.head, frame.reason, clinic=clinic, source="mllp", by=LISTENER, now=now)
        ]
    try:
        return take(frame, wire=Format.HL7V2, clinic=clinic, source="mllp", by=LISTENER, now=now)
    except TooMany:
        reason = "the frame holds too many messages"
        return [refuse(frame, reason, clinic=clinic, source="mllp", by=LISTENER, now=now)]


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

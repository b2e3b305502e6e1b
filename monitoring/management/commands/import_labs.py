"""``import_labs PATH... --clinic SLUG``: files or folders of laboratory results."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from audit import trail
from monitoring import lab_files, policies
from monitoring.actions import results
from monitoring.actions.results import Receipt
from monitoring.import_summary import message_entry, totals
from monitoring.intake.report import Format
from monitoring.queries import code_maps
from people.models import Clinic
from people.queries import clinic_by_slug

IMPORTER = trail.System("import")


class _DryRun(Exception):
    """Rolls a dry run back."""


class Command(BaseCommand):
    """Keeps, matches and files every message; what cannot be used goes to the queue."""

    help = "Import laboratory results from files or folders (HL7 v2, FHIR, CSV)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Paths, clinic, format."""
        parser.add_argument("paths", nargs="+", metavar="PATH")
        parser.add_argument("--clinic", required=True, help="slug of the clinic")
        parser.add_argument("--format", choices=["auto", "hl7v2", "fhir", "csv"], default="auto")
        parser.add_argument("--dry-run", action="store_true", help="read and match, store nothing")
        parser.add_argument("--json", action="store_true", help="print the documented JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import every path in order."""
        clinic = clinic_by_slug(options["clinic"])
        if clinic is None:
            raise CommandError(f"no clinic {options['clinic']!r}", returncode=2)
        files = list(_files([Path(path) for path in options["paths"]]))
        wire = None if options["format"] == "auto" else Format(options["format"])
        receipts: list[Receipt] = []
        try:
            with transaction.atomic() if options["dry_run"] else nullcontext():
                for path in files:
                    receipts += self._import(path, clinic, wire, talkative=not options["json"])
                if options["dry_run"]:
                    raise _DryRun
        except _DryRun:
            pass
        today = timezone.now().astimezone(ZoneInfo(clinic.timezone)).date()
        policy = policies.policies_for([clinic.pk], on=today)[clinic.pk]
        entries = [message_entry(receipt, policy=policy) for receipt in receipts]
        if options["json"]:
            self.stdout.write(json.dumps({"messages": entries, "totals": totals(entries)}))
        else:
            for entry in entries:
                why = entry["reason"] or entry["patient"]["why"]
                self.stdout.write(
                    f"{entry['file']}: {entry['status']}, {len(entry['results'])} results"
                    + (f" ({why})" if why else "")
                )
        if any(entry["status"] == "rejected" for entry in entries):
            raise CommandError("at least one message could not be used; see above", returncode=1)

    def _import(
        self, path: Path, clinic: Clinic, wire: Format | None, *, talkative: bool
    ) -> Iterator[Receipt]:
        now = timezone.now()
        zone = ZoneInfo(clinic.timezone)
        origin = results.Origin(clinic=clinic, source="file", file_name=path.name)
        try:
            stream = path.open("rb")
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=2) from None
        with stream:
            parts = lab_files.messages(
                stream,
                file=path.name,
                zone=zone,
                as_of=now.astimezone(zone).date(),
                wire=wire,
                code_map=code_maps.code_map_of(clinic.pk),
            )
            for number, (raw, entries) in enumerate(parts, start=1):
                yield from results.receive(raw, entries, origin=origin, by=IMPORTER, now=now)
                if talkative and number % 500 == 0:
                    self.stderr.write(f"{path.name}: {number} messages")


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.is_file())
        elif path.exists():
            yield path
        else:
            raise CommandError(f"{path}: no such file or folder", returncode=2)

"""``import_labs PATH... --clinic SLUG``: files or folders of laboratory results."""

import json
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from audit import trail
from monitoring import import_summary, lab_files, policies
from monitoring.actions import results
from monitoring.actions.results import Receipt
from monitoring.intake.report import Format
from monitoring.queries import code_maps
from people.models import Clinic
from people.queries import clinic_by_slug

IMPORTER = trail.System("import")
_IN_MEMORY = 1024 * 1024


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
        today = timezone.now().astimezone(ZoneInfo(clinic.timezone)).date()
        policy = policies.policies_for([clinic.pk], on=today)[clinic.pk]
        sums = import_summary.no_totals()
        # The answer waits in a file: it is printed when all went well, however long it is.
        with tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8") as answer:
            try:
                with transaction.atomic() if options["dry_run"] else nullcontext():
                    for path in files:
                        for receipt in self._import(
                            path, clinic, wire, talkative=not options["json"]
                        ):
                            entry = import_summary.message_entry(receipt, policy=policy)
                            if options["json"]:
                                answer.write((", " if sums["messages"] else "") + json.dumps(entry))
                            else:
                                answer.write(_in_words(entry) + "\n")
                            import_summary.add(sums, entry)
                    if options["dry_run"]:
                        raise _DryRun
            except _DryRun:
                pass
            self._print(answer, sums, as_json=options["json"])
        if sums["rejected"]:
            raise CommandError("at least one message could not be used; see above", returncode=1)

    def _print(self, answer: IO[str], sums: dict[str, int], *, as_json: bool) -> None:
        answer.seek(0)
        if as_json:
            self.stdout.write('{"messages": [', ending="")
        while piece := answer.read(_IN_MEMORY):
            self.stdout.write(piece, ending="")
        if as_json:
            self.stdout.write(f'], "totals": {json.dumps(sums)}}}')

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
            number = 0
            for batch in lab_files.batches(parts):
                yield from results.receive_many(batch, origin=origin, by=IMPORTER, now=now)
                number += len(batch)
                if talkative and number % 500 == 0:
                    self.stderr.write(f"{path.name}: {number} messages")


def _in_words(entry: dict[str, Any]) -> str:
    why = entry["reason"] or entry["patient"]["why"]
    line = f"{entry['file']}: {entry['status']}, {len(entry['results'])} results"
    return f"{line} ({why})" if why else line


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.is_file())
        elif path.exists():
            yield path
        else:
            raise CommandError(f"{path}: no such file or folder", returncode=2)

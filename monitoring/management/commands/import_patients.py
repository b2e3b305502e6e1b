"""``import_patients FILE.csv --clinic SLUG``: a clinic's patients with their running courses."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from monitoring.actions import patient_import
from monitoring.patient_rows import NotAPatientFile, Problem, read
from people.queries import clinic_by_slug
from protocol.calendar import date_in

NOT_UNDERSTOOD = 2
REFUSED = 1


class Command(BaseCommand):
    """Reads a file of patients; stores all of its rows or none."""

    help = "Import a clinic's patients with their running courses. Sends nothing for the past."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file and its clinic."""
        parser.add_argument("file", help="CSV file, UTF-8, with the documented header")
        parser.add_argument("--clinic", required=True, help="slug of the clinic")
        parser.add_argument("--dry-run", action="store_true", help="check, store nothing")
        parser.add_argument("--json", action="store_true", help="print a JSON summary")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, check, store, report."""
        path = Path(options["file"])
        clinic = clinic_by_slug(options["clinic"])
        if clinic is None:
            raise CommandError(f"no clinic {options['clinic']!r}", returncode=NOT_UNDERSTOOD)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=NOT_UNDERSTOOD) from None
        now = timezone.now()
        today = date_in(now, clinic.timezone)
        try:
            rows, problems = read(data, country=clinic.country, today=today)
        except NotAPatientFile as error:
            self._report(options, path, 0, 0, 0, [Problem(1, "", str(error))])
            raise CommandError(f"{path}: {error}", returncode=NOT_UNDERSTOOD) from None
        if problems:
            lines = {row.line for row in rows} | {problem.line for problem in problems}
            self._report(options, path, len(lines), 0, 0, problems)
            self._refuse(path, problems, NOT_UNDERSTOOD)
        try:
            outcome = patient_import.import_rows(
                rows,
                clinic=clinic,
                today=today,
                now=now,
                dry_run=options["dry_run"],
                progress=self._progress(len(rows)),
            )
        except patient_import.Disagrees as refusal:
            self._report(options, path, len(rows), 0, 0, refusal.problems)
            self._refuse(path, refusal.problems, REFUSED)
        self._report(options, path, len(rows), outcome.created, outcome.skipped, [])

    def _progress(self, total: int) -> Any:
        def progress(done: int) -> None:
            if total >= 200 and done % 100 == 0:
                self.stderr.write(f"{done} of {total}")
                sys.stderr.flush()

        return progress

    def _refuse(self, path: Path, problems: list[Problem], code: int) -> NoReturn:
        first = problems[0]
        where = f"line {first.line}" + (f", column {first.column}" if first.column else "")
        more = f" (and {len(problems) - 1} more; --json lists all)" if len(problems) > 1 else ""
        raise CommandError(
            f"{path}: {where}: {first.message}{more}. Nothing was stored.", returncode=code
        )

    def _report(
        self,
        options: dict[str, Any],
        path: Path,
        rows: int,
        created: int,
        skipped: int,
        problems: list[Problem],
    ) -> None:
        if options["json"]:
            errors = [
                {"line": each.line, "column": each.column, "message": each.message}
                for each in problems
            ]
            summary = {
                "file": str(path),
                "rows": rows,
                "created": created,
                "skipped": skipped,
                "errors": errors,
            }
            self.stdout.write(json.dumps(summary))
        elif not problems:
            would = "would be " if options["dry_run"] else ""
            self.stdout.write(f"{rows} rows: {created} {would}created, {skipped} already there.")

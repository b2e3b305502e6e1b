"""``manage.py replay``: scenario files against the rules (contract: scenarios)."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from monitoring.replay.paths import scenario_files
from monitoring.replay.reading import StoryError
from monitoring.replay.report import lines
from monitoring.replay.running import replay, summary
from monitoring.replay.story import read_stories


class Command(BaseCommand):
    """Replays clinical stories through the same rules as the product; writes nothing."""

    help = "Replay scenario files: exit 0 when all hold, 1 when one does not, 2 when unreadable."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """PATH... and --json."""
        parser.add_argument("paths", nargs="+", metavar="PATH", help="a file or a folder of *.yaml")
        parser.add_argument("--json", action="store_true", help="print one JSON document instead")

    def handle(self, *_: Any, **options: Any) -> None:
        """Read everything first, so that a file that cannot be understood stops the whole run."""
        try:
            stories = [
                story for path in scenario_files(options["paths"]) for story in read_stories(path)
            ]
        except StoryError as error:
            self.stderr.write(str(error))
            sys.exit(2)
        replayed = [replay(story) for story in stories]
        if options["json"]:
            self.stdout.write(json.dumps(summary(replayed), ensure_ascii=False, indent=1))
        else:
            for line in lines(replayed):
                self.stdout.write(line)
        if not all(ask.passed for one in replayed for ask in one.asks):
            sys.exit(1)

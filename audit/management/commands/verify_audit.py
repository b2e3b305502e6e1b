"""``verify_audit``: seal what is new, then walk every chain and name the first row that misfits."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import chains


class Command(BaseCommand):
    """Exit 0 when every chain holds, 1 when one does not."""

    help = "Walk the audit chains; name the first row that does not fit."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, then seal what came since; a broken chain is not sealed over."""
        checked, breaks = chains.verify()
        if breaks:
            first = breaks[0]
            raise CommandError(
                f"chain {first.chain}, seal {first.number}, event {first.event}: {first.why}",
                returncode=1,
            )
        fresh = 0
        while sealed := chains.seal(everything=True):
            fresh += sealed
        self.stdout.write(f"{checked} events verified, {fresh} newly sealed.")

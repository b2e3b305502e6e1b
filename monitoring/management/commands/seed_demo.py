"""``seed_demo``: believable clinics to look at, made by the product's own actions."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from monitoring.demo import opening
from monitoring.demo.accounts import Login

PATIENTS = 24
CLINICS = 2


class Command(BaseCommand):
    """Opens the demo clinics in an installation that does not have them yet."""

    help = (
        "Open demo clinics: staff, patients with months of history, results and check-ins. The "
        "same seed gives the same people and values, with dates relative to --as-of. The "
        "first 160 patients are told through the product's own actions, about a second each; "
        "all further ones are copies of those with identities of their own, some milliseconds "
        "each."
    )

    # How many steps of the progress were told.
    _said = 0

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, which, as of when."""
        parser.add_argument("--patients", type=_at_least_one, default=PATIENTS, metavar="N")
        parser.add_argument("--clinics", type=_at_least_one, default=CLINICS, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S")
        parser.add_argument(
            "--as-of", type=_day, metavar="DATE", help="the day it shall be; today if left out"
        )
        parser.add_argument("--quiet", action="store_true", help="no progress, only the logins")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open, then say how to sign in."""
        now = timezone.now()
        as_of: date | None = options["as_of"]
        if as_of is not None:
            if as_of > now.date():
                raise CommandError(f"--as-of {as_of}: in the future", returncode=2)
            now = min(opening.noon(as_of), now)
        try:
            opened = opening.open_clinics(
                clinic_count=options["clinics"],
                patient_count=options["patients"],
                seed=options["seed"],
                now=now,
                progress=self._silent if options["quiet"] else self._progress,
            )
        except opening.AlreadyOpen as refusal:
            raise CommandError(
                f"The demo clinic {refusal.slug!r} exists already; nothing was changed.",
                returncode=1,
            ) from None
        self.stdout.write(
            f"{opened.clinics} clinics with {opened.patients} patients. All people are made up.\n\n"
            f"{_table(opened.logins)}\n\n"
            f"Password of all of them: {opened.password}\n"
            "Staff and support need a second factor as well: manage.py demo_code EMAIL"
        )

    def _progress(self, done: int, total: int) -> None:
        step = 10 if total < 200 else max(20, total // 50)
        if done == total or done // step > self._said:
            self._said = done // step
            self.stderr.write(f"{done} of {total} patients")
            sys.stderr.flush()

    def _silent(self, done: int, total: int) -> None:
        pass


def _table(logins: tuple[Login, ...]) -> str:
    places = max(len(login.place) for login in logins)
    roles = max(len(login.role) for login in logins)
    return "\n".join(
        f"{login.place:<{places}}  {login.role:<{roles}}  {login.email}" for login in logins
    )


def _at_least_one(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number of 1 or more")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date such as 2026-11-22") from None

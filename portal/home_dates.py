"""The next dates on the patient's first page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from monitoring.portal_queries import Home
from portal import wording
from protocol.news import LOOK_BACK_MONTHS
from protocol.plan import PlannedItem
from protocol.vocabulary import Requirement, Said

LOOK_BACKS = frozenset(f"look-back/month-{months:02}" for months in LOOK_BACK_MONTHS)
END_TEST = "final-test/end"
_SHOWN_DATES = 4


@dataclass(frozen=True, slots=True)
class Coming:
    """A date to know of.

    ``task`` and ``said``: what is open already and may have been done elsewhere, and what was said
    last. A reminder of it leads here, also while something else is the next step.
    """

    title: str | Promise
    on: date
    task: uuid.UUID | None = None
    said: Said | None = None


def coming_dates(home: Home) -> tuple[Coming, ...]:
    """The soonest few of what is due, of the capsules in hand and of giving blood."""
    dates = [
        Coming(
            _("Test at the end of your course")
            if item.key == END_TEST
            else wording.REQUIREMENT_NAMES[item.requirement],
            item.due_on,
            task=_task(item, home),
            said=item.said,
        )
        for item in home.items
        if item.met_by is None
        and (item.due_on >= home.today or _task(item, home) is not None)
        and (item.requirement is not Requirement.LOOK_BACK or item.key in LOOK_BACKS)
    ]
    if home.next_pickup_on is not None and home.next_pickup_on >= home.today:
        dates.append(Coming(_("Your capsules last until"), home.next_pickup_on))
    blood_from = home.after.blood_donation_from if home.after is not None else None
    if blood_from is not None and blood_from >= home.today:
        dates.append(Coming(_("You can give blood again from"), blood_from))
    return tuple(sorted(dates, key=lambda row: row.on)[:_SHOWN_DATES])


def _task(item: PlannedItem, home: Home) -> uuid.UUID | None:
    """The open task of a blood test; other tests are asked for where their order is known."""
    if item.requirement is not Requirement.LABS or item.opens_on > home.today:
        return None
    return home.task_ids.get(item.key)

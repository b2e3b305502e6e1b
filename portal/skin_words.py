"""Words around pictures, the diary, tests at home, and the time after the course."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext_lazy

from monitoring.queries.pictures import DiaryPage
from portal.wording import Text
from protocol.vocabulary import Urgency

VIEWS: dict[str, Text] = {
    "front": gettext_lazy("From the front"),
    "left": gettext_lazy("Left side"),
    "right": gettext_lazy("Right side"),
}
TOO_MANY_PHOTOS = gettext_lazy("You have sent many photos today. Send the next one tomorrow.")
SAID_OF_TEST: dict[str, Text] = {
    "negative": gettext_lazy("Not pregnant: one line, or the word “no”"),
    "positive": gettext_lazy("Pregnant: two lines, or the word “yes”"),
    "unsure": gettext_lazy("I am not sure"),
}


def diary_codes(page: DiaryPage) -> tuple[str, ...]:
    """What a day of the diary asks for, as the reason codes that the advice is chosen by."""
    if page.urgency is None:
        return ()
    found = [
        ("MH_ITEM9", page.thoughts),
        ("SYMPTOM_RED", page.urgency is Urgency.RED),
        ("SYMPTOM_URGENT", page.urgency is Urgency.URGENT),
    ]
    return tuple(code for code, holds in found if holds)


def days_ago(today: date, back: int) -> date:
    """The day that is spoken of."""
    return today - timedelta(days=back)

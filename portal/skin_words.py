"""Words around pictures, the diary, tests at home, and the time after the course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy

from monitoring.queries.after_course import AfterPage
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

SKIN: dict[int, Text] = {
    0: gettext_lazy("Clear"),
    1: gettext_lazy("Nearly clear"),
    2: gettext_lazy("A few spots"),
    3: gettext_lazy("Many spots"),
    4: gettext_lazy("Very bad, or as before"),
}
GLAD: dict[str, Text] = {
    "yes": gettext_lazy("Yes"),
    "unsure": gettext_lazy("I am not sure"),
    "no": gettext_lazy("No"),
}
CALL: dict[str, Text] = {
    "yes": gettext_lazy("Yes, please call me"),
    "no": gettext_lazy("No, all is well"),
}


@dataclass(frozen=True, slots=True)
class DateRow:
    """One thing that ends or begins after the course; ``done_on`` where it has been done."""

    title: Text
    text: Text
    on: date
    over: bool
    done_on: date | None = None
    over_text: Text = gettext_lazy("This is over.")


def dates_after(page: AfterPage) -> tuple[DateRow, ...]:
    """What follows the last dose, by day (US-24 to US-26, UK-16, UK-17, CI-15)."""
    after, rows = page.after, []
    if after.end_test_due is not None and not page.pregnancy and _end_test_counts(page):
        rows.append(
            DateRow(
                gettext_lazy("Your test at the end of the course"),
                gettext_lazy("Do it now. The last one follows in a month."),
                after.end_test_due,
                after.end_test is not None,
                after.end_test.on if after.end_test is not None else None,
            )
        )
    if after.final_test_due is not None and not page.pregnancy:
        rows.append(
            DateRow(
                gettext_lazy("Your last test"),
                gettext_lazy("Then you know for sure. Do it on this day or later."),
                after.final_test_due,
                not after.final_test_open,
                after.final_test.on if after.final_test is not None else None,
            )
        )
    if after.contraception_until is not None and not page.pregnancy:
        rows.append(
            DateRow(
                gettext_lazy("Birth control up to this day"),
                gettext_lazy("Go on as you did during the course."),
                after.contraception_until,
                after.contraception_until < page.today,
            )
        )
    if after.blood_donation_from is not None:
        rows.append(
            DateRow(
                gettext_lazy("You can give blood from this day"),
                gettext_lazy("Not before. Your blood could reach a pregnant woman."),
                after.blood_donation_from,
                after.blood_donation_from <= page.today,
                over_text=gettext_lazy("You can give blood again."),
            )
        )
    if after.procedures_until is not None:
        rows.append(
            DateRow(
                gettext_lazy("No waxing, peel or laser up to this day"),
                gettext_lazy("Your skin is thin for half a year and could scar."),
                after.procedures_until,
                after.procedures_until < page.today,
            )
        )
    return tuple(sorted(rows, key=lambda row: row.on))


def _end_test_counts(page: AfterPage) -> bool:
    """It is done, or the last one, which stands for both, is not due yet."""
    last = page.after.final_test_due
    return page.after.end_test is not None or (last is not None and page.today < last)


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

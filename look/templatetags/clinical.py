"""The only way dates, units, flags and names reach a page (UX-03, UX-04, UX-05).

Each word below is both a filter and a tag, so ``{{ row.due_on|day }}`` and ``{% day row.due_on %}``
are the same. Staff read ``12-Mar-2026`` whatever the browser's language; people outside read
``12 March 2026`` in the language of the page. What is not known says so: nothing is ever blank.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.dates import MONTHS
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

NOT_RECORDED = "Not recorded"
MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HARD_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class FlagWords:
    """How one interpretation of a result is shown: symbol, word, status class."""

    symbol: str
    word: str
    status: str

    @property
    def text(self) -> str:
        """Symbol and word as plain text: ``▲ High``."""
        return f"{self.symbol} {self.word}".strip()


NORMAL = FlagWords("", "Normal", "")
HIGH = FlagWords("▲", "High", "warning")
VERY_HIGH = FlagWords("▲▲", "Very high", "critical")
CRITICAL_HIGH = FlagWords("▲▲", "Critical", "critical")
LOW = FlagWords("▼", "Low", "warning")
CRITICAL_LOW = FlagWords("▼▼", "Critical", "critical")
ABNORMAL = FlagWords("◆", "Abnormal", "warning")
POSITIVE = FlagWords("▲▲", "Positive", "critical")
UNCLEAR = FlagWords("◆", "Unclear", "warning")
NOT_GRADED = FlagWords("◆", "Not graded", "warning")

# Tiers of the rule book (5.2; all of them count upward from the upper limit), then the laboratory's
# own flags (HL7 table 0078), then the words that rows use.
FLAGS: dict[str, FlagWords] = {
    "t0": NORMAL,
    "t1": HIGH,
    "t2": HIGH,
    "t3": VERY_HIGH,
    "t4": CRITICAL_HIGH,
    "n": NORMAL,
    "h": HIGH,
    "hu": VERY_HIGH,
    "hh": CRITICAL_HIGH,
    ">": VERY_HIGH,
    "l": LOW,
    "lu": LOW,
    "ll": CRITICAL_LOW,
    "<": LOW,
    "a": ABNORMAL,
    "aa": CRITICAL_HIGH,
    "normal": NORMAL,
    "high": HIGH,
    "very-high": VERY_HIGH,
    "critical": CRITICAL_HIGH,
    "critical-high": CRITICAL_HIGH,
    "low": LOW,
    "critical-low": CRITICAL_LOW,
    "abnormal": ABNORMAL,
    "negative": FlagWords("", "Negative", ""),
    "positive": POSITIVE,
    "indeterminate": UNCLEAR,
}


def day_text(value: date) -> str:
    """``12-Mar-2026``, whatever the locale of the server or the browser."""
    return f"{value.day:02d}-{MONTH_NAMES[value.month - 1]}-{value.year:04d}"


def number_text(value: Decimal | float | int | str) -> str:
    """A number with thousands commas and no idle zeros; text is kept exactly as it was sent."""
    if isinstance(value, str):
        return value
    whole = Decimal(str(value))
    text = f"{whole:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def lines_text(lines: Iterable[Any]) -> str:
    """The capsules of a supply, strength by strength: ``30 × 40 mg + 30 × 5 mg``."""
    return " + ".join(
        f"{line.capsules} × {number_text(line.strength_mg)} mg"
        for line in lines
        if line.capsules is not None and line.strength_mg is not None
    )


def pattern_text(pattern: Iterable[Decimal]) -> str:
    """The dose of each day: ``45 mg``, or ``20, 40 mg`` where days take turns."""
    parts = list(pattern)
    shown = parts[:1] if len(set(parts)) == 1 else parts
    return f"{', '.join(number_text(part) for part in shown)}{_HARD_SPACE}mg"


def flag_words(value: object) -> FlagWords:
    """The words of a tier (``Tier`` or 0 to 4) or a flag; anything unknown is *Not graded*."""
    if value is None or value == "" or isinstance(value, bool):
        return NOT_GRADED
    if isinstance(value, int):
        return FLAGS.get(f"t{int(value)}", NOT_GRADED)
    return FLAGS.get(str(value).strip().lower().replace("_", "-"), NOT_GRADED)


def relative_words(days: int) -> str:
    """``today``, ``tomorrow``, ``in 3 days``, ``yesterday``, ``3 days ago``."""
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    if days > 0:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    return ngettext("%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}


def local(at: datetime, zone: ZoneInfo | str) -> datetime:
    """The instant on the wall clock of ``zone``; raises ValueError for an instant without zone."""
    if at.tzinfo is None:
        raise ValueError("An instant without a zone cannot be shown.")
    return at.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def clock_text(at: datetime, zone: ZoneInfo | str) -> str:
    """``08:05 EST``; zones without a short name say their distance from UTC."""
    return _clock_of(local(at, zone))


def _clock_of(there: datetime) -> str:
    short = there.tzname() or ""
    zone = short if short[:1].isalpha() else f"UTC{short}"
    return f"{there.hour:02d}:{there.minute:02d} {zone}"


def moment_text(at: datetime, zone: ZoneInfo | str) -> str:
    """``24-Nov-2026 08:05 EST``."""
    there = local(at, zone)
    return f"{day_text(there)} {_clock_of(there)}"


def _time(machine: str, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', machine, words)


def _plain_day(value: date) -> date:
    # A datetime is a date to Python; which day it is depends on a zone nobody named here.
    if isinstance(value, datetime):
        raise TypeError("Say the zone: use moment for an instant, day for a calendar date.")
    return value


def day(value: date | None) -> str:
    """A calendar date for staff: ``<time datetime="2026-03-12">12-Mar-2026</time>`` (UX-03)."""
    if value is None or value == "":
        return NOT_RECORDED
    return _day_of(_plain_day(value))


# A page says the same few days again and again.
@lru_cache(maxsize=4_096)
def _day_of(value: date) -> SafeString:
    return _time(value.isoformat(), day_text(value))


def day_words(value: date | None, today: date) -> str:
    """The date and how far it is: ``12-Mar-2026 (in 3 days)`` (UX-03)."""
    if value is None or value == "":
        return NOT_RECORDED
    return format_html("{} ({})", day(value), relative_words((value - today).days))


def patient_day_text(value: date) -> str:
    """``12 March 2026`` in the language of the page, as plain text."""
    parts = {"day": value.day, "month": MONTHS[value.month], "year": value.year}
    return _("%(day)d %(month)s %(year)d") % parts


def patient_day(value: date | None) -> str:
    """A calendar date for people outside: ``12 March 2026`` in the language of the page."""
    if value is None or value == "":
        return _("Not recorded")
    return _time(_plain_day(value).isoformat(), patient_day_text(value))


def moment(at: datetime | None, zone: ZoneInfo | str) -> str:
    """An instant on the wall clock of a named zone: ``24-Nov-2026 08:05 EST``."""
    if at is None or at == "":
        return NOT_RECORDED
    return _time(at.astimezone(UTC).isoformat(timespec="seconds"), moment_text(at, zone))


def patient_moment(at: datetime | None, zone: ZoneInfo | str) -> str:
    """An instant for people outside: ``24 November 2026, 08:05``, on their own clock."""
    if at is None or at == "":
        return _("Not recorded")
    there = local(at, zone)
    words = f"{patient_day_text(there)}, {there:%H:%M}"
    return _time(at.astimezone(UTC).isoformat(timespec="seconds"), words)


def clock(at: datetime | None, zone: ZoneInfo | str) -> str:
    """Only the time of day, for lists of one day: ``08:05 EST``."""
    if at is None or at == "":
        return NOT_RECORDED
    return _time(at.astimezone(UTC).isoformat(timespec="seconds"), clock_text(at, zone))


def quantity(value: Decimal | float | int | str | None, unit: str) -> str:
    """A number with its unit, never apart: ``0.98 mg/kg/day`` (UX-04)."""
    if value is None or value == "":
        return NOT_RECORDED
    if not unit:
        return format_html('<span class="num">{} (unit not recorded)</span>', number_text(value))
    return format_html('<span class="num">{}{}{}</span>', number_text(value), _HARD_SPACE, unit)


def mg(value: Decimal | float | int | None) -> str:
    """Milligrams: ``3,780 mg``."""
    return quantity(value, "mg")


def lab_value(row: object) -> str:
    """A result in one line: ``ALT 52 U/L``.

    ``row`` has ``name``, ``value`` (number, or text as the laboratory sent it) and ``unit``.
    """
    if row is None or row == "" or getattr(row, "value", None) in (None, ""):
        return NOT_RECORDED
    value = row.value  # type: ignore[attr-defined]
    unit = getattr(row, "unit", "")
    return format_html("{} {}", getattr(row, "name", ""), quantity(value, unit))


def flag(value: object) -> str:
    """High and low by symbol and word, colour last: ``▲ High`` (UX-05).

    Takes a tier (rule book 5.2), a laboratory's flag (HL7 table 0078) or a word such as ``high``;
    what cannot be read is *Not graded*, never normal.
    """
    return _flagged(flag_words(value))


@cache
def _flagged(words: FlagWords) -> SafeString:
    if not words.status:
        return format_html('<span class="it-say-plain">{}</span>', words.word)
    return format_html(
        '<span class="it-say is-{}"><span aria-hidden="true">{}</span> {}</span>',
        words.status,
        words.symbol,
        words.word,
    )


def years_between(born: date, on: date) -> int:
    """Completed years of age."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def age(born: date | None, on: date) -> str:
    """Completed years on a day: ``27y``."""
    if born is None or born == "":
        return NOT_RECORDED
    years = years_between(born, on)
    return f"{years}y" if years >= 0 else NOT_RECORDED


def name(person: object) -> str:
    """``RIVERA, Ana (Ms)`` as staff read names; a single name stands alone (UX-01, UX-23)."""
    if person is None or person == "":
        return NOT_RECORDED
    family = str(getattr(person, "family_name", "") or "").upper()
    given = str(getattr(person, "given_name", "") or "")
    title = str(getattr(person, "title", "") or "")
    known = ", ".join(part for part in (family, given) if part)
    if not known:
        return NOT_RECORDED
    return f"{known} ({title})" if title else known


def said_name(person: object) -> str:
    """``Ana RIVERA`` as a sentence names somebody, after a save above all (UX-02)."""
    family = str(getattr(person, "family_name", "") or "").upper()
    given = str(getattr(person, "given_name", "") or "")
    return f"{given} {family}".strip() or NOT_RECORDED


for _word in (
    day,
    day_words,
    patient_day,
    moment,
    patient_moment,
    clock,
    quantity,
    mg,
    lab_value,
    flag,
    age,
    name,
):
    register.simple_tag(_word)
    register.filter(_word)

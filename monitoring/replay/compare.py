"""How an expectation is compared with what the software knows (contract: Asks).

Numbers to the digits written, halves up; instants to the minute; a date against an instant by its
day on the programme's clock; lists in full and in order, sets where the contract says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from zoneinfo import ZoneInfo

Holds = Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class Expectation:
    """One key of an ``expect``: what was written, the name in ``got`` it reads, when it holds."""

    key: str
    reads: str
    written: object
    holds: Holds


# Wide enough for any number that a scenario may write.
_WIDE = Context(prec=99)


def same(written: object) -> Holds:
    """Equal, as text, flag or nothing."""
    return lambda got: type(got) is type(written) and got == written


def same_number(written: Decimal) -> Holds:
    """Equal after rounding to the digits written, halves up."""
    place = Decimal(1).scaleb(int(written.as_tuple().exponent))

    def holds(got: object) -> bool:
        if isinstance(got, bool) or not isinstance(got, int | Decimal):
            return False
        return Decimal(got).quantize(place, ROUND_HALF_UP, _WIDE) == written

    return holds


def same_moment(written: date | datetime, clock: ZoneInfo) -> Holds:
    """Equal days, or instants equal to the minute; a day against an instant on ``clock``."""

    def holds(got: object) -> bool:
        if isinstance(got, datetime) and isinstance(written, datetime):
            return _minute(got) == _minute(written)
        return isinstance(got, date) and _day(got, clock) == _day(written, clock)

    return holds


def same_list(items: list[Holds]) -> Holds:
    """As many items as written, each holding, in order."""

    def holds(got: object) -> bool:
        return (
            isinstance(got, list | tuple)
            and len(got) == len(items)
            and all(item(value) for item, value in zip(items, got, strict=True))
        )

    return holds


def all_among(written: list[str]) -> Holds:
    """Every word written is among those given."""
    return lambda got: isinstance(got, list | tuple) and set(written) <= set(got)


def exactly_these(written: list[str]) -> Holds:
    """The words written and no other, in any order."""
    return lambda got: isinstance(got, list | tuple) and set(written) == set(got)


def none_among(written: list[str]) -> Holds:
    """No word written is among those given."""
    return lambda got: isinstance(got, list | tuple) and not set(written) & set(got)


def same_entries(entries: dict[str, Holds]) -> Holds:
    """Each key written has a value that holds; other keys do not matter."""

    def holds(got: object) -> bool:
        return isinstance(got, dict) and all(
            key in got and entry(got[key]) for key, entry in entries.items()
        )

    return holds


def _minute(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(second=0, microsecond=0)


def _day(moment: date | datetime, clock: ZoneInfo) -> date:
    return moment.astimezone(clock).date() if isinstance(moment, datetime) else moment


def plain(value: object) -> object:
    """A value as JSON can hold it: dates and instants in ISO 8601 (instants in UTC)."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return int(value)
        return float(round(value, 6))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value

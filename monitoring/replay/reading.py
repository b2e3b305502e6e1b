"""Reads YAML 1.2 with the place of every value, so that an error can name file, document and key.

libyaml composes the node tree; the scalars are read here by the YAML 1.2 core schema, on demand:
only ``true`` and ``false`` are booleans, a bare ``on``, ``yes`` or ``no`` is text, and numbers keep
the digits that were written. Nothing is ever ignored: a mapping is read against the list of keys
it may hold.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INTEGER = re.compile(r"[-+]?[0-9]+")
# More than any quantity in medicine has on either side of its point; few enough to compute with.
_MOST_DIGITS = 20
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_FLAGS = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}

Word = TypeVar("Word", bound=StrEnum)


class StoryError(Exception):
    """A scenario file cannot be read or understood; the text is one line for standard error."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: the file, the document's number and name, the keys that lead to it."""

    file: str
    document: int
    name: str = ""
    keys: str = ""

    def inside(self, key: str) -> "Place":
        """The place of ``key`` inside this one."""
        return Place(
            self.file,
            self.document,
            self.name,
            f"{self.keys}.{key}" if self.keys else key,
        )

    def item(self, number: int) -> "Place":
        """The place of the item with this number, counted from 1."""
        return Place(self.file, self.document, self.name, f"{self.keys}[{number}]")

    def refuse(self, why: str) -> StoryError:
        """The error to raise for this place."""
        name = f" ({self.name})" if self.name else ""
        keys = f": {self.keys}" if self.keys else ""
        return StoryError(f"{self.file}: document {self.document}{name}{keys}: {why}")


class Value:
    """One YAML value with its place. Each ``as_…`` reads it as one kind or raises StoryError."""

    __slots__ = ("_keys", "_node", "place")

    def __init__(self, node: yaml.Node, place: Place, keys: str = "") -> None:
        self._node = node
        self.place = place
        self._keys = keys

    def refuse(self, why: str) -> StoryError:
        """The error to raise about this value."""
        return self.place.refuse(why)

    @property
    def is_null(self) -> bool:
        """Nothing is written here."""
        node = self._node
        return isinstance(node, yaml.ScalarNode) and not node.style and node.value in _NULLS

    def _scalar(self, wanted: str) -> str:
        if not isinstance(self._node, yaml.ScalarNode):
            raise self.refuse(f"expected {wanted}, not a list or a mapping")
        if self.is_null:
            raise self.refuse(f"expected {wanted}, found nothing")
        text: str = self._node.value
        return text

    def _unquoted(self, wanted: str) -> str:
        text = self._scalar(wanted)
        if isinstance(self._node, yaml.ScalarNode) and self._node.style:
            raise self.refuse(f"expected {wanted}, found a quoted text")
        return text

    def as_text(self) -> str:
        """Any scalar as it was written."""
        return self._scalar("a text")

    def as_flag(self) -> bool:
        """``true`` or ``false``; nothing else is a boolean in YAML 1.2."""
        text = self._unquoted("true or false")
        if text not in _FLAGS:
            raise self.refuse(f"expected true or false, found {text!r}")
        return _FLAGS[text]

    def as_number(self) -> Decimal:
        """A plain decimal number, with the digits that were written."""
        text = self._unquoted("a number")
        if not _DECIMAL.fullmatch(text):
            raise self.refuse(f"expected a number, found {text!r}")
        number = Decimal(text)
        if number.adjusted() > _MOST_DIGITS or int(number.as_tuple().exponent) < -_MOST_DIGITS:
            raise self.refuse(f"expected a number of at most {_MOST_DIGITS} digits, found {text!r}")
        return number

    @property
    def is_number(self) -> bool:
        """An unquoted decimal number is written here."""
        node = self._node
        return (
            isinstance(node, yaml.ScalarNode)
            and not node.style
            and _DECIMAL.fullmatch(node.value) is not None
        )

    def as_integer(self, least: int | None = None, most: int | None = None) -> int:
        """A whole number between ``least`` and ``most``."""
        text = self._unquoted("a whole number")
        if not _INTEGER.fullmatch(text):
            raise self.refuse(f"expected a whole number, found {text!r}")
        number = int(text)
        if (least is not None and number < least) or (most is not None and number > most):
            raise self.refuse(f"{number} is outside {least} to {most}")
        return number

    def as_date(self) -> date:
        """A calendar date, YYYY-MM-DD."""
        text = self._scalar("a date")
        if not _DATE.fullmatch(text):
            raise self.refuse(f"expected a date as YYYY-MM-DD, found {text!r}")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.refuse(f"{text} is not a date of the calendar") from None

    @property
    def is_date(self) -> bool:
        """A lone date is written here."""
        return isinstance(self._node, yaml.ScalarNode) and bool(_DATE.fullmatch(self._node.value))

    def as_instant(self, zone: ZoneInfo) -> datetime:
        """An ISO 8601 instant; without an offset it is read in ``zone``."""
        text = self._scalar("an instant")
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            raise self.refuse(f"expected an ISO 8601 instant, found {text!r}") from None
        return instant if instant.tzinfo else instant.replace(tzinfo=zone)

    def as_time(self) -> time:
        """A time of day, HH:MM."""
        text = self._scalar("a time of day")
        if not _TIME.fullmatch(text):
            raise self.refuse(f"expected a time of day as HH:MM, found {text!r}")
        try:
            return time.fromisoformat(text)
        except ValueError:
            raise self.refuse(f"{text} is not a time of day") from None

    def as_zone(self) -> ZoneInfo:
        """A time zone by its IANA name."""
        text = self._scalar("a time zone")
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise self.refuse(f"unknown time zone {text!r}") from None

    def as_word(self, words: type[Word]) -> Word:
        """One word of a closed list."""
        text = self._scalar("a word")
        try:
            return words(text)
        except ValueError:
            raise self.refuse(f"unknown {text!r}; expected {_listed(words)}") from None

    def as_one_of(self, words: frozenset[str] | tuple[str, ...]) -> str:
        """One text of a closed list."""
        text = self._scalar("a word")
        if text not in words:
            raise self.refuse(f"unknown {text!r}; expected one of {', '.join(sorted(words))}")
        return text

    def as_list(self) -> list["Value"]:
        """The items of a list, in order."""
        if not isinstance(self._node, yaml.SequenceNode):
            raise self.refuse("expected a list")
        return [
            Value(node, self.place.item(number))
            for number, node in enumerate(self._node.value, start=1)
        ]

    def as_mapping(self, allowed: frozenset[str], *, needed: tuple[str, ...] = ()) -> "Mapping":
        """The entries of a mapping that may hold the ``allowed`` keys and must hold ``needed``.

        Where nothing is needed, nothing written is an empty mapping.
        """
        if self.is_null and not needed:
            return Mapping(self.place, {}, ())
        return Mapping(self.place, self._entries(allowed), needed)

    def as_open_mapping(self) -> "Mapping":
        """The entries of a mapping whose keys the caller checks."""
        return Mapping(self.place, self._entries(None), ())

    def as_nothing(self) -> None:
        """An empty mapping or nothing at all."""
        if not self.is_null:
            self._entries(frozenset())

    def _entries(self, allowed: frozenset[str] | None) -> dict[str, "Value"]:
        node = self._node
        if not isinstance(node, yaml.MappingNode):
            raise self.refuse("expected a mapping")
        entries: dict[str, Value] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.refuse("a key must be a plain word")
            key = key_node.value
            place = self.place.inside(key)
            if allowed is not None and key not in allowed:
                hint = f"; expected one of {', '.join(sorted(allowed))}" if allowed else ""
                raise place.refuse(f"unknown key{hint}")
            if key in entries:
                raise place.refuse("the key stands here twice")
            entries[key] = Value(value_node, place)
        return entries


class Mapping:
    """Entries of one mapping, checked against its keys."""

    __slots__ = ("entries", "place")

    def __init__(self, place: Place, entries: dict[str, Value], needed: tuple[str, ...]) -> None:
        self.place = place
        self.entries = entries
        for key in needed:
            if key not in entries:
                raise place.inside(key).refuse("is missing")

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def __getitem__(self, key: str) -> Value:
        return self.entries[key]

    def get(self, key: str) -> Value | None:
        """The value of ``key``, or None where it is left out or null."""
        value = self.entries.get(key)
        return None if value is None or value.is_null else value


def _listed(words: type[StrEnum]) -> str:
    return ", ".join(word.value for word in words)


def documents(path: Path, *, shown: str) -> Iterator[Value]:
    """The documents of one YAML file, in order; empty ones are passed over.

    ``shown`` is the file's name in errors. Raises StoryError where the file cannot be opened, is
    not UTF-8 or is not YAML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise Place(shown, 1).refuse(f"cannot be read: {reason}") from None
    number = 0
    try:
        for node in yaml.compose_all(text, Loader=_Loader):
            number += 1
            value = Value(node, Place(shown, number))
            if not value.is_null:
                yield value
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "is not YAML"
        raise Place(shown, number + 1).refuse(f"{line}{problem}") from None

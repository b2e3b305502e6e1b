"""What a question of the check-in is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

from protocol.vocabulary import Method

Words = str | Promise
Answers = Mapping[str, Any]


class Shape(StrEnum):
    """One choice, or any number of them."""

    ONE = "one"
    MANY = "many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A symptom by its code, with features (rule book 10), that a choice reports."""

    code: str
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer: its words and what it means.

    ``alone``: cannot be chosen together with another one. ``score`` is the item's value in a
    questionnaire; ``blank`` that the item was left out on purpose. ``day`` stands in for the label.
    """

    value: str
    label: Words
    hint: Words = ""
    reports: tuple[Reported, ...] = ()
    alone: bool = False
    score: int | None = None
    method: Method | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One page of the check-in.

    ``number`` names the page in its address, which says nothing about what is asked. ``name`` is
    the key of the answer in the draft. ``right`` is the answer of a teaching question and
    ``teach`` what is explained when another one is chosen. ``credit`` is the owner's line of a
    questionnaire.
    """

    number: int
    name: str
    title: Words
    shape: Shape = Shape.ONE
    note: Words = ""
    choices: tuple[Choice, ...] = ()
    right: str = ""
    teach: Words = ""
    credit: Words = ""

    def choice(self, value: str) -> Choice | None:
        """The choice with this value."""
        return next((each for each in self.choices if each.value == value), None)

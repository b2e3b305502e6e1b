"""What patients can read about their treatment: which cards, steps and myths there are.

``cards.toml`` says when each comes first and what it rests on; ``<language>.toml`` has the words.
Both are read once. A card without words in some language does not exist in any: the loader refuses.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
LANGUAGES = ("en", "es")
_EVERYBODY, _CAN_BECOME_PREGNANT = "everybody", "can-become-pregnant"


class Unreadable(ValueError):
    """The files do not fit together; the text names what is wrong."""


@dataclass(frozen=True, slots=True)
class Card:
    """One short card. ``weeks`` are those of the course in which it comes first, both included."""

    slug: str
    theme: str
    title: str
    text: tuple[str, ...]
    weeks: tuple[int, int]
    only_if_pregnancy_is_possible: bool
    after: bool
    source: str
    evidence: str
    reviewed: date


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of the way through the course."""

    slug: str
    title: str
    text: str
    weeks: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Myth:
    """Something that people say and that is not so."""

    slug: str
    says: str
    answer: str
    source: str


@dataclass(frozen=True, slots=True)
class Library:
    """Everything there is to read in one language; ``themes`` in their order."""

    themes: dict[str, str]
    cards: tuple[Card, ...]
    steps: tuple[Step, ...]
    myths: tuple[Myth, ...]

    def for_patient(self, *, pregnancy_is_possible: bool) -> tuple[Card, ...]:
        """The cards that concern the patient."""
        return tuple(
            card
            for card in self.cards
            if pregnancy_is_possible or not card.only_if_pregnancy_is_possible
        )


def now_first(cards: tuple[Card, ...], *, week: int | None, ended: bool) -> tuple[Card, ...]:
    """The cards of the moment: of the week, of before the first dose, or of after the course."""
    if ended:
        return tuple(card for card in cards if card.after)
    first, last = week or 0, week or 0
    return tuple(card for card in cards if card.weeks[0] <= first and last <= card.weeks[1])


@cache
def library(language: str) -> Library:
    """The library in one of ``LANGUAGES``.

    Raises:
        Unreadable: a card, step or myth has no words, or words belong to nothing.
    """
    plan = tomllib.loads((HERE / "cards.toml").read_text("utf-8"))
    words = tomllib.loads((HERE / f"{language}.toml").read_text("utf-8"))
    for kind in ("card", "step", "myth"):
        planned, said = {row["slug"] for row in plan[kind]}, set(words[kind])
        if planned != said:
            raise Unreadable(f"{language}.toml, {kind}: {sorted(planned ^ said)}")
    return Library(
        themes=words["themes"],
        cards=tuple(_card(row, words["card"][row["slug"]]) for row in plan["card"]),
        steps=tuple(
            Step(row["slug"], **words["step"][row["slug"]], weeks=tuple(row["weeks"]))
            for row in plan["step"]
        ),
        myths=tuple(
            Myth(row["slug"], **words["myth"][row["slug"]], source=row["source"])
            for row in plan["myth"]
        ),
    )


def _card(row: dict[str, object], words: dict[str, object]) -> Card:
    who = row.get("for", _EVERYBODY)
    if who not in {_EVERYBODY, _CAN_BECOME_PREGNANT}:
        raise Unreadable(f"cards.toml, {row['slug']}: for = {who!r}")
    return Card(
        slug=str(row["slug"]),
        theme=str(row["theme"]),
        title=str(words["title"]),
        text=tuple(words["text"]),  # type: ignore[arg-type]
        weeks=tuple(row["weeks"]),  # type: ignore[arg-type]
        only_if_pregnancy_is_possible=who == _CAN_BECOME_PREGNANT,
        after=bool(row.get("after", False)),
        source=str(row["source"]),
        evidence=str(row["evidence"]),
        reviewed=row["reviewed"],  # type: ignore[arg-type]
    )

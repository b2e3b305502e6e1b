"""What patients can read about their treatment, as it is shipped: cards, steps and myths.

``cards.toml`` says when each comes first and what it rests on; ``<language>.toml`` has the words.
Both are read once. A card without words in some language does not exist in any: the loader refuses.
What a clinic has put in the place of these words is joined in ``monitoring.queries.cards``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LANGUAGES = ("en", "es")
# The theme of what people say and what is not so: asked, and answered after the guess.
QUIZ = "quiz"
_EVERYBODY, _CAN_BECOME_PREGNANT = "everybody", "can-become-pregnant"


class Unreadable(ValueError):
    """The files do not fit together; the text names what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One short card, or one myth: then ``title`` is what people say and ``text`` the answer.

    ``weeks`` are those of the course in which it comes first, both included. ``floor`` are
    paragraphs that stand there whatever a clinic writes. ``language`` is that of the words.
    """

    slug: str
    theme: str
    title: str
    text: tuple[str, ...]
    weeks: tuple[int, int]
    only_if_pregnancy_is_possible: bool
    after: bool
    source: str
    reviewed: date
    language: str
    basis: str = ""
    evidence: str = ""
    floor: tuple[str, ...] = ()
    by_clinic: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of the way through the course."""

    slug: str
    title: str
    text: str
    weeks: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Library:
    """Everything there is to read in one language; ``themes`` in their order."""

    themes: dict[str, str]
    cards: tuple[Card, ...]
    steps: tuple[Step, ...]
    myths: tuple[Card, ...]

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
        cards=tuple(_card("card", row, words, language) for row in plan["card"]),
        steps=tuple(
            Step(row["slug"], **words["step"][row["slug"]], weeks=tuple(row["weeks"]))
            for row in plan["step"]
        ),
        myths=tuple(_card("myth", row, words, language) for row in plan["myth"]),
    )


@cache
def shipped(language: str) -> dict[str, Card]:
    """Every card and myth of one language, by its slug."""
    found = library(language)
    return {card.slug: card for card in (*found.cards, *found.myths)}


def _card(kind: str, row: dict[str, Any], words: dict[str, Any], language: str) -> Card:
    said = words[kind][row["slug"]]
    who = row.get("for", _EVERYBODY)
    if who not in {_EVERYBODY, _CAN_BECOME_PREGNANT}:
        raise Unreadable(f"cards.toml, {row['slug']}: for = {who!r}")
    if row["source"] not in words["sources"]:
        raise Unreadable(f"{language}.toml, sources: {row['source']}")
    text = tuple(said["text"])
    first, last = row.get("weeks", (0, 0))
    return Card(
        slug=row["slug"],
        theme=row.get("theme", QUIZ),
        title=said["title"],
        text=text,
        weeks=(first, last),
        only_if_pregnancy_is_possible=who == _CAN_BECOME_PREGNANT,
        after=bool(row.get("after", False)),
        source=words["sources"][row["source"]],
        reviewed=row["reviewed"],
        language=language,
        basis=row["basis"],
        evidence=row.get("evidence", ""),
        floor=tuple(text[number] for number in row.get("floor", ())),
    )

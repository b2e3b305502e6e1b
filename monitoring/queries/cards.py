"""The cards as one clinic's patients read them, and as its console shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from monitoring import learn
from monitoring.learn import QUIZ, Card, Library
from monitoring.models import CardVersion, ClinicCard
from people.queries import NotFound, Place

# Design decision (D): a shipped text is read again at least every two years.
SHIPPED_REVIEW = timedelta(days=730)
_BLANK_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version; ``words`` None: with it the clinic went back to the shipped text."""

    number: int
    words: Card | None
    review_by: date | None
    by: str
    at: datetime
    published: bool
    in_force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageRow:
    """A card in one language.

    ``in_force``: what patients read, in whatever language there is; ``missing``: in none of their
    own. ``shipped``: what is shipped now. ``newer``: another text has been shipped since the
    clinic wrote its own; ``before`` is the one it was written against.
    """

    slug: str
    language: str
    own: bool
    hidden: bool
    in_force: Card | None
    shipped: Card | None
    draft: VersionRow | None
    versions: tuple[VersionRow, ...]
    review_by: date | None
    newer: bool
    before: tuple[str, ...]

    @property
    def missing(self) -> bool:
        """Nobody has published it in this language."""
        return self.in_force is None or self.in_force.language != self.language

    def due(self, today: date) -> bool:
        """Whether its day of review is over, for words that patients read."""
        shown = not self.hidden and not self.missing
        return shown and self.review_by is not None and self.review_by < today


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text as a clinic types it."""
    found = (" ".join(part.split()) for part in _BLANK_LINES.split(text.replace("\r\n", "\n")))
    return tuple(part for part in found if part)


def library_of(clinic_id: int, language: str) -> Library:
    """What a clinic's patients read: the shipped library with the clinic's words in it.

    A hidden card is left out. One of the clinic's own that is not written in this language comes
    in the one there is, and says so by its ``language``.
    """
    library = learn.library(language)
    touched = {card.slug: card for card in _cards(clinic_id)}
    if not touched:
        return library
    newest = _newest(touched)

    def read(card: Card) -> Card | None:
        mine = touched.get(card.slug)
        if mine is None:
            return card
        if mine.hidden_at is not None and not card.floor:
            return None
        version = newest.get((card.slug, language))
        return card if version is None or version.as_shipped else _written(version, card)

    own = [_own(card, newest, language) for card in touched.values() if card.own]
    cards = [card for each in library.cards if (card := read(each)) is not None]
    myths = [card for each in library.myths if (card := read(each)) is not None]
    cards += [card for card in own if card is not None and card.theme != QUIZ]
    myths += [card for card in own if card is not None and card.theme == QUIZ]
    return replace(library, cards=tuple(cards), myths=tuple(myths))


def cards_of(place: Place) -> list[tuple[LanguageRow, ...]]:
    """Every card and myth of a clinic, one row a language: the shipped ones, then its own."""
    touched = {card.slug: card for card in _cards(place.clinic_id)}
    versions = list(
        CardVersion.objects.filter(card__in=touched.values())
        .select_related("drafted_by", "published_by", "card")
        .order_by("-number")
    )
    slugs = [*learn.shipped(learn.LANGUAGES[0]), *(c.slug for c in touched.values() if c.own)]
    return [
        tuple(_row(slug, language, touched.get(slug), versions) for language in learn.LANGUAGES)
        for slug in slugs
    ]


def card_of(place: Place, slug: str, language: str) -> LanguageRow:
    """One card in one language.

    Raises:
        NotFound: no such card of this clinic, or no such language.
    """
    card = ClinicCard.objects.filter(clinic=place.clinic_id, slug=slug).first()
    if language not in learn.LANGUAGES or (card is None and slug not in learn.shipped(language)):
        raise NotFound
    versions = CardVersion.objects.filter(card=card).select_related(
        "drafted_by", "published_by", "card"
    )
    return _row(slug, language, card, list(versions.order_by("-number")) if card else [])


def due_for_review(place: Place, *, today: date) -> int:
    """How many texts that patients read have passed their day of review."""
    return sum(row.due(today) for rows in cards_of(place) for row in rows)


def _cards(clinic_id: int) -> list[ClinicCard]:
    return list(ClinicCard.objects.filter(clinic=clinic_id).order_by("pk"))


def _newest(touched: Mapping[str, ClinicCard]) -> dict[tuple[str, str], CardVersion]:
    rows = (
        CardVersion.objects.filter(card__in=touched.values(), published_at__isnull=False)
        .select_related("card")
        .order_by("card", "language", "-number")
        .distinct("card", "language")
    )
    return {(row.card.slug, row.language): row for row in rows}


def _own(
    card: ClinicCard, newest: Mapping[tuple[str, str], CardVersion], language: str
) -> Card | None:
    order = (language, *(each for each in learn.LANGUAGES if each != language))
    found = [newest[card.slug, each] for each in order if (card.slug, each) in newest]
    return _written(found[0], None) if found and card.hidden_at is None else None


def _written(version: CardVersion, shipped: Card | None) -> Card:
    """The clinic's words as a card; paragraphs of the floor that they hold are not said twice."""
    text, card = paragraphs(version.text), version.card
    # The database promises it for words; what has none is dated as never.
    reviewed = version.reviewed_on or date.min
    if shipped is not None:
        return replace(
            shipped,
            title=version.title,
            text=text,
            source=version.source,
            reviewed=reviewed,
            floor=tuple(each for each in shipped.floor if each not in text),
            by_clinic=True,
        )
    return Card(
        slug=card.slug,
        theme=card.theme,
        title=version.title,
        text=text,
        weeks=(card.first_week or 0, card.last_week or 0),
        only_if_pregnancy_is_possible=card.only_if_pregnancy_is_possible,
        after=card.after,
        source=version.source,
        reviewed=reviewed,
        language=version.language,
        by_clinic=True,
    )


def _row(
    slug: str, language: str, card: ClinicCard | None, every: list[CardVersion]
) -> LanguageRow:
    shipped = learn.shipped(language).get(slug)
    mine = [row for row in every if row.card.slug == slug]
    here = [row for row in mine if row.language == language]
    published = [row for row in here if row.published_at is not None]
    newest = published[0] if published else None
    by_clinic = newest is not None and not newest.as_shipped
    in_force = shipped
    if by_clinic and newest is not None:
        in_force = _written(newest, shipped)
    elif card is not None and card.own:
        newest_of = {
            (slug, row.language): row for row in reversed(mine) if row.published_at is not None
        }
        shown = ClinicCard(slug=slug, own=True)
        in_force = _own(shown, newest_of, language)
    before = tuple(newest.base) if by_clinic and newest is not None else ()
    now = (shipped.title, *shipped.text) if shipped is not None else ()
    return LanguageRow(
        slug=slug,
        language=language,
        own=card is not None and card.own,
        hidden=card is not None and card.hidden_at is not None,
        in_force=in_force,
        shipped=shipped,
        draft=next((_version(row, shipped) for row in here if row.published_at is None), None),
        versions=tuple(_version(row, shipped, in_force=row is newest) for row in published),
        review_by=newest.review_by
        if by_clinic and newest is not None
        else (shipped.reviewed + SHIPPED_REVIEW if shipped is not None else None),
        newer=bool(before) and before != now,
        before=before,
    )


def _version(row: CardVersion, shipped: Card | None, *, in_force: bool = False) -> VersionRow:
    return VersionRow(
        number=row.number,
        words=None if row.as_shipped else _written(row, shipped),
        review_by=row.review_by,
        by=str(row.published_by or row.drafted_by),
        at=row.published_at or row.drafted_at,
        published=row.published_at is not None,
        in_force=in_force,
    )

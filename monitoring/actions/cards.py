"""Changing what patients read: a draft, then a version that stays what it is.

What keeps patients safe is not the clinic's to take away: a card with a floor (pregnancy, mood,
when to stop) is never hidden, and its floor stands below whatever the clinic writes.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from audit import trail
from audit.kinds import Kind
from messaging.neutrality import forbidden_words
from monitoring import learn, reading_grade
from monitoring.models import CardVersion, ClinicCard
from monitoring.queries.cards import paragraphs
from people.models import Clinic, User


class TooHard(ValueError):
    """The text is above ``reading_grade.HIGHEST``; ``grade`` says by how much."""

    def __init__(self, grade: float) -> None:
        super().__init__(f"grade {grade}")
        self.grade = grade


class PrivateTitle(ValueError):
    """The title says something about health that the shipped one does not; ``words`` are which."""

    def __init__(self, words: list[str]) -> None:
        super().__init__(", ".join(words))
        self.words = words


class NotAllowed(ValueError):
    """It would hide what keeps patients safe, or there is nothing of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A card in one language as a clinic writes it; ``text`` is plain, an empty line between
    paragraphs."""

    title: str
    text: str
    source: str
    reviewed_on: date
    review_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where one of the clinic's own cards stands; weeks of the course, 0 before it."""

    theme: str
    first_week: int
    last_week: int
    only_if_pregnancy_is_possible: bool
    after: bool


def grade_of(title: str, text: str, *, language: str) -> float | None:
    """The reading grade of a card; None where it is too short to tell."""
    said = "\n".join((title, *paragraphs(text)))
    return reading_grade.grade(said, language=language)


@trail.action
def add(
    clinic: Clinic, language: str, *, spot: Spot, words: Words, by: User, now: datetime
) -> CardVersion:
    """A card of the clinic's own, as a draft."""
    card = ClinicCard.objects.create(
        clinic=clinic,
        slug=f"own-{uuid.uuid4().hex[:10]}",
        own=True,
        theme=spot.theme,
        first_week=spot.first_week,
        last_week=spot.last_week,
        only_if_pregnancy_is_possible=spot.only_if_pregnancy_is_possible,
        after=spot.after,
    )
    return _draft(card, language, words=words, by=by, now=now)


@trail.action
def draft(
    clinic: Clinic, slug: str, language: str, *, words: Words, by: User, now: datetime
) -> CardVersion:
    """Write a draft, or write the one there is anew. Patients see nothing of it.

    Raises:
        NotAllowed: there is no such card.
    """
    return _draft(_locked(clinic, slug), language, words=words, by=by, now=now)


@trail.action
def publish(clinic: Clinic, slug: str, language: str, *, by: User, now: datetime) -> CardVersion:
    """Put the draft in force, at once.

    Raises:
        TooHard, PrivateTitle: patients shall not read it so.
        NotAllowed: there is no draft.
    """
    card = _locked(clinic, slug)
    row = _drafted(card, language).first()
    if row is None:
        raise NotAllowed(slug)
    grade = grade_of(row.title, row.text, language=language)
    if grade is not None and grade > reading_grade.HIGHEST:
        raise TooHard(grade)
    if words := private_words(slug, row.title, language=language, theme=card.theme):
        raise PrivateTitle(words)
    row.published_at, row.published_by = now, by
    row.save(update_fields=["published_at", "published_by"])
    _record(Kind.CARD_PUBLISHED, row, by=by, now=now, grade=grade)
    return row


@trail.action
def discard(clinic: Clinic, slug: str, language: str, *, by: User, now: datetime) -> None:
    """Throw the draft away; what is published stays."""
    rows = _drafted(_locked(clinic, slug), language)
    row = rows.select_related("card__clinic").first()
    if row is None:
        trail.unchanged()
        return
    _record(Kind.CARD_DRAFT_DISCARDED, row, by=by, now=now)
    rows.delete()


@trail.action
def take_shipped(
    clinic: Clinic, slug: str, language: str, *, by: User, now: datetime
) -> CardVersion | None:
    """Go back to the shipped text, whichever is shipped from now on; a draft is kept.

    Raises:
        NotAllowed: it is no shipped card.
    """
    card = _locked(clinic, slug)
    if card.own:
        raise NotAllowed(slug)
    newest = _published(card, language).first()
    if newest is None or newest.as_shipped:
        trail.unchanged()
        return None
    return _publish_now(card, language, {"as_shipped": True}, by=by, now=now)


@trail.action
def keep_own(clinic: Clinic, slug: str, language: str, *, by: User, now: datetime) -> None:
    """The newly shipped text has been read, and the clinic's own words stay.

    Raises:
        NotAllowed: the clinic has no words of its own here.
    """
    card = _locked(clinic, slug)
    row = _published(card, language).first()
    if row is None or row.as_shipped or card.own:
        raise NotAllowed(slug)
    if row.base == _base(card, language):
        trail.unchanged()
        return
    _publish_now(card, language, _words_of(row), by=by, now=now)


@trail.action
def bring_back(
    clinic: Clinic, slug: str, language: str, *, number: int, by: User, now: datetime
) -> CardVersion:
    """Make a published version the draft, to be looked at and published again.

    Raises:
        NotAllowed: there is no such version with words.
    """
    card = _locked(clinic, slug)
    row = _published(card, language).filter(number=number, as_shipped=False).first()
    if row is None or row.reviewed_on is None or row.review_by is None:
        raise NotAllowed(slug)
    return _draft(card, language, words=Words(**_words_of(row)), by=by, now=now)


@trail.action
def show(clinic: Clinic, slug: str, *, shown: bool, by: User, now: datetime) -> ClinicCard:
    """Hide a card from the clinic's patients in every language, or show it again.

    Raises:
        NotAllowed: it holds what keeps patients safe, or there is no such card.
    """
    card = _locked(clinic, slug)
    if not shown and has_floor(slug):
        raise NotAllowed(slug)
    if (card.hidden_at is None) == shown:
        trail.unchanged()
        return card
    card.hidden_at, card.hidden_by = (None, None) if shown else (now, by)
    card.save(update_fields=["hidden_at", "hidden_by"])
    trail.record(
        Kind.CARD_SHOWN if shown else Kind.CARD_HIDDEN,
        by=by,
        subject=f"card:{slug}",
        now=now,
        clinic=clinic.slug,
    )
    return card


def has_floor(slug: str) -> bool:
    """Whether the card holds what keeps patients safe and is never hidden."""
    card = learn.shipped(learn.LANGUAGES[0]).get(slug)
    return card is not None and bool(card.floor)


def private_words(slug: str, title: str, *, language: str, theme: str) -> list[str]:
    """Words about health that a title must not have; a shipped title's own are allowed."""
    shipped = learn.shipped(language).get(slug)
    if (shipped.theme if shipped else theme) == learn.QUIZ:
        return []  # what people say: it stands in a quiz and is no title
    known = forbidden_words(shipped.title) if shipped else []
    return [word for word in forbidden_words(title) if word not in known]


def _locked(clinic: Clinic, slug: str) -> ClinicCard:
    """The clinic's card, made where a shipped one is touched for the first time."""
    if slug in learn.shipped(learn.LANGUAGES[0]):
        ClinicCard.objects.get_or_create(clinic=clinic, slug=slug)
    card = ClinicCard.objects.select_for_update(of=("self",)).filter(clinic=clinic, slug=slug)
    found = card.select_related("clinic").first()
    if found is None:
        raise NotAllowed(slug)
    return found


def _draft(
    card: ClinicCard, language: str, *, words: Words, by: User, now: datetime
) -> CardVersion:
    if language not in learn.LANGUAGES:
        raise NotAllowed(language)
    said = {
        "title": " ".join(words.title.split()),
        "text": "\n\n".join(paragraphs(words.text)),
        "source": " ".join(words.source.split()),
        "reviewed_on": words.reviewed_on,
        "review_by": words.review_by,
        "base": _base(card, language),
        "drafted_at": now,
        "drafted_by": by,
    }
    row = _drafted(card, language).first()
    if row is None:
        row = CardVersion(card=card, language=language, number=_next(card, language))
    for name, value in said.items():
        setattr(row, name, value)
    row.save()
    _record(Kind.CARD_DRAFTED, row, by=by, now=now)
    return row


def _publish_now(
    card: ClinicCard, language: str, words: Mapping[str, object], *, by: User, now: datetime
) -> CardVersion:
    # A draft has the next number: it gets the one after, for what is published comes in order.
    waiting = _drafted(card, language)
    number = waiting.values_list("number", flat=True).first() or _next(card, language)
    waiting.update(number=number + 1)
    row = CardVersion.objects.create(
        card=card,
        language=language,
        number=number,
        base=_base(card, language),
        drafted_at=now,
        drafted_by=by,
        published_at=now,
        published_by=by,
        **words,
    )
    _record(Kind.CARD_PUBLISHED, row, by=by, now=now)
    return row


def _words_of(row: CardVersion) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(Words)}


def _drafted(card: ClinicCard, language: str) -> "QuerySet[CardVersion]":
    """The draft; the database lets there be one."""
    return CardVersion.objects.filter(card=card, language=language, published_at__isnull=True)


def _published(card: ClinicCard, language: str) -> "QuerySet[CardVersion]":
    rows = CardVersion.objects.filter(card=card, language=language, published_at__isnull=False)
    return rows.order_by("-number")


def _next(card: ClinicCard, language: str) -> int:
    rows = CardVersion.objects.filter(card=card, language=language)
    return (rows.order_by("-number").values_list("number", flat=True).first() or 0) + 1


def _base(card: ClinicCard, language: str) -> list[str]:
    shipped = learn.shipped(language).get(card.slug)
    return [shipped.title, *shipped.text] if shipped is not None else []


def _record(
    kind: Kind,
    row: CardVersion,
    *,
    by: User,
    now: datetime,
    grade: float | None = None,
) -> None:
    trail.record(
        kind,
        by=by,
        subject=f"card:{row.card.slug}",
        now=now,
        clinic=row.card.clinic.slug,
        language=row.language,
        version=row.number,
        as_shipped=row.as_shipped,
        grade=grade,
    )

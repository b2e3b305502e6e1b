"""A patients' card as an administrator writes it, and where one of the clinic's own stands."""

from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from django import forms

from clinic.forms.base import DayField, StaffForm
from monitoring.actions.cards import Spot, Words
from monitoring.learn import LANGUAGES, Card, library
from monitoring.queries.cards import paragraphs

LANGUAGE_NAMES = {"en": "English", "es": "Spanish"}
LAST_WEEK = 60
# A text about a medicine that nobody has read for longer is not one to rely on.
_LONGEST_REVIEW = timedelta(days=3 * 366)
_USUAL_REVIEW = timedelta(days=365)
_MOST_PARAGRAPHS = 8
_LONGEST_TEXT = 1500


class CardForm(StaffForm):
    """The words of a card in one language."""

    title = forms.CharField(label="Title", max_length=80)
    text = forms.CharField(
        label="Text",
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text="Plain text. An empty line begins a new paragraph. Short words, short sentences.",
    )
    source = forms.CharField(
        label="Source",
        max_length=200,
        help_text="What it rests on, in the words patients read below the card.",
    )
    reviewed_on = DayField(label="Last read against the source on", initial="today")
    review_by = DayField(label="To be read again by")

    def clean(self) -> dict[str, Any]:
        """The next review comes after the last one, and within three years."""
        values: dict[str, Any] = super().clean() or {}
        reviewed, by = self.not_in_future("reviewed_on"), values.get("review_by")
        if by is not None and by <= self.today:
            self.add_error("review_by", "Choose a day to come.")
        elif by is not None and reviewed is not None and by > reviewed + _LONGEST_REVIEW:
            self.add_error("review_by", "At most three years after it was read.")
        if len(paragraphs(values.get("text", ""))) > _MOST_PARAGRAPHS:
            self.add_error("text", f"At most {_MOST_PARAGRAPHS} paragraphs: a card is short.")
        return values

    def words(self) -> Words:
        """What was written."""
        return Words(**{each.name: self.cleaned_data[each.name] for each in fields(Words)})


class NewCardForm(CardForm):
    """A card of the clinic's own: its words in the first language, and its place."""

    language = forms.ChoiceField(
        label="Language", choices=[(each, LANGUAGE_NAMES[each]) for each in LANGUAGES]
    )
    theme = forms.ChoiceField(label="Theme", choices=lambda: list(library("en").themes.items()))
    first_week = forms.IntegerField(
        label="First shown in week",
        min_value=0,
        max_value=LAST_WEEK,
        initial=0,
        help_text="Of the course; 0 is before the first dose.",
    )
    last_week = forms.IntegerField(label="Until week", min_value=0, max_value=LAST_WEEK, initial=26)
    only_if_pregnancy_is_possible = forms.BooleanField(
        label="Only for patients who can become pregnant", required=False
    )
    after = forms.BooleanField(label="Comes first when a course has ended", required=False)
    field_order = ("language", "theme", "title", "text", "source", "reviewed_on", "review_by")

    def clean(self) -> dict[str, Any]:
        """The weeks in their order."""
        values = super().clean()
        first, last = values.get("first_week"), values.get("last_week")
        if first is not None and last is not None and last < first:
            self.add_error("last_week", "Not before the first week.")
        return values

    def spot(self) -> Spot:
        """Where it stands."""
        return Spot(**{each.name: self.cleaned_data[each.name] for each in fields(Spot)})


def typed(card: Card | None, review_by: date | None, *, today: date) -> dict[str, Any]:
    """A card as the form shows it; ``review_by`` only where it is still to come."""
    if card is None:
        return {"reviewed_on": today, "review_by": today + _USUAL_REVIEW}
    later = review_by if review_by is not None and review_by > today else today + _USUAL_REVIEW
    return {
        "title": card.title,
        "text": "\n\n".join(card.text),
        "source": card.source,
        "reviewed_on": card.reviewed,
        "review_by": later,
    }

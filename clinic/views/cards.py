"""What patients read about their treatment, changed by the clinic: draft, preview, publish."""

import difflib
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation

from clinic.forms.cards import LANGUAGE_NAMES, CardForm, NewCardForm, typed
from clinic.views.base import StaffPage
from monitoring import reading_grade
from monitoring.actions import cards as writing
from monitoring.learn import library
from monitoring.queries.cards import LanguageRow, card_of, cards_of
from people.permissions import Permission
from people.queries import clinic_of


class _CardPage(StaffPage):
    need = Permission.EDIT_POLICY
    current = "rules"


class Cards(_CardPage):
    """Every card with its state in each language; what has to be read again stands above."""

    template_name = "clinic/cards.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """By theme, the quiz last."""
        found = cards_of(self.place)
        themes = library("en").themes
        groups = [
            (title, [_line(rows, self) for rows in found if _theme(rows) == theme])
            for theme, title in themes.items()
        ]
        flat = [row for rows in found for row in rows]
        return self.page(
            groups=[group for group in groups if group[1]],
            languages=LANGUAGE_NAMES,
            due=[(row, LANGUAGE_NAMES[row.language]) for row in flat if row.due(self.today)],
            newer=[(row, LANGUAGE_NAMES[row.language]) for row in flat if row.newer],
        )


class NewCard(_CardPage):
    """A card of the clinic's own."""

    template_name = "clinic/card_new.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """An empty card."""
        form = NewCardForm(today=self.today, initial=typed(None, None, today=self.today))
        return self.page(form=form)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it as a draft."""
        form = NewCardForm(request.POST, today=self.today)
        if not form.is_valid():
            return self.page(form=form, status=422)
        language = form.cleaned_data["language"]
        row = writing.add(
            clinic_of(self.place),
            language,
            spot=form.spot(),
            words=form.words(),
            by=self.user,
            now=self.now,
        )
        messages.success(request, "Saved as a draft. Patients see it once it is published.")
        return redirect("clinic:card", row.card.slug, language)


class OneCard(_CardPage):
    """One card in one language: its words, its versions, and what is shipped."""

    template_name = "clinic/card.html"

    def get(self, request: HttpRequest, slug: str, language: str) -> HttpResponse:
        """The draft if there is one, otherwise what patients read."""
        row = card_of(self.place, slug, language)
        return self._page(row, CardForm(today=self.today, initial=_shown_in_form(row, self)))

    def post(self, request: HttpRequest, slug: str, language: str) -> HttpResponse:
        """Save a draft, or do one of the other things by its button."""
        row = card_of(self.place, slug, language)
        do = request.POST.get("do", "save")
        if do in {"save", "grade"} or "preview" in request.POST:
            return self._write(row, only_looked_at=do != "save" or "preview" in request.POST)
        try:
            words = self._do(do, slug, language)
        except writing.TooHard as error:
            return self._refused(row, f"Reading grade {error.grade}; at most 6 is published.")
        except writing.PrivateTitle as error:
            said = ", ".join(f"“{word}”" for word in error.words)
            return self._refused(row, f"A title says nothing about health: {said}.", "title")
        except writing.NotAllowed:
            raise Http404 from None
        messages.success(request, words)
        return redirect("clinic:card", slug, language)

    def _write(self, row: LanguageRow, *, only_looked_at: bool) -> HttpResponse:
        form = CardForm(self.request.POST, today=self.today)
        if not form.is_valid() or only_looked_at:
            status = 200 if only_looked_at else 422
            return self._page(row, form, status=status)
        writing.draft(
            clinic_of(self.place),
            row.slug,
            row.language,
            words=form.words(),
            by=self.user,
            now=self.now,
        )
        return redirect("clinic:card-preview", row.slug, row.language)

    def _do(self, do: str, slug: str, language: str) -> str:
        clinic, who = clinic_of(self.place), {"by": self.user, "now": self.now}
        if do == "publish":
            writing.publish(clinic, slug, language, **who)
            return "Published. Patients read it from now on."
        if do == "discard":
            writing.discard(clinic, slug, language, **who)
            return "The draft is gone. What patients read has not changed."
        if do == "take":
            writing.take_shipped(clinic, slug, language, **who)
            return "Patients read the shipped text again."
        if do == "keep":
            writing.keep_own(clinic, slug, language, **who)
            return "Your own text stays."
        if do in {"hide", "show"}:
            writing.show(clinic, slug, shown=do == "show", **who)
            return "Shown again." if do == "show" else "Hidden from patients, in every language."
        number = self.request.POST.get("number", "")
        if do != "bring-back" or not number.isdecimal() or len(number) > 4:
            raise Http404
        writing.bring_back(clinic, slug, language, number=int(number), **who)
        return f"Version {number} is the draft now. Publish it to put it in force."

    def _refused(self, row: LanguageRow, words: str, field: str = "text") -> HttpResponse:
        draft = row.draft.words if row.draft else None
        form = CardForm(_as_sent(draft, row, self), today=self.today)
        form.is_valid()
        form.add_error(field, words)
        return self._page(row, form, status=422)

    def _page(self, row: LanguageRow, form: CardForm, *, status: int = 200) -> HttpResponse:
        title, text = (str(form[name].value() or "") for name in ("title", "text"))
        said = f"{title}\n{text}"
        floor = row.shipped.floor if row.shipped else ()
        return self.page(
            row=row,
            form=form,
            language=LANGUAGE_NAMES[row.language],
            others=[(code, name) for code, name in LANGUAGE_NAMES.items() if code != row.language],
            heading=_name(row),
            grade=writing.grade_of(title, text, language=row.language),
            highest=reading_grade.HIGHEST,
            hardest=reading_grade.hardest(said, language=row.language),
            floor=floor,
            safety=writing.has_floor(row.slug),
            changed=_difference(row) if row.newer else (),
            compared=_compared(row),
            status=status,
        )


class CardPreview(_CardPage):
    """The card as the patient sees it, as wide as a telephone, in its language."""

    template_name = "clinic/card_preview.html"

    def get(self, request: HttpRequest, slug: str, language: str) -> HttpResponse:
        """The draft if there is one, otherwise what patients read."""
        row = card_of(self.place, slug, language)
        card = row.draft.words if row.draft else row.in_force
        if card is None:
            raise Http404
        with translation.override(language):
            return self.page(
                card=card,
                row=row,
                said=language,
                language=LANGUAGE_NAMES[language],
                clinic_name=self.place.name,
            )


def _line(rows: Sequence[LanguageRow], page: StaffPage) -> dict[str, Any]:
    first = rows[0]
    card = first.in_force or (first.draft.words if first.draft else None)
    return {
        "title": _name(first),
        "slug": first.slug,
        "own": first.own,
        "hidden": first.hidden,
        "weeks": card.weeks if card else None,
        "safety": writing.has_floor(first.slug),
        "languages": [
            (row, LANGUAGE_NAMES[row.language], *_state(row), row.due(page.today)) for row in rows
        ],
    }


def _state(row: LanguageRow) -> tuple[str, str]:
    """The words and the status of a card in one language."""
    if row.missing:
        return "Not written", "warning"
    if row.newer:
        return "New text shipped", "due"
    return ("Own text", "info") if row.in_force and row.in_force.by_clinic else ("Shipped", "ok")


def _theme(rows: Sequence[LanguageRow]) -> str:
    found = [
        card
        for row in rows
        for card in (row.in_force, row.shipped, row.draft.words if row.draft else None)
        if card is not None
    ]
    return found[0].theme if found else ""


def _name(row: LanguageRow) -> str:
    card = row.in_force or row.shipped or (row.draft.words if row.draft else None)
    return card.title if card else "A card that is not written yet"


def _shown_in_form(row: LanguageRow, page: StaffPage) -> dict[str, Any]:
    if row.draft is not None:
        return typed(row.draft.words, row.draft.review_by, today=page.today)
    card = None if row.missing else row.in_force
    return typed(card, row.review_by, today=page.today)


def _as_sent(card: Any, row: LanguageRow, page: StaffPage) -> dict[str, Any]:
    """The draft as a browser would send it."""
    known = typed(card, row.draft.review_by if row.draft else None, today=page.today)
    return {
        name: value.strftime("%d-%b-%Y") if name.endswith(("_on", "_by")) else value
        for name, value in known.items()
    }


def _difference(row: LanguageRow) -> tuple[tuple[str, str], ...]:
    """The shipped text then and now: what went (``-``), what came (``+``) and what stayed."""
    now = (row.shipped.title, *row.shipped.text) if row.shipped else ()
    return _words_that_differ(" ¶ ".join(row.before), " ¶ ".join(now))


def _compared(row: LanguageRow) -> tuple[tuple[str, str], ...]:
    """The shipped text against the clinic's own that is in force."""
    if row.shipped is None or row.in_force is None or not row.in_force.by_clinic or row.newer:
        return ()
    shipped, own = (" ¶ ".join((c.title, *c.text)) for c in (row.shipped, row.in_force))
    return _words_that_differ(shipped, own)


def _words_that_differ(old: str, new: str) -> tuple[tuple[str, str], ...]:
    before, after = old.split(), new.split()
    parts: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            parts.append((" ", " ".join(before[a:b])))
            continue
        if a < b:
            parts.append(("-", " ".join(before[a:b])))
        if c < d:
            parts.append(("+", " ".join(after[c:d])))
    return tuple(parts)

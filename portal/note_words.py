"""What was written on both sides, where a ready-made text was chosen: in the page's language."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext, gettext_lazy

from monitoring.actions.after_course import asked_by_button
from monitoring.queries.letters import OwnLetter
from monitoring.queries.reading import NoteRow


@dataclass(frozen=True, slots=True)
class NoteWords:
    """One note; a clinician's own words stay as they were written."""

    text: str
    row: NoteRow


def note_words(row: NoteRow) -> NoteWords:
    """The ready-made text translated, or the clinician's own."""
    return NoteWords(gettext(row.text) if row.ready_made else row.text, row)


# Staff read these in English (see monitoring.actions.after_course); the patient pressed a button.
_BUTTONS = {
    "call": gettext_lazy("You asked for a call about your skin."),
    "again": gettext_lazy("You asked about one more course."),
}


def letter_words(row: OwnLetter) -> OwnLetter:
    """The letter as the patient knows it."""
    button = asked_by_button(row.text)
    return replace(row, text=str(_BUTTONS[button])) if button else row

"""What the clinic wrote to a patient after reading results, in the page's language."""

from dataclasses import dataclass

from django.utils.translation import gettext

from monitoring.queries.reading import NoteRow


@dataclass(frozen=True, slots=True)
class NoteWords:
    """One note; a clinician's own words stay as they were written."""

    text: str
    row: NoteRow


def note_words(row: NoteRow) -> NoteWords:
    """The ready-made text translated, or the clinician's own."""
    return NoteWords(gettext(row.text) if row.ready_made else row.text, row)
